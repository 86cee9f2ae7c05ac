/// An error that knows its own class.
///
/// ```swift
/// extension PaymentError: SelfClassifyingError {
///     var classification: Classification { isDeclined ? .permanent : .transient }
/// }
/// ```
public protocol SelfClassifyingError: Error {
    /// What kind of failure this error stands for.
    var classification: Classification { get }
}

/// An error that carries a status as HTTP knows them, or another integer code with that meaning.
///
/// ```swift
/// struct HTTPError: StatusCodeError {
///     let statusCode: Int?
/// }
/// ```
public protocol StatusCodeError: Error {
    /// The status, such as 503; `nil` if this error has none.
    var statusCode: Int? { get }
    /// What the server said about when to come back; nothing unless implemented.
    var retryHint: RetryHint? { get }
}

extension StatusCodeError {
    /// Nothing was said.
    public var retryHint: RetryHint? { nil }
}

/// An error that carries a service's own code as text, such as `"ThrottlingException"`.
public protocol ServiceCodeError: Error {
    /// The code, as the service spells it; `nil` if this error has none.
    var serviceCode: String? { get }
}

/// An error that carries another one.
///
/// A cancellation inside is a cancellation; an error that nothing else is known about has the class of the one inside.
public protocol WrappingError: Error {
    /// The error inside.
    var wrappedError: (any Error)? { get }
}

/// An error that can stand for a cancellation without being a `CancellationError`.
public protocol CancellationAwareError: Error {
    /// Whether this error says that the operation was cancelled.
    var isCancellation: Bool { get }
}

/// A failure that is never retried, whatever the classifier's heuristics say of its name.
public struct PermanentError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// What happened.
    public let description: String
    /// Always permanent.
    public var classification: Classification { .permanent }

    /// Creates the error.
    public init(_ description: String = "permanent failure") { self.description = description }
}

/// A failure that is likely gone at the next try.
public struct TransientError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// What happened.
    public let description: String
    /// Always transient.
    public var classification: Classification { .transient }

    /// Creates the error.
    public init(_ description: String = "transient failure") { self.description = description }
}

/// A service asked to slow down.
public struct RateLimitError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// What happened.
    public let description: String
    /// How long the service asked to wait, if it said so.
    public let retryAfter: Duration?
    /// Always a rate limit, with the service's wait as its hint.
    public var classification: Classification {
        Classification(.rateLimit, hint: retryAfter.map(RetryHint.after))
    }

    /// Creates the error.
    public init(_ description: String = "rate limit exceeded", retryAfter: Duration? = nil) {
        self.description = description
        self.retryAfter = retryAfter
    }
}

/// Somebody else changed the same thing first.
public struct ConcurrencyError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// What happened.
    public let description: String
    /// Always a matter of concurrency.
    public var classification: Classification { .concurrency }

    /// Creates the error.
    public init(_ description: String = "concurrent change") { self.description = description }
}

/// A service failed on its side.
public struct ServerError: SelfClassifyingError, Hashable, CustomStringConvertible {
    /// What happened.
    public let description: String
    /// Always a server's error.
    public var classification: Classification { .serverError }

    /// Creates the error.
    public init(_ description: String = "server error") { self.description = description }
}
