/// Learns the pace that a service bears from the calls that it throttles, and from those that succeed.
///
/// Additive increase, multiplicative decrease, as in the congestion control of TCP, with *H* the last hold in seconds:
///
/// | when | the rate in calls per second |
/// |---|---|
/// | the first hold ends | the successes meanwhile / *H*, at least 1 |
/// | a call succeeds, before the second hold | + 1: it doubles in less than a second |
/// | a call succeeds, later | + 1 / (50 · *H*): a cut is made up for in about eight holds |
/// | a further hold, soon after the last (within 2 · *H*) | · 0.6 |
/// | a further hold, later | · 0.85 |
///
/// A hold costs its whole time, so that the rate is raised the more slowly the longer it is.
struct PaceLearner: Sendable, Hashable {
    private static let leastRate = 1.0 / 3_600

    /// Calls per second; zero before the first hold has ended.
    private(set) var rate = 0.0
    private var holds = 0
    private var hold = 1.0
    private var successes = 0
    /// The end of the last hold.
    private var openedAt = Int64.min

    /// The time between two calls, in nanoseconds.
    var interval: Int64 { Int64(1e9 / max(rate, Self.leastRate)) }

    /// A hold begins, or goes on for longer.
    mutating func held(_ nanoseconds: Int64, isNew: Bool, at now: Int64) {
        hold = max(Double(nanoseconds) / 1e9, 0.1)
        guard isNew else { return }
        holds += 1
        if holds > 1 {
            let isSoon = Double(now.saturatingSubtract(openedAt)) / 1e9 < 2 * hold
            rate = max(rate * (isSoon ? 0.6 : 0.85), Self.leastRate)
        }
        successes = 0
    }

    /// The hold is over.
    mutating func opened(at now: Int64) {
        openedAt = now
        if rate == 0 { rate = max(1, Double(successes) / hold) }
    }

    /// A call succeeded.
    mutating func succeeded() {
        successes += 1
        if rate > 0 { rate = min(1e9, rate + (holds <= 1 ? 1 : 1 / (50 * hold))) }
    }
}
