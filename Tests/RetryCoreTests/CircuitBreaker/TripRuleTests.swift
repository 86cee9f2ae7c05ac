import RetryCore
import RetryTesting
import Testing

@Suite("What opens the circuit", .timeLimit(.minutes(20)))
struct TripRuleTests {
    private static let failure = AttemptResult.failure(.transient)
    private static let never = CircuitBreakerPolicy.default.consecutiveFailures(1_000_000)

    private func causes(_ bench: CircuitBreakerTestBench) -> [CircuitBreaker.StateChangeCause] {
        bench.events.compactMap { $0.change?.cause }
    }

    @Test("consecutive failures: the threshold is enough, and a success starts anew", arguments: [1, 3, 5, 10])
    func consecutive(threshold: Int) {
        let bench = CircuitBreakerTestBench(policy: CircuitBreakerPolicy(consecutiveFailures: threshold))
        for _ in 0..<(threshold - 1) { bench.run(Self.failure) }
        bench.run(.success)
        for _ in 0..<(threshold - 1) { bench.run(Self.failure, .neutral) }
        #expect(bench.breaker.state == .closed)
        bench.run(Self.failure)
        #expect(bench.breaker.state == .open)
        #expect(causes(bench) == [.consecutiveFailures])
        #expect(bench.events.first?.consecutiveFailures == threshold)
    }

    @Test("presets: 5, 10 and 3 failures, 60 s, 2 successes")
    func presets() {
        #expect(CircuitBreakerPolicy.default.consecutiveFailures == 5)
        #expect(CircuitBreakerPolicy.stable.consecutiveFailures == 10)
        #expect(CircuitBreakerPolicy.unstable.consecutiveFailures == 3)
        #expect(CircuitBreakerPolicy.default.breakDuration == .constant(.seconds(60)))
        #expect(CircuitBreakerPolicy.default.successesToClose == 2 && CircuitBreakerPolicy.default.probes == 1)
    }

    @Test("failure ratio over the last calls: reached is enough, from the minimum on, and old calls are forgotten")
    func countWindow() {
        let bench = CircuitBreakerTestBench(policy: Self.never.failureRatio(0.5, ofLast: 10, minimumCalls: 4))
        bench.run(Self.failure, Self.failure, .success)
        #expect(bench.breaker.state == .closed)
        bench.run(.success)
        #expect(causes(bench) == [.failureRatio])
        bench.breaker.reset()
        for _ in 0..<10 { bench.run(.success) }
        for _ in 0..<4 { bench.run(Self.failure) }
        #expect(bench.breaker.snapshot.lastCalls == counts(10, 4))
        for _ in 0..<6 { bench.run(.success) }
        #expect(bench.breaker.snapshot.lastCalls == counts(10, 4))
        bench.run(.success)
        #expect(bench.breaker.snapshot.lastCalls == counts(10, 3))
    }

    @Test(
        "a ratio is met by the very number that it stands for",
        arguments: [(0.07, 100, 7), (0.1, 30, 3), (0.29, 100, 29)])
    func exactRatio(ratio: Double, calls: Int, failures: Int) {
        let bench = CircuitBreakerTestBench(policy: Self.never.failureRatio(ratio, ofLast: calls, minimumCalls: calls))
        for _ in 0..<(calls - failures) { bench.run(.success) }
        for _ in 0..<(failures - 1) { bench.run(Self.failure) }
        #expect(bench.breaker.state == .closed)
        bench.run(Self.failure)
        #expect(bench.breaker.state == .open)
    }

    @Test("failure ratio over time: forgets in tenths, and what is read is never stale")
    func timeWindow() {
        let bench = CircuitBreakerTestBench(
            policy: Self.never.failureRatio(0.5, within: .seconds(10), minimumCalls: 10))
        for _ in 0..<10 { bench.run(.success, taking: .seconds(1)) }
        #expect(bench.breaker.snapshot.recentCalls == counts(10, 0))
        bench.clock.advance(by: .seconds(5))
        #expect(bench.breaker.snapshot.recentCalls == counts(5, 0))
        bench.clock.advance(by: .seconds(3_600))
        #expect(bench.breaker.snapshot.recentCalls == counts(0, 0))
        for _ in 0..<9 { bench.run(Self.failure) }
        #expect(bench.breaker.state == .closed)
        bench.run(Self.failure)
        #expect(causes(bench) == [.failureRatioOverTime])
    }

    @Test("a success that completes the minimum throughput opens the circuit from its own time on")
    func successThatOpens() {
        for policy in [
            Self.never.failureRatio(0.5, ofLast: 100, minimumCalls: 4),
            Self.never.failureRatio(0.5, within: .seconds(600), minimumCalls: 4),
        ] {
            let bench = CircuitBreakerTestBench(policy: policy)
            bench.run(.success, Self.failure, Self.failure)
            bench.clock.advance(by: .seconds(59))
            bench.run(.success)
            #expect(bench.breaker.state == .open)
            #expect(bench.breaker.snapshot.timeLeft == .seconds(60))
        }
    }

    @Test("a success can open the circuit when older successes have left the window by time")
    func successAfterExpiry() {
        let bench = CircuitBreakerTestBench(policy: Self.never.failureRatio(0.5, within: .seconds(10), minimumCalls: 3))
        bench.run(.success, .success, .success)
        bench.clock.advance(by: .seconds(5))
        bench.run(Self.failure, Self.failure)
        #expect(bench.breaker.state == .closed)
        bench.clock.advance(by: .seconds(6))
        bench.run(.success)
        #expect(causes(bench) == [.failureRatioOverTime])
        #expect(bench.breaker.snapshot.timeLeft == .seconds(60))
    }

    @Test("slow calls open the circuit, when they end or while they run")
    func slowCalls() {
        let policy = Self.never.slowCallRatio(0.5, slowerThan: .seconds(1), within: .seconds(60), minimumCalls: 4)
        let bench = CircuitBreakerTestBench(policy: policy)
        bench.run(.success, .success, taking: .milliseconds(999))
        bench.run(.success, taking: .seconds(1))
        #expect(bench.breaker.state == .closed)
        bench.run(.success, taking: .seconds(1))
        #expect(causes(bench) == [.slowCalls])
        bench.elapseBreak()
        bench.run(.success, taking: .seconds(1))
        #expect(bench.breaker.state == .open, "a slow probe is a failed one")
    }

    @Test("calls in flight leave the count when they end, in any order and after any time")
    func callsInFlight() {
        // A window that has forgotten a call that ended before the next step: what is slow then, is in flight.
        let policy = Self.never
            .slowCallRatio(1, slowerThan: .seconds(10), within: .milliseconds(10), minimumCalls: 1_000)
        let bench = CircuitBreakerTestBench(policy: policy)
        var random = SeededGenerator(seed: 4)
        var running: [(ticket: CircuitBreaker.Ticket, start: Duration)] = []
        for _ in 0..<2_000 {
            bench.clock.advance(by: .milliseconds(Int64.random(in: 20...3_000, using: &random)))
            let now = bench.clock.now
            let snapshot = bench.breaker.snapshot
            let ages = running.map { ManualClock.Instant().duration(to: now) - $0.start }
            #expect(snapshot.inFlight == running.count)
            let slow = snapshot.slowCalls?.failures ?? -1
            #expect(slow <= ages.count { $0 >= .seconds(10) }, "no call is slow before it is")
            #expect(slow >= ages.count { $0 >= .seconds(11) }, "a tenth later at most it is")
            if Bool.random(using: &random), running.count < 40, let ticket = bench.breaker.ticket() {
                running.append((ticket, ManualClock.Instant().duration(to: now)))
            } else if !running.isEmpty {
                running.remove(at: Int.random(in: 0..<running.count, using: &random)).ticket.neutral()
            }
        }
    }

    @Test("rules combine: the first that is met opens the circuit, and the event says which")
    func combined() {
        let policy = CircuitBreakerPolicy.stable
            .failureRatio(0.5, ofLast: 20, minimumCalls: 6).failureRatio(0.9, within: .seconds(10), minimumCalls: 4)
        let bench = CircuitBreakerTestBench(policy: policy)
        for _ in 0..<4 { bench.run(Self.failure) }
        #expect(causes(bench) == [.failureRatioOverTime])
        bench.breaker.reset()
        for _ in 0..<3 { bench.run(.success, Self.failure) }
        #expect(causes(bench).last == .failureRatio)
    }

    @Test("the classes that count are a setting; others are successes, or neutral by choice")
    func classes() {
        let bench = CircuitBreakerTestBench()
        for known in ErrorClass.builtIn { bench.run(.failure(ErrorClassification(known))) }
        bench.breaker.reset()
        let counted = ErrorClass.builtIn.filter { CircuitBreakerPolicy.default.failures.contains($0) }
        #expect(counted == [.transient, .rateLimit, .serverError, .unknown])
        #expect(CircuitBreakerPolicy.default.failures.contains(ErrorClass("warming_up")))
        bench.run(Self.failure, Self.failure, .failure(.permanent))
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
        let strict = CircuitBreakerTestBench(policy: .default.failures(.only(.transient)).otherClasses(.neutral))
        strict.run(Self.failure, Self.failure, .failure(.serverError), .failure(.auth))
        #expect(strict.breaker.snapshot.consecutiveFailures == 2)
    }

    @Test("calls: errors are classified, values can be rejected, cancellations and inner circuits are neutral")
    func calls() throws {
        let bench = CircuitBreakerTestBench()
        #expect(throws: TransientError.self) { try bench.breaker.call { throw TransientError() } }
        let unavailable = { (status: borrowing Int) -> ErrorClassification? in status == 503 ? .serverError : nil }
        #expect(try bench.breaker.call(rejecting: unavailable) { 503 } == 503)
        #expect(bench.breaker.snapshot.consecutiveFailures == 2)
        #expect(throws: CancellationError.self) { try bench.breaker.call { throw CancellationError() } }
        let inner = CircuitOpenError(name: "inner", retryAfter: nil, state: .open)
        #expect(throws: CircuitOpenError.self) { try bench.breaker.call { throw inner } }
        #expect(bench.breaker.snapshot.consecutiveFailures == 2)
        #expect(throws: StrangeError.self) {
            try bench.breaker.call(classifier: .always(.permanent)) { throw StrangeError() }
        }
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
        let double = bench.breaker.protect { (number: Int) in 2 * number }
        #expect(try double(21) == 42)
    }

    private func counts(_ calls: Int, _ failures: Int) -> CircuitBreaker.CallCounts {
        CircuitBreaker.CallCounts(calls: calls, failures: failures)
    }
}
