/// The rejection of a call by a cool-down gate: the operation was not run.
public struct CoolingDownError: SelfClassifyingError, AttemptRejectedError, Hashable, CustomStringConvertible {
    /// The name of the gate.
    public let name: String?
    /// The policy of the gate.
    public let policy: CoolDownPolicy
    /// The time after which the call would have its turn.
    public let retryAfter: Duration?

    /// Creates the error.
    public init(name: String?, policy: CoolDownPolicy, retryAfter: Duration?) {
        (self.name, self.policy, self.retryAfter) = (name, policy, retryAfter)
    }

    /// A rate limit, with the time as its hint.
    public var classification: ErrorClassification {
        ErrorClassification(.rateLimit, hint: retryAfter.map { .after($0) })
    }

    /// The wait, and the advice that follows from it.
    public var description: String {
        let title = name.map { " \"\($0)\"" } ?? ""
        let wait = retryAfter.map { "its turn comes in \($0.text), and it may wait for less" } ?? "it may not wait"
        return "The cool-down gate\(title) rejected the call, because the service has throttled other calls: \(wait). "
            + "Try again then, or allow a longer wait by the policy's maxWait and the call's deadline."
    }
}
