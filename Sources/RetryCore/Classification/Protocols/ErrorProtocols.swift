/// An error that declares its own class.
///
/// ```swift
/// extension PaymentError: SelfClassifyingError {
///     var classification: ErrorClassification { isDeclined ? .permanent : .transient }
/// }
/// ```
public protocol SelfClassifyingError: Error {
    /// The class of failure that this error stands for.
    var classification: ErrorClassification { get }
}

/// An error of a call with guards of its own, which have recorded its attempts.
package protocol GuardedCallError: Error {
    /// The error of the attempt that ended the call; `nil` if no attempt was made.
    var attemptError: (any Error)? { get }
}

/// An error of a system that declares the class of some of its codes only; the errors inside it decide otherwise.
package protocol PartlyClassifyingError: SelfClassifyingError {
    /// The class of this error itself, or `nil` if it does not determine one.
    var ownClassification: ErrorClassification? { get }
}

/// An error that carries the server's hint about when to come back.
public protocol HintedError: Error {
    /// The server's hint about when to come back; `nil` if there was none.
    var retryHint: RetryHint? { get }
}

/// An error that carries an HTTP status, or another integer code with that meaning.
///
/// ```swift
/// struct HTTPError: StatusCodeError {
///     let statusCode: Int?
/// }
/// ```
public protocol StatusCodeError: HintedError {
    /// The status, such as 503; `nil` if this error has none.
    var statusCode: Int? { get }
}

extension StatusCodeError {
    /// The default: no hint.
    public var retryHint: RetryHint? { nil }
}

/// An error that carries a service's own code as text, such as `"ThrottlingException"`.
public protocol ServiceCodeError: Error {
    /// The code, as the service spells it, with or without its namespace; `nil` if this error has none.
    var serviceCode: String? { get }
    /// The codes of the parts of a request that failed as a whole, such as the cancellation reasons of a DynamoDB
    /// transaction; empty unless implemented.
    var serviceReasons: [String] { get }
}

extension ServiceCodeError {
    /// The default: no reasons.
    public var serviceReasons: [String] { [] }
}

/// An error that carries another one.
///
/// The evidence of the whole chain counts: see <doc:ClassifyingErrors>.
public protocol WrappingError: Error {
    /// The error inside.
    var wrappedError: (any Error)? { get }
}

/// An error that can represent a cancellation without being a `CancellationError`.
public protocol CancellationAwareError: Error {
    /// A Boolean value that indicates whether this error says that the operation was cancelled.
    var isCancellation: Bool { get }
}

/// An error that states whether a redirect was followed before it.
///
/// A status, or a refused connection, of the last of several requests says nothing about the first one. So it proves
/// that nothing was executed only if no redirect was followed.
public protocol RedirectAwareError: Error {
    /// A Boolean value that indicates whether the client followed a redirect before this error; `nil` if that is
    /// unknown.
    var followedRedirect: Bool? { get }
}

/// An error by which a guard rejects an attempt: the operation was not run.
///
/// A rejection is not executed, and neutral for every other guard around it.
public protocol AttemptRejectedError: Error {
    /// The time after which an attempt may be admitted; `nil` if that is unknown.
    var retryAfter: Duration? { get }
}
