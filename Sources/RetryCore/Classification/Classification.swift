/// What a classifier found out about one failure: its class, and what the server said about coming back.
public struct Classification: Sendable, Hashable {
    /// The class of the failure.
    public let errorClass: ErrorClass
    /// What the server said about when to come back, if it said anything.
    public let hint: RetryHint?

    /// Creates a classification.
    @inlinable
    public init(_ errorClass: ErrorClass, hint: RetryHint? = nil) {
        self.errorClass = errorClass
        self.hint = hint
    }
}

extension Classification {
    /// A failure that is likely gone at the next try.
    public static var transient: Classification { Classification(.transient) }
    /// The service asks to slow down, and did not say for how long.
    public static var rateLimit: Classification { Classification(.rateLimit) }
    /// The service failed on its side.
    public static var serverError: Classification { Classification(.serverError) }
    /// Somebody else changed the same thing first.
    public static var concurrency: Classification { Classification(.concurrency) }
    /// The request itself is wrong.
    public static var permanent: Classification { Classification(.permanent) }
    /// The caller is not known to the service.
    public static var auth: Classification { Classification(.auth) }
    /// The caller is not allowed to do this.
    public static var permission: Classification { Classification(.permission) }
    /// Nothing is known about the failure.
    public static var unknown: Classification { Classification(.unknown) }

    /// The service asks to slow down for `delay`.
    public static func rateLimit(after delay: Duration) -> Classification {
        Classification(.rateLimit, hint: .after(delay))
    }

    /// The same class with what the server said.
    public func hint(_ hint: RetryHint?) -> Classification {
        Classification(errorClass, hint: hint)
    }
}
