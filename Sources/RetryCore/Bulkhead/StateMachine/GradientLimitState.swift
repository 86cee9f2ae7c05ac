/// The gradient of the latency: finds the number of calls at which they begin to queue up in the service.
///
/// Time is divided into windows of a second or more, with 50 calls or more. At the end of each, with the limit *L* and
/// the latencies *r* of the window and *b* of a service without load:
///
/// ```text
/// queue = L · (1 − b / r)        the calls that wait in the service, by Little's law
/// step  = max(1, ⌊log₁₀ L⌋)
///
/// queue > 6 · step                                                       →  L − step
/// queue < 3 · step, the limit holds calls back, and more calls gain more →  L + step
/// the service has refused a call in a hundred, or more                   →  0.9 · L
/// ```
///
/// *r* is the 90th percentile of the window: the median of the last five, then an exponential moving average of five.
///
/// More calls gain nothing if, over the last 50 windows, those with more calls in flight had no higher throughput and a
/// longer latency. Without this, the limit climbs for ever where *b* was taken from a service that was busy already.
///
/// *b* is the mean of the first ten windows, and then a moving average of ten. It goes up while calls are held back only if
/// the latency does not move with the calls in flight, which must have moved: otherwise the load makes the latency, and
/// must not pass for the service without load.
///
/// Sources: Brakmo and Peterson, "TCP Vegas", 1995, for the queue and the steps; the guards against a climb and a drift
/// are of the family of Uber's Cinnamon.
struct GradientLimitState: LimitLaw, Sendable {
    private static let shortestWindow: Int64 = 1_000_000_000
    private static let longestWindow: Int64 = 30_000_000_000
    private static let fewestCalls = 50
    /// The most latencies that a window keeps.
    private static let mostCalls = 512
    private static let quantile = 0.9
    /// The windows whose plain mean is the first estimate of the latency without load.
    private static let warmUp = 10

    private var windowStart: Int64
    private var latencies: [Int64] = []
    private var callCount = 0
    private var refusals = 0
    private var inFlight = 0
    /// The calls for which the measured ones stand.
    private var weight = 0
    private var isHeldBack = false

    private var recent = RecentLatency()
    /// The latency of a service without load; zero before the first window.
    private(set) var baseline = 0.0
    private var windowCount = 0
    private var history = LoadHistory()
    private(set) var measuredShare = 1

    init(at now: Int64) { windowStart = now }

    mutating func next(_ limit: Double, after call: LimitedCall, at now: Int64) -> Double? {
        callCount += 1
        weight += measuredShare
        // Where calls are many, fewer of them are measured from here on.
        if callCount.isMultiple(of: Self.mostCalls), measuredShare < 1 << 20 { measuredShare *= 2 }
        inFlight += call.inFlight
        isHeldBack = isHeldBack || call.isHeldBack
        if call.isRefused {
            refusals += 1
        } else if latencies.count < Self.mostCalls {
            latencies.append(call.latency)
        }
        let length = now.saturatingSubtract(windowStart)
        if length < 0 { beginWindow(at: now) }  // the clock has jumped back
        let isFull = length >= Self.shortestWindow && callCount >= Self.fewestCalls
        guard isFull || length >= Self.longestWindow else { return nil }
        defer { beginWindow(at: now) }
        return endWindow(limit, length: length)
    }

    private mutating func beginWindow(at now: Int64) {
        windowStart = now
        latencies.removeAll(keepingCapacity: true)
        (callCount, weight, refusals, inFlight, isHeldBack) = (0, 0, 0, 0, false)
    }

    private mutating func endWindow(_ limit: Double, length: Int64) -> Double? {
        if callCount < 2 * Self.fewestCalls, measuredShare > 1 { measuredShare /= 2 }
        if refusals * 100 >= callCount { return limit * 0.9 }
        guard latencies.count >= 10 else { return nil }
        latencies.sort()
        let latency = recent.add(Double(latencies[Int(Double(latencies.count - 1) * Self.quantile)]))
        history.add(
            inFlight: Double(inFlight) / Double(callCount),
            throughput: Double(weight) / Double(length), latency: latency)
        learn(latency)
        let queue = latency > 0 ? limit * (1 - baseline / latency) : 0
        let step = limit < 100 ? 1.0 : limit < 1_000 ? 2 : limit < 10_000 ? 3 : limit < 100_000 ? 4 : 5
        if queue > 6 * step { return limit - step }
        // A limit that was not reached was not tried: the service may not bear a higher one.
        return queue < 3 * step && isHeldBack && !history.isPastCapacity ? limit + step : limit
    }

    private mutating func learn(_ latency: Double) {
        windowCount += 1
        if windowCount <= Self.warmUp {
            baseline += (latency - baseline) / Double(windowCount)
        } else if latency < baseline || !isHeldBack || history.latencyIgnoresLoad {
            baseline += (latency - baseline) * 2 / 11
        }
    }
}

/// The latency of the last windows, without the outliers: the median of five, then a moving average of five.
private struct RecentLatency: Sendable {
    private var last: [Double] = []
    private var average = 0.0

    mutating func add(_ latency: Double) -> Double {
        if last.count == 5 { last.removeFirst() }
        last.append(latency)
        let median = last.sorted()[last.count / 2]
        average = average == 0 ? median : average + (median - average) / 3
        return average
    }
}

/// The loads of the last 50 windows, and what they gave.
private struct LoadHistory: Sendable {
    private static let length = 50
    private static let fewest = 10
    /// A spread of less than 1 % of the mean is noise.
    private static let noise = 0.01

    private var inFlight: [Double] = []
    private var throughput: [Double] = []
    private var latency: [Double] = []

    mutating func add(inFlight: Double, throughput: Double, latency: Double) {
        if self.inFlight.count == Self.length {
            self.inFlight.removeFirst()
            self.throughput.removeFirst()
            self.latency.removeFirst()
        }
        self.inFlight.append(inFlight)
        self.throughput.append(throughput)
        self.latency.append(latency)
    }

    /// True if the calls in flight have moved, and the latency has not moved with them.
    var latencyIgnoresLoad: Bool {
        inFlight.count >= Self.fewest && spread(inFlight) >= 0.1 && correlation(inFlight, latency) < 0.2
    }

    /// True if more calls in flight give no more, and only make the latency longer.
    var isPastCapacity: Bool {
        guard inFlight.count >= Self.fewest else { return false }
        let gain = correlation(inFlight, throughput)
        guard gain >= 0 else { return true }
        let cost = correlation(inFlight, latency)
        return cost > 0.5 && gain < 0.3
    }

    /// The standard deviation as a share of the mean.
    private func spread(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return mean > 0 ? variance.squareRoot() / mean : 0
    }

    /// Pearson's correlation; zero where one of them hardly changes.
    private func correlation(_ one: [Double], _ other: [Double]) -> Double {
        let (a, b) = (spread(one), spread(other))
        guard a >= Self.noise, b >= Self.noise else { return 0 }
        let count = Double(one.count)
        let (meanA, meanB) = (one.reduce(0, +) / count, other.reduce(0, +) / count)
        let covariance = zip(one, other).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / count
        return covariance / (a * meanA * b * meanB)
    }
}
