/// Runs a synchronous operation until it succeeds, or until the policy gives up.
///
/// ```swift
/// let text = try retryBlocking(.fast) { try String(contentsOf: file, encoding: .utf8) }
/// ```
///
/// The thread is blocked while the call waits; inside a task use the asynchronous `retry` of RetryAsync. An operation
/// that succeeds at once costs about what it costs without this function.
///
/// - Parameters:
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - operation: The operation. It runs once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: The operation's last error. `CancellationError` if the call was cancelled. ``CircuitOpenError`` if the
///   breaker rejected every attempt. ``InvalidPolicyError``, before the first attempt, if the policy has an attempt
///   timeout, an interrupting deadline, or must not repeat the effect.
@inlinable
public func retryBlocking<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default, operation: () throws -> Value
) throws -> Value {
    guard !pipeline.isElaborate, !pipeline.isGuarded else {
        return try goOnBlocking(pipeline, CallStart(), after: nil, operation: operation)
    }
    let start = pipeline.callStart
    do {
        let value = try operation()
        if start.isObserved { pipeline.succeeded(start) }
        return value
    } catch {
        return try goOnBlocking(pipeline, start, after: error, operation: operation)
    }
}

/// Runs a synchronous operation under a policy until it succeeds, or until the policy gives up.
///
/// - Parameters:
///   - policy: The retry policy: attempts, delays and deadline.
///   - operation: The operation. It runs once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As ``retryBlocking(_:operation:)`` does.
@inlinable
public func retryBlocking<Value: ~Copyable>(policy: RetryPolicy, operation: () throws -> Value) throws -> Value {
    try retryBlocking(RetryPipeline(policy: policy), operation: operation)
}

/// Runs a synchronous operation that receives its attempt, and whose value may count as a failure.
///
/// - Parameters:
///   - pipeline: The settings of the call.
///   - rejection: Returns a classification for a value that counts as a failure. If the retries end with such a value,
///     it is returned.
///   - onRetry: Is called after each failure that a retry follows, before the wait.
///   - operation: The operation. It runs once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As ``retryBlocking(_:operation:)`` does.
public func retryBlocking<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default, rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
    onRetry: (RetryNotice) -> Void = { _ in }, operation: (RetryAttempt) throws -> Value
) throws -> Value {
    try BlockingDriver(pipeline, tellsCaller: true).run(
        rejecting: rejection, onRetry: onRetry, operation: operation)
}

/// Runs a synchronous operation whose value may count as a failure.
///
/// - Parameters:
///   - pipeline: The settings of the call.
///   - rejection: Returns a classification for a value that counts as a failure. If the retries end with such a value,
///     it is returned.
///   - onRetry: Is called after each failure that a retry follows, before the wait.
///   - operation: The operation. It runs once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As ``retryBlocking(_:operation:)`` does.
public func retryBlocking<Value>(
    _ pipeline: RetryPipeline = .default, rejecting rejection: (Value) -> ErrorClassification? = { _ in nil },
    onRetry: (RetryNotice) -> Void = { _ in }, operation: () throws -> Value
) throws -> Value {
    try retryBlocking(pipeline, rejecting: { rejection($0) }, onRetry: onRetry, operation: { _ in try operation() })
}

@usableFromInline
@inline(never)
func goOnBlocking<Value: ~Copyable>(
    _ pipeline: RetryPipeline, _ start: CallStart, after error: (any Error)?, operation: () throws -> Value
) throws -> Value {
    try BlockingDriver(pipeline, start: start).run(
        after: error.map { .thrown($0) }, rejecting: { _ in nil }, onRetry: { _ in },
        operation: { _ in try operation() })
}
