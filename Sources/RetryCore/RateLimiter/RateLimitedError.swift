/// The rejection of a call by a rate limiter: the operation was not run.
public struct RateLimitedError: SelfClassifyingError, AttemptRejectedError, Hashable, CustomStringConvertible {
    /// The name of the limiter.
    public let name: String?
    /// The cost of the call, in tokens.
    public let cost: Int
    /// The policy of the limiter.
    public let policy: RateLimiterPolicy
    /// The time after which the call would have its turn; `nil` if it never would, because its cost is above the burst.
    public let retryAfter: Duration?

    /// The limit of the limiter's policy, in tokens per period.
    public var limit: Int { policy.limit }

    /// Creates the error.
    public init(name: String?, cost: Int = 1, policy: RateLimiterPolicy, retryAfter: Duration?) {
        (self.name, self.cost, self.policy, self.retryAfter) = (name, cost, policy, retryAfter)
    }

    /// A rate limit, with the time as its hint; permanent if no wait helps.
    public var classification: ErrorClassification {
        retryAfter.map { ErrorClassification(.rateLimit, hint: .after($0)) } ?? .permanent
    }

    /// The limit, and the advice that follows from it.
    public var description: String {
        let title = name.map { "\"\($0)\" " } ?? ""
        let rejection = "The rate limiter \(title)(\(policy)) rejected the call"
        guard let retryAfter else {
            return cost < 1
                ? "\(rejection): its cost is \(cost), and must be at least 1."
                : "\(rejection): its cost of \(cost) is above the burst of \(policy.burst). Divide the call, or raise the "
                    + "burst."
        }
        return
            "\(rejection): its turn comes in \(retryAfter.text), and it may wait for less. Try again then, or allow a "
            + "longer wait by the policy's maxWait and the call's deadline."
    }
}
