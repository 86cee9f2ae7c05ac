import RetryCore
import RetryTesting
import Testing

/// Each rule of the design by its name.
@Suite("The rules of the circuit breaker", .timeLimit(.minutes(20)))
struct BreakerRuleTests {
    private static let failure = AttemptResult.failure(.transient)

    /// A breaker whose circuit has just opened by its own rule, and a permit from before that.
    private func opened(
        _ policy: CircuitBreakerPolicy = .default
    ) throws -> (bench: CircuitBreakerTestBench, late: CircuitBreaker.Ticket) {
        let bench = CircuitBreakerTestBench(policy: policy)
        let late = try #require(bench.breaker.ticket())
        for _ in 0..<(policy.consecutiveFailures ?? 0) { bench.run(Self.failure) }
        #expect(bench.breaker.state == .open)
        return (bench, late)
    }

    // MARK: Generation

    @Test("a result of an earlier generation changes nothing: not while the circuit is open")
    func lateWhileOpen() throws {
        for late in [AttemptResult.success, Self.failure, .neutral] {
            let (bench, _) = try opened(.default.hintOpens())
            let stale = CircuitBreaker.Admission(generation: 1)
            bench.clock.advance(by: .seconds(30))
            let before = bench.breaker.machine
            bench.breaker.finish(stale, late)
            bench.breaker.finish(stale, .failure(.rateLimit(after: .seconds(200))))
            #expect(bench.breaker.machine == before)
            #expect(bench.events.count == 1)
            #expect(bench.breaker.snapshot.timeLeft == .seconds(30))
        }
    }

    @Test("a result of an earlier generation changes nothing: four late successes don't close a half-open circuit")
    func lateWhileHalfOpen() throws {
        let bench = CircuitBreakerTestBench()
        let permits = (0..<8).compactMap { _ in bench.breaker.ticket() }
        for _ in 0..<5 { bench.run(Self.failure) }
        bench.elapseBreak()
        let probe = try bench.breaker.acquire()
        let before = bench.breaker.machine
        for permit in permits.prefix(4) { permit.succeed() }
        for permit in permits.dropFirst(4) { permit.fail(.transient) }
        #expect(bench.breaker.machine == before)
        #expect(bench.breaker.state == .halfOpen)
        #expect(bench.breaker.turnsAway)
        probe.succeed()
        #expect(bench.run(.success) == [.admitted])
        #expect(bench.breaker.state == .closed)
    }

    @Test("a result of an earlier generation changes nothing: a circuit that has closed again keeps its counts")
    func lateWhileClosedAgain() throws {
        let (bench, late) = try opened(.unstable.failureRatio(0.5, ofLast: 10, minimumCalls: 5))
        bench.elapseBreak()
        bench.run(.success, .success, Self.failure, Self.failure)
        let before = bench.breaker.machine
        late.fail(.transient)
        #expect(bench.breaker.machine == before)
        #expect(bench.breaker.snapshot.consecutiveFailures == 2)
        #expect(bench.breaker.state == .closed)
    }

    // MARK: Half open

    @Test("half open admits exactly as many probes as it may", arguments: [1, 2, 3, 10])
    func probes(count: Int) throws {
        let (bench, _) = try opened(.default.halfOpen(probes: count, successes: 20))
        bench.elapseBreak()
        let admitted = (0..<50).compactMap { _ in bench.breaker.ticket() }
        #expect(admitted.count == count)
        #expect(bench.breaker.snapshot.inFlight == count)
        admitted.last?.succeed()
        #expect(!bench.breaker.turnsAway)
    }

    @Test("a neutral probe gives its place back and counts for nothing")
    func neutralProbe() throws {
        let (bench, _) = try opened()
        bench.elapseBreak()
        for _ in 0..<10 { #expect(bench.run(.neutral) == [.admitted]) }
        let snapshot = bench.breaker.snapshot
        #expect(snapshot.state == .halfOpen && snapshot.probeSuccesses == 0 && snapshot.probeFailures == 0)
        #expect(bench.run(.success, .success) == [.admitted, .admitted])
        #expect(bench.states == [.open, .halfOpen, .closed])
    }

    @Test("a cancelled probe gives its place back and counts for nothing")
    func cancelledProbe() throws {
        let (bench, _) = try opened()
        bench.elapseBreak()
        #expect(throws: CancellationError.self) { try bench.breaker.call { throw CancellationError() } }
        #expect(bench.breaker.snapshot.inFlight == 0)
        #expect(bench.breaker.state == .halfOpen)
    }

    @Test("success threshold and allowed failures are settings")
    func thresholds() throws {
        let (bench, _) = try opened(.default.halfOpen(successes: 3, allowedFailures: 2))
        bench.elapseBreak()
        bench.run(Self.failure, .success, Self.failure, .success)
        #expect(bench.breaker.state == .halfOpen)
        bench.run(.success)
        #expect(bench.breaker.state == .closed)
        bench.trip()
        bench.elapseBreak()
        bench.run(Self.failure, Self.failure, Self.failure)
        #expect(bench.breaker.state == .open)
    }

    @Test("a probe that never returns does not wedge the breaker: its lease ends, and its late result is inert")
    func lease() throws {
        let (bench, _) = try opened(.default.halfOpen(lease: .seconds(30)))
        bench.elapseBreak()
        let lost = try #require(bench.breaker.ticket())
        #expect(bench.breaker.turnsAway)
        bench.clock.advance(by: .seconds(30) - .nanoseconds(1))
        #expect(bench.breaker.turnsAway)
        bench.clock.advance(by: .nanoseconds(1))
        let second = try bench.breaker.acquire()
        let before = bench.breaker.machine
        lost.fail(.transient)
        #expect(bench.breaker.machine == before)
        #expect(bench.breaker.snapshot.probeFailures == 0)
        #expect(bench.breaker.turnsAway)
        second.succeed()
        bench.run(.success)
        #expect(bench.breaker.state == .closed)
    }

    @Test("an overdue probe counts as long as no other call has taken its place")
    func overdueProbe() throws {
        let (bench, _) = try opened(.default.halfOpen(lease: .seconds(30)))
        bench.elapseBreak()
        // Operations that take longer than the lease, one after the other: all of them succeed.
        #expect(bench.run(.success, .success, taking: .seconds(45)) == [.admitted, .admitted])
        #expect(bench.breaker.state == .closed)
        bench.trip()
        bench.elapseBreak()
        bench.run(Self.failure, taking: .seconds(45))
        #expect(bench.breaker.state == .open)
    }

    @Test("a call that needs a place takes that of the oldest overdue probe alone")
    func oldestProbe() throws {
        let (bench, _) = try opened(.default.halfOpen(probes: 2, successes: 2, lease: .seconds(30)))
        bench.elapseBreak()
        let oldest = try #require(bench.breaker.ticket())
        let other = try #require(bench.breaker.ticket())
        bench.clock.advance(by: .seconds(40))
        #expect(bench.breaker.snapshot.inFlight == 0, "both are overdue")
        let third = try #require(bench.breaker.ticket())
        #expect(bench.breaker.snapshot.inFlight == 1)
        oldest.succeed()
        #expect(bench.breaker.snapshot.probeSuccesses == 0)
        other.succeed()
        third.succeed()
        #expect(bench.breaker.state == .closed)
    }

    // MARK: The break

    @Test("the break is 60 s by default, and over at its last moment: ≥")
    func fixedBreak() throws {
        let (bench, _) = try opened()
        bench.clock.advance(by: .seconds(60) - .nanoseconds(1))
        #expect(bench.breaker.turnsAway)
        #expect(bench.breaker.state == .open)
        bench.clock.advance(by: .nanoseconds(1))
        #expect(bench.breaker.state == .halfOpen)
        #expect(!bench.breaker.turnsAway)
    }

    @Test("the break grows with each half-open circuit that fails, up to a cap, and starts anew when closed")
    func growingBreak() throws {
        let backoff = Backoff.exponential(initial: .seconds(1), cap: .seconds(5), jitter: .none)
        let (bench, _) = try opened(.default.breakDuration(backoff))
        var breaks: [Duration?] = []
        for _ in 0..<4 {
            breaks.append(bench.breaker.snapshot.timeLeft)
            bench.elapseBreak()
            bench.run(Self.failure)
        }
        #expect(breaks == [.seconds(1), .seconds(2), .seconds(4), .seconds(5)])
        bench.elapseBreak()
        bench.run(.success, .success)
        bench.trip()
        #expect(bench.breaker.snapshot.timeLeft == .seconds(1))
    }

    @Test("the jitter of the break follows from the seed, and stays within the cap")
    func jitter() throws {
        let policy = CircuitBreakerPolicy.default.breakDuration(
            .exponential(initial: .seconds(10), cap: .seconds(40), jitter: .proportional(0.5)))
        func breaks(_ seed: UInt64) -> [Duration] {
            let bench = CircuitBreakerTestBench(policy: policy, seed: seed)
            bench.trip()
            for _ in 0..<5 {
                bench.elapseBreak()
                bench.run(Self.failure)
            }
            return bench.events.compactMap { $0.change?.breakDuration }
        }
        let all = (0..<50 as Range<UInt64>).map(breaks)
        #expect(all[7] == breaks(7))
        #expect(Set(all).count == 50)
        #expect(all.allSatisfy { $0.count == 6 && $0.allSatisfy { $0 >= .seconds(5) && $0 <= .seconds(40) } })
    }

    @Test("a hint opens the circuit for its time, capped, where the policy says so")
    func hints() {
        let limited = AttemptResult.failure(.rateLimit(after: .seconds(90)))
        let plain = CircuitBreakerTestBench()
        plain.run(limited)
        #expect(plain.breaker.state == .closed)
        let bench = CircuitBreakerTestBench(policy: .default.hintOpens())
        bench.run(limited)
        #expect(bench.breaker.snapshot.timeLeft == .seconds(90))
        #expect(bench.events.last?.change?.cause == .hint)
        bench.elapseBreak()
        bench.run(.failure(.rateLimit(after: .seconds(Int64.max))))
        #expect(bench.breaker.snapshot.timeLeft == .seconds(300))
        bench.breaker.reset()
        for hint in [RetryHint.never, .after(.zero), .after(.seconds(-5)), .after(.seconds(Int64.min))] {
            bench.run(.failure(ErrorClassification(.rateLimit, hint: hint)))
        }
        #expect(bench.breaker.state == .closed)
    }

    @Test("a hint of a failure that does not count opens nothing")
    func hintOfOtherClass() {
        let bench = CircuitBreakerTestBench(policy: .default.hintOpens())
        bench.run(.failure(ErrorClassification(.permanent, hint: .after(.seconds(9)))))
        #expect(bench.breaker.state == .closed)
    }

    @Test("a late failure while open does not extend the break")
    func lateFailure() throws {
        let (bench, late) = try opened()
        bench.clock.advance(by: .seconds(59))
        late.fail(.transient, hint: .after(.seconds(100)))
        bench.clock.advance(by: .seconds(1))
        #expect(bench.breaker.state == .halfOpen)
    }

    // MARK: What is told

    @Test("the rejection carries the time left")
    func rejection() throws {
        let (bench, _) = try opened()
        bench.clock.advance(by: .seconds(48))
        let error = #expect(throws: CircuitOpenError.self) {
            let permit = try bench.breaker.acquire()
            permit.succeed()
        }
        #expect(error == CircuitOpenError(name: "test", retryAfter: .seconds(12), state: .open))
        #expect(error?.description.contains("12s") == true)
        #expect(bench.breaker.timeUntilProbe == 12_000_000_000)
        bench.elapseBreak()
        #expect(bench.breaker.timeUntilProbe == nil)
        let probe = try bench.breaker.acquire()
        #expect(bench.breaker.timeUntilProbe == 100_000_000)
        #expect(bench.breaker.openError().state == .halfOpen)
        probe.neutral()
        let isolation = bench.breaker.isolate()
        #expect(bench.breaker.timeUntilProbe == .max)
        #expect(bench.breaker.openError() == CircuitOpenError(name: "test", retryAfter: nil, state: .isolated))
        isolation.end()
        bench.breaker.forceOpen()
        #expect(bench.breaker.openError() == CircuitOpenError(name: "test", retryAfter: nil, state: .forcedOpen))
    }

    @Test("a retry around a protected call ends with the first rejection")
    func retryAround() throws {
        let (bench, _) = try opened()
        var calls = 0
        #expect(throws: CircuitOpenError.self) {
            try retryBlocking(.api.sleeper(ManualSleeper().sleeper)) {
                calls += 1
                try bench.breaker.call {}
            }
        }
        #expect(calls == 1)
    }

    @Test("a permit that is dropped is neutral, and a ticket counts once")
    func permits() throws {
        let counted = CircuitBreakerPolicy.unstable
            .slowCallRatio(1, slowerThan: .seconds(1), within: .seconds(9), minimumCalls: 9)
        let bench = CircuitBreakerTestBench(policy: counted)
        do {
            let permit = try bench.breaker.acquire()
            #expect(bench.breaker.snapshot.inFlight == 1)
            _ = permit  // gone at the end of its scope
        }
        #expect(bench.breaker.snapshot.inFlight == 0)
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
        let ticket = try bench.breaker.acquire().ticket()
        let copy = ticket
        #expect(ticket.fail(.transient))
        #expect(!copy.fail(.transient) && !copy.succeed() && !ticket.neutral())
        #expect(bench.breaker.snapshot.consecutiveFailures == 1)
        do { _ = try bench.breaker.acquire().ticket() }
        #expect(bench.breaker.snapshot.inFlight == 0)
    }

    @Test("a call that hangs counts as slow while it runs")
    func hungCalls() throws {
        let policy = CircuitBreakerPolicy.default.slowCallRatio(
            0.5, slowerThan: .seconds(2), within: .seconds(30), minimumCalls: 4)
        let bench = CircuitBreakerTestBench(policy: policy)
        let hanging = (0..<4).compactMap { _ in bench.breaker.ticket() }
        #expect(hanging.count == 4)
        bench.clock.advance(by: .seconds(2))
        bench.clock.advance(by: .milliseconds(200))  // a tenth of the threshold at most
        #expect(bench.breaker.snapshot.slowCalls?.failures == 4)
        #expect(bench.breaker.turnsAway)
        #expect(bench.events.last?.change?.cause == .slowCalls)
        for call in hanging { call.succeed() }
        #expect(bench.breaker.state == .open)
    }
}
