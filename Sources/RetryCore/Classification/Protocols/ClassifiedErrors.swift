/// A failure that is never retried.
public struct PermanentError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// The description of the failure.
    public let description: String
    /// Always permanent.
    public var classification: ErrorClassification { .permanent }

    /// Creates the error.
    public init(_ description: String = "permanent failure") { self.description = description }
}

/// A failure that is likely to pass by itself.
public struct TransientError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// The description of the failure.
    public let description: String
    /// Always transient.
    public var classification: ErrorClassification { .transient }

    /// Creates the error.
    public init(_ description: String = "transient failure") { self.description = description }
}

/// A rejection by a service that asks to slow down.
public struct RateLimitError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// The description of the failure.
    public let description: String
    /// The wait that the service asked for; `nil` if it named none.
    public let retryAfter: Duration?
    /// Always a rate limit, with the service's wait as its hint.
    public var classification: ErrorClassification {
        ErrorClassification(.rateLimit, hint: retryAfter.map(RetryHint.after))
    }

    /// Creates the error.
    public init(_ description: String = "rate limit exceeded", retryAfter: Duration? = nil) {
        self.description = description
        self.retryAfter = retryAfter
    }
}

/// A conflict with a concurrent change.
public struct ConcurrencyError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// The description of the failure.
    public let description: String
    /// Always concurrency.
    public var classification: ErrorClassification { .concurrency }

    /// Creates the error.
    public init(_ description: String = "concurrent change") { self.description = description }
}

/// A failure on the service's side.
public struct ServerSideError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// The description of the failure.
    public let description: String
    /// Always a server error.
    public var classification: ErrorClassification { .serverError }

    /// Creates the error.
    public init(_ description: String = "server error") { self.description = description }
}
