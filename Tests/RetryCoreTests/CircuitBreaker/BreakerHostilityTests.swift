import RetryCore
import RetryTesting
import Testing

@Suite("A breaker among hostile clocks and numbers", .timeLimit(.minutes(20)))
struct BreakerHostilityTests {
    private static let policy = CircuitBreakerPolicy.unstable
        .failureRatio(0.5, within: .seconds(10), minimumCalls: 5)
        .slowCallRatio(0.5, slowerThan: .seconds(2), within: .seconds(30), minimumCalls: 1_000)
        .hintOpens(upTo: .seconds(Int64.max))

    private func calls(_ times: [Duration], _ policy: CircuitBreakerPolicy = policy) -> CircuitBreaker.State {
        let clock = ScriptedClock(times)
        let breaker = CircuitBreaker("hostile", policy: policy, clock: RetryClock(clock))
        for number in 0..<60 {
            guard let ticket = breaker.ticket() else { continue }
            if number.isMultiple(of: 3) {
                ticket.fail(.transient, hint: .after(.seconds(Int64.max)))
            } else {
                ticket.succeed()
            }
            _ = breaker.snapshot
        }
        return breaker.state
    }

    @Test("a clock that jumps by years, runs backwards or stands still traps nothing")
    func clocks() {
        let centuries = Duration.seconds(Int64.max / 1_000_000_000 * 3)
        _ = calls([.zero, centuries, .zero, centuries * 2, .seconds(1)])
        _ = calls((0..<200).map { .seconds(-$0) })
        _ = calls((0..<200).map { .seconds(Int64($0) * 31_536_000 * 10) })
        _ = calls([.nanoseconds(Int64.max), .nanoseconds(Int64.min)])
        #expect(calls([.zero], .unstable) == .closed)
    }

    @Test("a clock that jumps by years ends a break, and does not wedge the breaker")
    func jump() {
        let bench = CircuitBreakerTestBench(policy: Self.policy)
        bench.trip()
        bench.clock.advance(by: .seconds(31_536_000 * 200))
        #expect(bench.run(.success, .success, .success) == [.admitted, .admitted, .admitted])
        #expect(bench.breaker.state == .closed)
    }

    @Test("a clock that runs backwards makes a break longer, never wrong")
    func backwards() {
        let bench = ScriptedClock([.seconds(100), .seconds(100), .seconds(-500), .seconds(160)])
        let breaker = CircuitBreaker("b", clock: RetryClock(bench))
        breaker.trip()
        #expect(breaker.turnsAway)
        #expect(!breaker.turnsAway)
    }

    @Test("breaks, leases and growth saturate")
    func saturation() {
        let forever = Duration.seconds(Int64.max)
        let bench = CircuitBreakerTestBench(
            policy: .unstable.breakDuration(.exponential(initial: .seconds(1), factor: 1e308, cap: forever))
                .halfOpen(lease: forever))
        bench.clock.advance(by: .seconds(1_000_000_000))
        bench.trip()
        for _ in 0..<3 {
            bench.elapseBreak()
            #expect(bench.run(.failure(.transient)) == [.admitted])
        }
        // The clock has come to its last moment, and even there the breaker closes.
        #expect(bench.run(.success, .success) == [.admitted, .admitted])
        #expect(bench.breaker.state == .closed)
    }

    @Test("a permit may come back from many generations ago")
    func ancient() throws {
        let bench = CircuitBreakerTestBench()
        let ticket = try #require(bench.breaker.ticket())
        for _ in 0..<1_000 {
            bench.trip()
            bench.breaker.reset()
        }
        let before = bench.breaker.machine
        ticket.fail(.transient)
        #expect(bench.breaker.machine == before)
    }
}

@Suite("A breaker on many threads", .timeLimit(.minutes(20)))
struct BreakerStressTests {
    @Test("keeps its rules: probes, numbers, and counts that add up", arguments: 0..<4)
    func stress(round: Int) {
        let clock = ManualClock()
        let recorder = RecordingCircuitBreakerObserver()
        let probes = round + 1
        let policy = CircuitBreakerPolicy.unstable
            .failureRatio(0.5, ofLast: 20, minimumCalls: 5).failureRatio(0.5, within: .seconds(9), minimumCalls: 5)
            .slowCallRatio(0.9, slowerThan: .seconds(500), within: .seconds(9), minimumCalls: 5)
            .halfOpen(probes: probes, successes: 2, allowedFailures: 1, lease: .seconds(10_000))
            .breakDuration(.seconds(1))
        let breaker = CircuitBreaker(
            "stress", policy: policy, clock: RetryClock(clock), random: .seeded(1), observer: recorder.observer)
        let threads = (0..<8).map { thread in
            TestThread {
                var random = SeededGenerator(seed: UInt64(thread + 8 * round))
                var most = 0
                for _ in 0..<1_000 {
                    let ticket = breaker.ticket()
                    let snapshot = breaker.snapshot
                    if snapshot.state == .halfOpen { most = max(most, snapshot.inFlight ?? 0) }
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0..<4: ticket?.fail(.transient)
                    case 4: ticket?.neutral()
                    case 5: clock.advance(by: .milliseconds(300))
                    default: ticket?.succeed()
                    }
                    ticket?.succeed()  // inert
                }
                return most
            }
        }
        let most = threads.map { $0.join() }
        #expect(most.allSatisfy { $0 != nil && $0 ?? .max <= probes })
        #expect(breaker.snapshot.inFlight == 0)
        let events = recorder.events
        #expect(events.map(\.number) == (0..<events.count).map { UInt64($0 + 1) })
        for (one, next) in zip(events, events.dropFirst()) { #expect(one.change?.to == next.change?.from) }
    }
}
