import RetryCore
import RetryTesting
import Testing

@Suite("Hostile saved circuits", .timeLimit(.minutes(20)))
struct CircuitBreakerCheckpointTests {
    private static let states = CircuitBreaker.State.allCases.filter { $0 != .isolated }
    private static let counts = [0, 1, 4, 5, 1_000_000, Int.max - 1, Int.max]
    private static let times = ["0s", "1ns", "59s", "9223372036s", "9223372036.854775807s"]
    private static let policies: [CircuitBreakerPolicy] = [
        .default,
        .default.consecutiveFailures(.max).halfOpen(successes: .max, allowedFailures: .max),
        .unstable.failureRatio(0.5, ofLast: 10, minimumCalls: 2).failureRatio(0.5, within: .seconds(9), minimumCalls: 2)
            .slowCallRatio(0.5, slowerThan: .seconds(1), within: .seconds(9), minimumCalls: 2)
            .hintOpens(upTo: .seconds(Int64.max)),
        .unstable.breakDuration(.exponential(initial: .seconds(1), factor: 1e300, cap: .seconds(Int64.max)))
            .halfOpen(probes: 1_000, successes: 1, allowedFailures: 1, lease: .seconds(Int64.max)),
        .unstable.breakDuration(.exponential(initial: .seconds(1), cap: .seconds(Int64.max), jitter: .decorrelated)),
        .unstable.breakDuration(.fibonacci(initial: .seconds(1), cap: .seconds(Int64.max))),
    ]

    /// Uses a breaker as callers do, in every way that counts.
    private func use(_ bench: CircuitBreakerTestBench) {
        let results: [AttemptResult] = [
            .failure(.transient), .failure(.rateLimit(after: .seconds(Int64.max))), .cutOff(after: .seconds(Int64.max)),
            .neutral, .success, .success, .failure(.permanent),
        ]
        for result in results {
            bench.run(result)
            bench.run(result, taking: .seconds(2))
            _ = bench.breaker.snapshot
            _ = bench.breaker.timeUntilProbe
        }
    }

    @Test("trap nothing, in any phase and with any counts", arguments: states)
    func extremes(state: CircuitBreaker.State) throws {
        var restored = 0
        for failures in Self.counts {
            for openings in Self.counts {
                let time = Self.times[restored % Self.times.count]
                let saved: CircuitBreakerCheckpoint = try JSON.decode(
                    """
                    {"state": "\(state.rawValue)", "time_left": "\(time)", "consecutive_failures": \(failures),
                    "openings": \(openings)}
                    """)
                let bench = CircuitBreakerTestBench(policy: Self.policies[restored % Self.policies.count])
                restored += 1
                bench.clock.advance(by: .seconds(1_000_000_000))
                bench.breaker.restore(saved)
                use(bench)
                bench.elapseBreak()
                use(bench)
                let again: CircuitBreakerCheckpoint = try JSON.decode(try JSON.encode(bench.breaker.saved))
                bench.breaker.restore(again)
                use(bench)
                bench.clock.advance(by: .seconds(Int64.max))
                use(bench)
            }
        }
        #expect(restored == 49)
    }

    @Test("a count at its end stays there, and opens the circuit at the next failure")
    func saturation() throws {
        let saved: CircuitBreakerCheckpoint = try JSON.decode(
            #"{"state": "half_open", "consecutive_failures": 9223372036854775807}"#)
        let bench = CircuitBreakerTestBench(policy: .default.halfOpen(allowedFailures: 1))
        bench.breaker.restore(saved)
        bench.run(.failure(.transient))
        #expect(bench.breaker.snapshot.consecutiveFailures == .max)
        bench.run(.failure(.transient))
        #expect(bench.breaker.state == .open)
        bench.elapseBreak()
        bench.run(.success, .success)
        #expect(bench.breaker.state == .closed)
    }

    @Test("no count opens a circuit whose policy has no rule for it")
    func countWithoutRule() throws {
        let saved: CircuitBreakerCheckpoint = try JSON.decode(
            #"{"state": "closed", "consecutive_failures": 9223372036854775807}"#)
        let bench = CircuitBreakerTestBench(
            policy: .default.consecutiveFailures(nil).failureRatio(0.5, ofLast: 10, minimumCalls: 10))
        bench.breaker.restore(saved)
        bench.run(.failure(.transient))
        #expect(bench.breaker.state == .closed)
    }

    @Test("a restored circuit is not wedged", arguments: states.filter { $0 != .forcedOpen })
    func notWedged(state: CircuitBreaker.State) throws {
        let saved: CircuitBreakerCheckpoint = try JSON.decode(
            #"{"state": "\#(state.rawValue)", "time_left": "9223372036s", "consecutive_failures": 1000, "openings": 1000}"#
        )
        let bench = CircuitBreakerTestBench()
        bench.breaker.restore(saved)
        bench.clock.advance(by: .seconds(60))
        #expect(bench.run(.success, .success) == [.admitted, .admitted])
        if state == .open || state == .halfOpen { #expect(bench.breaker.state == .closed) }
    }
}
