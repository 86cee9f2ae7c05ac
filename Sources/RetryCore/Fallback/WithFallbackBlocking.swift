/// Runs a synchronous operation, and a fallback in its place if it fails.
///
/// ```swift
/// let text = try withFallbackBlocking { try read(file) } fallback: { error in "" }
/// ```
///
/// - Parameters:
///   - policy: The failures that the fallback replaces; every one but a cancellation unless given.
///   - name: The name of the operation in events.
///   - classifier: The classifier of errors; ``ErrorClassifier/default`` if `nil`.
///   - observer: Receives an event with the original failure.
///   - operation: The operation, such as a retried call; run once.
///   - fallback: Returns the value in place of the failure, or throws the error in its place. It receives the error.
/// - Returns: The value of the operation or of the fallback.
/// - Throws: The error of the operation if it is not replaced, otherwise the error of the fallback.
public func withFallbackBlocking<Value: ~Copyable>(
    on policy: FallbackPolicy = .anyFailure, named name: String? = nil, classifier: ErrorClassifier? = nil,
    observer: FallbackObserver? = nil, _ operation: () throws -> Value, fallback: (any Error) throws -> Value
) throws -> Value {
    do {
        return try operation()
    } catch {
        let call = FallbackCall(error, on: policy, named: name, classifier: classifier, observer: observer)
        guard let call else { throw error }
        return try call.replace(fallback)
    }
}

/// Runs a synchronous operation until it succeeds or the policy gives up, and a fallback in its place then.
///
/// - Parameters:
///   - pipeline: The settings of the call; its name and its classifier hold for the fallback too.
///   - policy: The failures that the fallback replaces; every one but a cancellation unless given.
///   - observer: Receives an event with the original failure.
///   - operation: The operation.
///   - fallback: Returns the value in place of the failure, or throws the error in its place. It receives the error.
/// - Returns: The value of the operation or of the fallback.
/// - Throws: As ``retryBlocking(_:operation:)`` does if the failure is not replaced, otherwise the error of the fallback.
public func retryBlocking<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default, fallbackOn policy: FallbackPolicy = .anyFailure,
    fallbackObserver observer: FallbackObserver? = nil, operation: () throws -> Value,
    fallback: (any Error) throws -> Value
) throws -> Value {
    try withFallbackBlocking(
        on: policy, named: pipeline.name, classifier: pipeline.setup.classifier, observer: observer,
        { try retryBlocking(pipeline, operation: operation) }, fallback: fallback)
}

extension BlockingExecutor {
    /// Runs a synchronous operation through the pipeline, and a fallback in its place if the call fails.
    ///
    /// - Parameters:
    ///   - policy: The failures that the fallback replaces; every one but a cancellation unless given.
    ///   - observer: Receives an event with the original failure.
    ///   - operation: The operation.
    ///   - fallback: Returns the value in place of the failure, or throws the error in its place.
    /// - Returns: The outcome of the call: its attempts and its stop reason are those of the failure, its ending is that of
    ///   the fallback, and ``RetryOutcome/fellBack`` is true.
    /// - Throws: ``InvalidPolicyError`` if the policy asks for something that only an asynchronous call can do.
    public func outcome<Value>(
        fallbackOn policy: FallbackPolicy = .anyFailure, fallbackObserver observer: FallbackObserver? = nil,
        operation: () throws -> Value, fallback: (any Error) throws -> Value
    ) throws(InvalidPolicyError) -> RetryOutcome<Value> {
        let outcome = try outcome(operation: operation)
        let call = outcome.error.flatMap {
            FallbackCall(
                $0, on: policy, named: pipeline.name, classifier: pipeline.setup.classifier, observer: observer)
        }
        guard let call else { return outcome }
        do {
            return outcome.replaced(by: .value(try call.replace(fallback)))
        } catch {
            return outcome.replaced(by: .error(error))
        }
    }
}
