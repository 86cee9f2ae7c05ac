/// A moving quantile of latencies, in constant time and space: no window, no histogram.
///
/// Each latency moves the estimate *e* by a step: up by *s* / (1 − *q*) if it is longer, down by *s* / *q* if it is
/// shorter. The estimate rests where both balance. With *F* the share of latencies below it:
///
/// ```text
/// (1 − F) · s / (1 − q) = F · s / q   ⇔   (1 − F) · q = F · (1 − q)   ⇔   F = q
/// ```
///
/// So it rests at the quantile, whatever the distribution is. The step is *s* = 0.01 · σ. The standard deviation σ is an
/// exponential moving one, with α = 2 / (n + 1) for the latest *n* latencies, at most 300. Around its rest the estimate
/// has a variance of *s* / (2 · *f*), with *f* the density of the latencies there. After Jambon, "Moving percentiles",
/// 2016.
///
/// Two additions, without which rare, very slow answers spoil the estimate of the others:
///
/// - σ is taken of latencies cut to twice the estimate, at least a millisecond. One answer of a second among those of
///   10 ms would otherwise multiply σ by ten for hundreds of calls. Above the estimate a latency counts as *longer*, and
///   no more than that, so nothing else is cut.
/// - An attempt that was superseded has no latency, only a lower bound. A bound above the estimate says *longer*; one
///   below says nothing, and is dropped. As a latency it would pull the estimate down.
package struct LatencyQuantile: Sendable, Hashable {
    private static let stepOfDeviation = 0.01
    private static let longestAge = 300.0
    private static let cut = 2.0
    private static let smallestCut = 1e6

    /// The quantile, above 0 and below 1.
    package let quantile: Double
    private let stepsUp: Double
    private let stepsDown: Double
    /// The latencies that were recorded, at most `UInt32.max`.
    package private(set) var count: UInt32 = 0
    /// In nanoseconds.
    private var value = 0.0
    private var mean = 0.0
    private var variance = 0.0

    /// Creates an estimate without latencies.
    ///
    /// - Parameter quantile: The quantile, above 0 and below 1.
    package init(_ quantile: Double) {
        self.quantile = quantile
        stepsUp = Self.stepOfDeviation / (1 - quantile)
        stepsDown = Self.stepOfDeviation / quantile
    }

    /// The estimate in nanoseconds; zero before the first latency.
    package var estimate: Int64 { Int64(saturating: value) }

    /// Records the latency of an answer, in nanoseconds.
    package mutating func record(_ latency: Int64) {
        let latency = Double(max(0, latency))
        if count < .max { count += 1 }
        if count == 1 { (value, mean) = (latency, min(latency, cut)) }
        note(min(latency, cut))
        let deviation = variance.squareRoot()
        if latency > value {
            value += stepsUp * deviation
        } else if latency < value {
            value = max(0, value - stepsDown * deviation)
        }
    }

    /// Records that an answer takes longer than a time, in nanoseconds: it was no longer waited for.
    package mutating func record(atLeast elapsed: Int64) {
        if count > 0, Double(elapsed) > value { record(elapsed) }
    }

    /// Returns the delay after which an attempt is hedged.
    ///
    /// - Parameters:
    ///   - minimum: The number of latencies before the first hedge.
    ///   - floor: The minimum delay, in nanoseconds.
    ///   - ceiling: The maximum quantile, in nanoseconds: no hedges above it.
    /// - Returns: The delay in nanoseconds; `nil` for no hedges.
    package func delay(minimum: Int, floor: Int64, ceiling: Int64) -> Int64? {
        count < minimum || estimate > ceiling ? nil : max(floor, estimate)
    }

    private var cut: Double { max(Self.cut * value, Self.smallestCut) }

    /// Moves the mean and the variance: Welford's step with exponential weights.
    private mutating func note(_ latency: Double) {
        let weight = 2 / (min(Double(count), Self.longestAge) + 1)
        let difference = latency - mean
        mean += weight * difference
        variance = (1 - weight) * (variance + weight * difference * difference)
    }
}
