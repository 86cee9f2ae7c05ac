import Foundation
import RetryCore
import RetryTesting
import Testing

/// The moving quantile alone.
@Suite("Moving quantile of latencies", .timeLimit(.minutes(20)))
struct LatencyQuantileTests {
    private static func fraction(_ random: inout SeededGenerator) -> Double { Double.random(in: 0..<1, using: &random) }

    /// The share of latencies above the estimate, after it has settled.
    private static func shareAbove(
        _ q: Double, count: Int = 60_000, seed: UInt64 = 1, _ latency: (Double) -> Double
    ) -> Double {
        var random = SeededGenerator(seed: seed)
        var quantile = LatencyQuantile(q)
        var above = 0
        for index in 0..<count {
            let time = Int64(latency(fraction(&random)) * 1e6)
            if index >= count / 6, time > quantile.estimate { above += 1 }
            quantile.record(time)
        }
        return Double(above) / Double(count - count / 6)
    }

    @Test("rests at the quantile, whatever the distribution is", arguments: [0.5, 0.9, 0.95, 0.99])
    func fixedPoint(q: Double) {
        let uniform = Self.shareAbove(q) { 8 + 4 * $0 }
        let exponential = Self.shareAbove(q) { -10 * log(1 - $0) }
        let bimodal = Self.shareAbove(q) { $0 < 0.3 ? 5 + $0 : 50 + $0 }
        for share in [uniform, exponential, bimodal] {
            #expect(abs(share - (1 - q)) <= 0.02 * (1 - q) + 0.002, "\(share) above, of \(1 - q)")
        }
    }

    @Test("is within 5 % of a known quantile")
    func knownQuantile() {
        var random = SeededGenerator(seed: 3)
        for q in [0.5, 0.9, 0.95, 0.99] {
            var quantile = LatencyQuantile(q)
            for _ in 0..<20_000 { quantile.record(Int64((8 + 4 * Self.fraction(&random)) * 1e6)) }
            let exact = (8 + 4 * q) * 1e6
            #expect(abs(Double(quantile.estimate) - exact) < 0.05 * exact)
        }
    }

    @Test("rare answers of a second do not spoil the quantile of the others")
    func outliers() {
        var random = SeededGenerator(seed: 4)
        var quantile = LatencyQuantile(0.95)
        var outside = 0
        for index in 0..<100_000 {
            let isSlow = Self.fraction(&random) < 0.01
            quantile.record(isSlow ? 1_000_000_000 : Int64((8 + 4 * Self.fraction(&random)) * 1e6))
            if index > 2000, abs(Double(quantile.estimate) / 11.84e6 - 1) > 0.1 { outside += 1 }
        }
        #expect(outside < 1000, "\(outside) of 98,000 outside of 10 %")
    }

    @Test("a bound above the estimate counts as longer, one below it not at all")
    func bounds() {
        var quantile = LatencyQuantile(0.95)
        quantile.record(atLeast: 5_000_000)
        #expect(quantile.count == 0)
        for index in 0..<200 as Range<Int64> { quantile.record(10_000_000 + index * 1000) }
        let before = quantile
        quantile.record(atLeast: 1_000_000)
        quantile.record(atLeast: quantile.estimate)
        #expect(quantile == before)
        quantile.record(atLeast: 30_000_000)
        #expect(quantile.estimate > before.estimate && quantile.count == before.count + 1)
    }

    @Test("finds its way from any start", arguments: [0, 1, 1_000_000, 60_000_000_000])
    func starts(first: Int64) {
        var random = SeededGenerator(seed: 5)
        var quantile = LatencyQuantile(0.95)
        for _ in 0..<50 { quantile.record(first) }
        for _ in 0..<20_000 { quantile.record(Int64((8 + 4 * Self.fraction(&random)) * 1e6)) }
        #expect((10_600_000...13_000_000).contains(quantile.estimate), "\(quantile.estimate)")
    }

    @Test("follows a latency that triples, and one that falls to a third")
    func follows() {
        var random = SeededGenerator(seed: 6)
        var quantile = LatencyQuantile(0.95)
        func record(_ factor: Double, _ count: Int) {
            for _ in 0..<count { quantile.record(Int64(factor * (8 + 4 * Self.fraction(&random)) * 1e6)) }
        }
        record(1, 5000)
        record(3, 80)
        #expect(quantile.estimate > 30_000_000, "\(quantile.estimate)")
        record(3, 2000)
        record(1, 3000)
        #expect(quantile.estimate < 14_000_000, "\(quantile.estimate)")
    }

    @Test("times at the end of their range neither trap nor stick")
    func extremes() {
        var random = SeededGenerator(seed: 7)
        for q in [0.01, 0.5, 0.9999] {
            var quantile = LatencyQuantile(q)
            for time in [Int64.max, .min, 0, -1, .max, .max, 1] {
                quantile.record(time)
                quantile.record(atLeast: time)
                #expect(quantile.estimate >= 0)
            }
            for _ in 0..<1000 { quantile.record(Int64.random(in: .min ... .max, using: &random)) }
            #expect(quantile.estimate >= 0 && quantile.count > 1000)
        }
    }

    @Test("has no delay before the minimum and above the ceiling, and none below the floor")
    func delay() {
        var quantile = LatencyQuantile(0.5)
        for _ in 0..<9 { quantile.record(5_000_000) }
        #expect(quantile.delay(minimum: 10, floor: 0, ceiling: .max) == nil)
        quantile.record(5_000_000)
        #expect(quantile.delay(minimum: 10, floor: 0, ceiling: .max) == 5_000_000)
        #expect(quantile.delay(minimum: 10, floor: 6_000_000, ceiling: .max) == 6_000_000)
        #expect(quantile.delay(minimum: 10, floor: 0, ceiling: 5_000_000) == 5_000_000)
        #expect(quantile.delay(minimum: 10, floor: 0, ceiling: 4_999_999) == nil)
    }
}
