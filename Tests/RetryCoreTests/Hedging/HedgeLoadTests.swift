import RetryCore
import RetryTesting
import Testing

/// A quantile as many libraries have it, for comparison: a histogram of the last 30 s that is evaluated each 3 s.
private final class RefreshedHistogram {
    private let quantile: Double
    private var latencies: [(time: Int64, latency: Int64)] = []
    private var nextRefresh: Int64 = 3_000_000_000
    private(set) var estimate: Int64?

    init(_ quantile: Double) { self.quantile = quantile }

    func record(_ latency: Int64, at time: Int64) { latencies.append((time, latency)) }

    func refresh(at time: Int64) {
        guard time >= nextRefresh else { return }
        nextRefresh = time + 3_000_000_000
        latencies.removeAll { $0.time < time - 30_000_000_000 }
        let sorted = latencies.map(\.latency).sorted()
        estimate = sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(quantile * Double(sorted.count)))]
    }
}

/// Hedging under load, in virtual time.
@Suite("Load of hedged calls", .timeLimit(.minutes(20)))
struct HedgeLoadTests {
    /// Answers of 8 to 12 ms, of which one in a hundred takes a second; from a time on, all take three times as long.
    struct Service {
        var random: SeededGenerator
        var tripledFrom = Int64.max

        mutating func latency(at now: Int64) -> Int64 {
            if Double.random(in: 0..<1, using: &random) < 0.01 { return 1_000_000_000 }
            let latency = Int64.random(in: 8_000_000...12_000_000, using: &random)
            return now >= tripledFrom ? 3 * latency : latency
        }
    }

    /// Runs calls that arrive in turn, at random times.
    static func run(
        _ policy: HedgePolicy, calls: Int, perSecond: Double, seed: UInt64, tripledFrom: Int64 = .max
    ) -> HedgeSimulation {
        var service = Service(random: SeededGenerator(seed: seed), tripledFrom: tripledFrom)
        var random = SeededGenerator(seed: seed + 1000)
        let simulation = HedgeSimulation(policy) { _, _, now in
            HedgeSimulation.Answer(latency: service.latency(at: now))
        }
        var time = 0.0
        for _ in 0..<calls {
            time += Double.random(in: 0...2, using: &random) * 1e9 / perSecond
            simulation.arrives(at: Int64(time))
        }
        return simulation.run()
    }

    static func share(_ simulation: HedgeSimulation, _ range: Range<Int64>) -> Double {
        let calls = simulation.calls.filter { range.contains($0.arrival) }
        return Double(calls.filter { $0.starts.count > 1 }.count) / Double(max(1, calls.count))
    }

    @Test("with 1 % of slow answers the delay is the quantile, and the extra load at most 6 %", arguments: 1...2)
    func steady(seed: UInt64) {
        let policy = HedgePolicy(.quantile(0.95), budget: seed == 1 ? nil : .unlimited)
        let simulation = Self.run(policy, calls: 100_000, perSecond: 100, seed: seed)
        let state = simulation.hedger.snapshot()
        // 95 % of all are 95/99 of the fast ones.
        let exact = 8_000_000 + 4_000_000 * 0.95 / 0.99
        let delay = state.delay?.saturatedNanoseconds ?? 0
        #expect(abs(Double(delay) / exact - 1) < 0.1, "\(delay)")
        #expect((0.04...0.06).contains(state.counts.extraLoad), "\(state.counts.extraLoad)")
        #expect(state.counts.addsUp)
        let sorted = simulation.calls.map(\.latency).sorted()
        // Without hedges the 99th percentile is near a second, the 99.9th is one.
        #expect(sorted[99_000] < 30_000_000 && sorted[99_900] < 30_000_000)
        // During the whole run, and not only at its end.
        let delays = simulation.calls.dropFirst(2000).filter { $0.starts.count > 1 }.map { $0.starts[1] - $0.starts[0] }
        let outside = delays.filter { abs(Double($0) / exact - 1) > 0.1 }.count
        #expect(Double(outside) < 0.02 * Double(delays.count), "\(outside) of \(delays.count)")
    }

    @Test("when latency triples the estimator hedges few calls, and within its budget at most 10 %", arguments: 1...5)
    func tripled(seed: UInt64) {
        let start: Int64 = 60_000_000_000
        func hedged(_ budget: RetryBudgetPolicy?) -> Double {
            let policy = HedgePolicy(.quantile(0.95), budget: budget)
            let simulation = Self.run(policy, calls: 7200, perSecond: 100, seed: seed, tripledFrom: start)
            return Self.share(simulation, start..<start + 5_000_000_000)
        }
        let free = hedged(.unlimited)
        #expect(free <= 0.16, "\(free)")
        let bounded = hedged(nil)
        #expect(bounded <= 0.1, "\(bounded)")
    }

    @Test("a histogram that is refreshed each 3 s hedges most calls meanwhile", arguments: 1...3)
    func histogram(seed: UInt64) {
        let start: Int64 = 60_000_000_000
        var service = Service(random: SeededGenerator(seed: seed), tripledFrom: start)
        var random = SeededGenerator(seed: seed + 1000)
        let histogram = RefreshedHistogram(0.95)
        var (time, calls, hedged) = (0.0, 0, 0)
        for _ in 0..<6500 {
            time += Double.random(in: 0...2, using: &random) * 1e7
            let now = Int64(time)
            histogram.refresh(at: now)
            let latency = service.latency(at: now)
            histogram.record(min(latency, 40_000_000), at: now)
            guard let delay = histogram.estimate, now >= start, now < start + 5_000_000_000 else { continue }
            calls += 1
            if latency > delay { hedged += 1 }
        }
        let share = Double(hedged) / Double(calls)
        #expect(share > 0.6, "\(share)")
    }

    @Test("the budget of the quantile bounds the load, whatever the latency does")
    func alwaysLonger() {
        // Each answer takes longer than all before: without a budget every call would be hedged.
        var latency: Int64 = 1_000_000
        let simulation = HedgeSimulation(HedgePolicy(.quantile(0.95, ceiling: .seconds(1000)))) { _, _, _ in
            latency += latency / 200 + 1
            return HedgeSimulation.Answer(latency: min(latency, 900_000_000_000))
        }
        for index in 0..<3000 as Range<Int64> { simulation.arrives(at: index * 10_000_000) }
        let counts = simulation.run().hedger.snapshot().counts
        #expect(counts.extraLoad <= 0.05, "\(counts.extraLoad)")
        #expect(counts.suppressedByBudget > 1000)
    }

    @Test("nothing is hedged before the minimum of calls, nor above the ceiling")
    func minimumAndCeiling() {
        let few = Self.run(HedgePolicy(.quantile(minimum: 100)), calls: 100, perSecond: 1, seed: 1)
        #expect(few.hedger.snapshot().counts.hedges.started == 0)
        let slow = Self.run(
            HedgePolicy(.quantile(ceiling: .milliseconds(5)), budget: .unlimited), calls: 5000, perSecond: 100, seed: 1)
        #expect(slow.hedger.snapshot().counts.hedges.started == 0)
        #expect(slow.hedger.snapshot().delay == nil && slow.hedger.snapshot().latencies == 5000)
        let floor = Self.run(
            HedgePolicy(.quantile(floor: .milliseconds(50)), budget: .unlimited), calls: 5000, perSecond: 100, seed: 1)
        #expect(floor.hedger.snapshot().delay == .milliseconds(50))
        #expect(floor.calls.allSatisfy { $0.starts.count == 1 || $0.starts[1] - $0.starts[0] == 50_000_000 })
    }

    @Test("fast failures and calls that their callers cancelled are no latencies")
    func notLearned() {
        let failing = HedgeSimulation(HedgePolicy(.quantile(minimum: 1))) { _, _, _ in
            .failure(after: 0.1, .retryable())
        }
        for index in 0..<50 as Range<Int64> { failing.arrives(at: index * 1_000_000) }
        #expect(failing.run().hedger.snapshot().latencies == 0)

        let cancelled = HedgeSimulation(HedgePolicy(.quantile(minimum: 1))) { _, _, _ in .success(after: 10) }
        cancelled.arrives(at: 0)
        for index in 1..<50 as Range<Int64> {
            cancelled.arrives(at: index * 1_000_000_000, cancelledAt: index * 1_000_000_000 + 9_000_000)
        }
        #expect(cancelled.run().hedger.snapshot().latencies == 1)

        // A limit of the caller's is a latency of at least that.
        let limited = HedgeSimulation(HedgePolicy(.quantile(minimum: 1), maxAttempts: 1)) { call, _, _ in
            .success(after: call == 0 ? 10 : 1000)
        }
        limited.arrives(at: 0)
        for index in 1..<50 as Range<Int64> {
            limited.arrives(at: index * 1_000_000_000, limitedAt: index * 1_000_000_000 + 90_000_000)
        }
        #expect(limited.run().hedger.snapshot().latencies > 10)
        #expect(limited.hedger.snapshot().delay ?? .zero > .milliseconds(40))
    }
}
