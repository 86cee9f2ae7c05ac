/// The state of a rate limiter at one moment, for dashboards and tests.
public struct RateLimiterSnapshot: Sendable, Hashable {
    /// The name of the limiter.
    public let name: String?
    /// The policy of the limiter.
    public let policy: RateLimiterPolicy
    /// The limit in force: the policy's, or the one that the service reported.
    public let limit: Int
    /// The tokens that a full limiter admits at once, under the limit in force.
    public let burst: Int
    /// The tokens that calls may take at once.
    public let available: Int
    /// The time that a call of cost 1 would wait now.
    public let wait: Duration
    /// The rest of a hold, during which no call starts; zero without one.
    public let holdLeft: Duration
    /// The number of calls that had to wait, or wait now.
    public let waits: Int
    /// The number of calls that were rejected.
    public let refusals: Int
    /// The number of turns that were returned by calls that did not start.
    public let returns: Int
    /// The number of turns that were lost: their calls did not start, and others stood behind them.
    public let losses: Int
    /// A Boolean value that indicates whether a call was rejected, and none since for a period of at least a second.
    public let isExhausted: Bool

    init(
        name: String?, policy: RateLimiterPolicy, machine: inout RateLimiterStateMachine,
        counts: CallRateLimiter.Counts, at now: Int64
    ) {
        (self.name, self.policy, limit) = (name, policy, Int(machine.limit))
        burst = Int(machine.burst)
        available = Int(machine.available(at: now))
        wait = .nanoseconds(machine.wait(of: 1, at: now))
        holdLeft = .nanoseconds(machine.holdLeft(at: now))
        (waits, refusals) = (counts.waits, counts.refusals)
        (returns, losses) = (counts.returns, counts.losses)
        isExhausted = machine.isExhausted
    }
}
