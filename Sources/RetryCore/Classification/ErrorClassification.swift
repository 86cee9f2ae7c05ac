/// The result of classifying one failure: its class, and the server's hint about coming back.
public struct ErrorClassification: Sendable, Hashable {
    /// The class of the failure.
    public let errorClass: ErrorClass
    /// The server's hint about when to come back; `nil` if there was none.
    public let hint: RetryHint?

    /// Creates a classification.
    @inlinable
    public init(_ errorClass: ErrorClass, hint: RetryHint? = nil) {
        self.errorClass = errorClass
        self.hint = hint
    }
}

extension ErrorClassification {
    /// A failure that is likely to pass by the next attempt.
    public static var transient: ErrorClassification { ErrorClassification(.transient) }
    /// The service asks to slow down, and named no time.
    public static var rateLimit: ErrorClassification { ErrorClassification(.rateLimit) }
    /// The service failed on its side.
    public static var serverError: ErrorClassification { ErrorClassification(.serverError) }
    /// A conflict with a concurrent change of the same data.
    public static var concurrency: ErrorClassification { ErrorClassification(.concurrency) }
    /// The request itself is wrong.
    public static var permanent: ErrorClassification { ErrorClassification(.permanent) }
    /// The caller is not known to the service.
    public static var auth: ErrorClassification { ErrorClassification(.auth) }
    /// The caller is not allowed to do this.
    public static var permission: ErrorClassification { ErrorClassification(.permission) }
    /// The failure cannot be classified.
    public static var unknown: ErrorClassification { ErrorClassification(.unknown) }

    /// The service asks to slow down for `delay`.
    public static func rateLimit(after delay: Duration) -> ErrorClassification {
        ErrorClassification(.rateLimit, hint: .after(delay))
    }

    /// Returns the same class with the server's hint.
    public func hint(_ hint: RetryHint?) -> ErrorClassification {
        ErrorClassification(errorClass, hint: hint)
    }
}
