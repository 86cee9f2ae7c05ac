/// The number of an attempt, and the time that it has.
public struct RetryAttempt: Sendable, Hashable {
    /// The number of this attempt, from 1.
    public let number: Int
    /// The number of attempts that the policy allows.
    public let maxAttempts: Int
    /// The time that is left: up to the deadline or the attempt's timeout, whichever comes first; `nil` without both.
    public let remaining: Duration?

    /// Creates the description of an attempt.
    public init(number: Int, maxAttempts: Int, remaining: Duration?) {
        self.number = number
        self.maxAttempts = maxAttempts
        self.remaining = remaining
    }

    /// True for the first attempt of a call.
    public var isFirst: Bool { number == 1 }

    /// True if the policy allows no attempt after this one.
    public var isLast: Bool { number >= maxAttempts }
}
