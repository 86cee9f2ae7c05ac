/// The number of an attempt, and the time that it has.
public struct RetryAttempt: Sendable, Hashable {
    /// The number of this attempt, from 1.
    public let number: Int
    /// The number of attempts that the policy allows.
    public let maxAttempts: Int
    /// The time up to the deadline or the attempt's timeout, when the attempt began.
    private let ownRemaining: Duration?

    /// Creates the description of an attempt.
    public init(number: Int, maxAttempts: Int, remaining: Duration?) {
        self.number = number
        self.maxAttempts = maxAttempts
        ownRemaining = remaining
    }

    /// The time that is left: up to the deadline of the call or the attempt's timeout, when the attempt began, or up to
    /// the deadline of the current task, whichever comes first; `nil` without all.
    public var remaining: Duration? {
        guard let ambient = RetryDeadline.current?.remaining else { return ownRemaining }
        return ownRemaining.map { min($0, ambient) } ?? ambient
    }

    /// True for the first attempt of a call.
    public var isFirst: Bool { number == 1 }

    /// True if the policy allows no attempt after this one.
    public var isLast: Bool { number >= maxAttempts }
}
