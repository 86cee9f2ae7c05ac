/// The settings of a limiter in the whole numbers that its state machine computes with.
package struct RateLimiterRules: Sendable, Hashable {
    /// The longest hold: a server that asks for more does not stop a client for longer.
    static let longestHold: Int64 = 3_600_000_000_000
    /// The greatest change of a limit that a server's headers make: to a hundredth.
    static let greatestCut: Int64 = 100

    let isExact: Bool
    let limit: Int64
    let period: Int64
    /// The greatest cost of one call.
    let burst: Int64
    /// The time in which one token flows in, rounded up: the rate is never above the limit.
    let interval: Int64
    /// The time in which an empty bucket fills.
    let capacity: Int64
    let maxWait: Int64
    /// The greatest limit that a server's headers can set.
    let greatestLimit: Int64

    init(_ policy: RateLimiterPolicy) {
        switch policy.kind {
        case .tokenBucket(let limit, let period, let burst):
            isExact = false
            (self.limit, self.period, self.burst) = (Int64(limit), period, Int64(burst))
        case .slidingLog(let limit, let period):
            isExact = true
            (self.limit, self.period, self.burst) = (Int64(limit), period, Int64(limit))
        }
        interval = Self.interval(limit, period)
        capacity = burst * interval
        maxWait = policy.maxWaitNanoseconds
        greatestLimit = Int64(policy.greatestLearnedLimit ?? Int(limit))
    }

    static func interval(_ limit: Int64, _ period: Int64) -> Int64 { (period - 1) / limit + 1 }

    /// The nearest limit to a server's that is accepted.
    func bounded(_ claimed: Int64) -> Int64 {
        min(max(claimed, limit / Self.greatestCut, 1), greatestLimit)
    }

    /// The time that a theoretical arrival time can be ahead of the limiter's time; more is a jump of the clock.
    var horizon: Int64 { capacity.saturatingAdd(maxWait).saturatingAdd(Self.longestHold) }
}
