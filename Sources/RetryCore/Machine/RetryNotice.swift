/// A failed attempt that a retry follows: what `onRetry` receives.
///
/// ```swift
/// try await retry(.api, onRetry: { log.info("\($0.error), again in \($0.delay)") }) { try await client.user(id) }
/// ```
public struct RetryNotice: Sendable {
    /// The error of the attempt; a ``RejectedValueError`` if it returned a value that counts as a failure.
    public let error: any Error
    /// The number of the attempt that failed, from 1.
    public let attempt: Int
    /// The class of the failure.
    public let errorClass: ErrorClass
    /// The word of the server about when to come back, if it gave one.
    public let hint: RetryHint?
    /// The wait before the next attempt.
    public let delay: Duration
}

/// The error of a ``RetryNotice`` when a value was rejected and no error was thrown.
public struct RejectedValueError: Error, Hashable, CustomStringConvertible {
    /// The class that the value was given.
    public let errorClass: ErrorClass

    /// A description of the failure.
    public var description: String { "The operation returned a value that counts as a failure: \(errorClass)." }
}
