import RetryCore
import RetryTesting
import Testing

@Suite("The length of breaks", .timeLimit(.minutes(20)))
struct BreakDurationTests {
    /// The first breaks of a circuit that never closes.
    private func breaks(_ backoff: Backoff, seed: UInt64, _ count: Int = 4) -> [Duration] {
        let bench = CircuitBreakerTestBench(policy: .default.breakDuration(backoff), seed: seed)
        bench.trip()
        for _ in 1..<count {
            bench.elapseBreak()
            bench.run(.failure(.transient))
        }
        return bench.events.compactMap { $0.change?.breakDuration }
    }

    @Test(
        "is at least half of the delay before jitter, and at most the cap, whatever the jitter",
        arguments: [
            Jitter.full, .equal, .proportional(0.1), .proportional(1), .floor(.milliseconds(1)), .floor(.seconds(10)),
            .additive(.seconds(3)), .none,
        ])
    func minimum(jitter: Jitter) {
        let backoff = Backoff.exponential(initial: .seconds(10), cap: .seconds(40), jitter: jitter)
        let whole: [Duration] = [.seconds(10), .seconds(20), .seconds(40), .seconds(40)]
        for seed in UInt64(0)..<200 {
            let breaks = breaks(backoff, seed: seed)
            #expect(breaks.count == 4)
            for (drawn, whole) in zip(breaks, whole) {
                #expect(drawn >= whole / 2 && drawn <= .seconds(40), "\(jitter) \(breaks)")
            }
        }
    }

    @Test("full jitter, the default of every backoff, draws as equal jitter does")
    func fullJitter() {
        for seed in UInt64(0)..<20 {
            let full = breaks(.exponential(initial: .seconds(10), cap: .seconds(40)), seed: seed)
            #expect(full == breaks(.exponential(initial: .seconds(10), cap: .seconds(40), jitter: .equal), seed: seed))
        }
    }

    @Test("the draws reach over the whole of the upper half")
    func spread() {
        let backoff = Backoff.exponential(initial: .seconds(10), cap: .seconds(40))
        let first = (UInt64(0)..<400).map { breaks(backoff, seed: $0)[0] }
        #expect(first.contains { $0 < .seconds(5.2) } && first.contains { $0 > .seconds(9.8) })
        let mean = first.reduce(.zero, +) / first.count
        #expect(mean > .seconds(7.2) && mean < .seconds(7.8))
    }

    @Test("decorrelated jitter goes by the break before, and draws at least the initial delay")
    func decorrelated() {
        let backoff = Backoff.exponential(initial: .seconds(10), cap: .seconds(600), jitter: .decorrelated)
        for seed in UInt64(0)..<100 {
            var previous = Duration.seconds(10)
            for drawn in breaks(backoff, seed: seed, 6) {
                #expect(drawn >= .seconds(10) && drawn <= previous * 3)
                previous = drawn
            }
        }
    }

    @Test("the time that a server asked for is no break that the next one grows from")
    func hintAndJitter() {
        let backoff = Backoff.exponential(initial: .seconds(10), cap: .seconds(3_600), jitter: .decorrelated)
        for seed in UInt64(0)..<50 {
            let bench = CircuitBreakerTestBench(policy: .default.breakDuration(backoff).hintOpens(), seed: seed)
            bench.run(.failure(.rateLimit(after: .seconds(300))))
            bench.elapseBreak()
            bench.run(.failure(.transient))
            let drawn = bench.events.last?.change?.breakDuration ?? .zero
            #expect(drawn >= .seconds(10) && drawn <= .seconds(30))
        }
    }
}

@Suite("Modifiers of a breaker's policy", .timeLimit(.minutes(20)))
struct BreakerModifierTests {
    @Test("can come in any order")
    func order() {
        let one = CircuitBreakerPolicy.default.consecutiveFailures(nil)
            .failureRatio(0.5, within: .seconds(30), minimumCalls: 20)
        let other = CircuitBreakerPolicy.default.failureRatio(0.5, within: .seconds(30), minimumCalls: 20)
            .consecutiveFailures(nil)
        #expect(one == other)
        let bench = CircuitBreakerTestBench(policy: one)
        for _ in 0..<19 { bench.run(.failure(.transient)) }
        #expect(bench.breaker.state == .closed)
        bench.run(.failure(.transient))
        #expect(bench.breaker.state == .open)
        #expect(CircuitBreakerPolicy.default.consecutiveFailures(nil).consecutiveFailures(7).consecutiveFailures == 7)
        #expect(CircuitBreakerPolicy.default.consecutiveFailures(nil).hintOpens().consecutiveFailures == nil)
    }

    @Test("leave alone what they don't name")
    func siblings() {
        let policy = CircuitBreakerPolicy.default
            .halfOpen(probes: 3).halfOpen(successes: 7).halfOpen(allowedFailures: 2).halfOpen(lease: .seconds(9))
        #expect(policy == .default.halfOpen(probes: 3, successes: 7, allowedFailures: 2, lease: .seconds(9)))
        #expect(policy.halfOpen() == policy)
        #expect(policy.breakDuration(.seconds(5)).probes == 3)
    }
}
