import RetryCore

/// Runs an operation, and a fallback in its place if it fails.
///
/// ```swift
/// let user = try await withFallback {
///     try await retry(users) { try await client.user(id) }
/// } fallback: { error in
///     User.unknown
/// }
/// ```
///
/// A cancellation is never replaced: neither that of the caller, nor that of the operation. Both closures stay on the
/// caller's actor. Put the fallback around the retry: a fallback within it would hide every failure from it.
///
/// - Parameters:
///   - policy: The failures that the fallback replaces; every one but a cancellation unless given: also an open circuit, an
///     empty budget, and the rejection by any guard.
///   - name: The name of the operation in events.
///   - classifier: The classifier of errors; the default one if `nil`.
///   - observer: Receives an event with the original failure.
///   - operation: The operation, such as a retried call; run once.
///   - fallback: Returns the value in place of the failure, or throws the error in its place. It receives the error.
/// - Returns: The value of the operation or of the fallback.
/// - Throws: The error of the operation if it is not replaced, otherwise the error of the fallback.
@inlinable
public nonisolated(nonsending) func withFallback<Value: ~Copyable>(
    on policy: FallbackPolicy = .anyFailure, named name: String? = nil, classifier: ErrorClassifier? = nil,
    observer: FallbackObserver? = nil,
    _ operation: nonisolated(nonsending) () async throws -> Value,
    fallback: nonisolated(nonsending) (any Error) async throws -> Value
) async throws -> Value {
    do {
        return try await operation()
    } catch {
        return try await replace(error, policy, name, classifier, observer, fallback)
    }
}

/// Runs an operation until it succeeds or the policy gives up, and a fallback in its place then.
///
/// ```swift
/// let user = try await retry(users) { try await client.user(id) } fallback: { error in User.unknown }
/// ```
///
/// - Parameters:
///   - pipeline: The settings of the call; its name and its classifier hold for the fallback too. Its observers receive
///     the events of the failed call as without a fallback.
///   - policy: The failures that the fallback replaces; every one but a cancellation unless given.
///   - observer: Receives an event with the original failure.
///   - operation: The operation.
///   - fallback: Returns the value in place of the failure, or throws the error in its place. It receives the error.
/// - Returns: The value of the operation or of the fallback.
/// - Throws: The error of the call if it is not replaced, otherwise the error of the fallback.
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default, fallbackOn policy: FallbackPolicy = .anyFailure,
    fallbackObserver observer: FallbackObserver? = nil,
    operation: nonisolated(nonsending) () async throws -> Value,
    fallback: nonisolated(nonsending) (any Error) async throws -> Value
) async throws -> Value {
    do {
        return try await retry(pipeline, operation: operation)
    } catch {
        return try await replace(error, policy, pipeline.name, pipeline.setup.classifier, observer, fallback)
    }
}

extension RetryPipeline {
    /// Runs an operation through this pipeline, and a fallback in its place if the call fails.
    ///
    /// - Parameters:
    ///   - policy: The failures that the fallback replaces; every one but a cancellation unless given.
    ///   - observer: Receives an event with the original failure.
    ///   - operation: The operation.
    ///   - fallback: Returns the value in place of the failure, or throws the error in its place.
    /// - Returns: The outcome of the call: its attempts and its stop reason are those of the failure, its ending is that of
    ///   the fallback, and `fellBack` is true.
    public nonisolated(nonsending) func outcome<Value>(
        fallbackOn policy: FallbackPolicy = .anyFailure, fallbackObserver observer: FallbackObserver? = nil,
        operation: nonisolated(nonsending) () async throws -> Value,
        fallback: nonisolated(nonsending) (any Error) async throws -> Value
    ) async -> RetryOutcome<Value> {
        let outcome = await outcome(operation: operation)
        guard let error = outcome.error else { return outcome }
        let call = FallbackCall(error, on: policy, named: name, classifier: setup.classifier, observer: observer)
        guard let call else { return outcome }
        do {
            let value = try await fallback(error)
            call.report(.fellBack)
            return outcome.replaced(by: .value(value))
        } catch {
            call.report(.failed)
            return outcome.replaced(by: .error(error))
        }
    }
}

/// Runs the fallback in place of a failure that the policy replaces.
@usableFromInline
nonisolated(nonsending) func replace<Value: ~Copyable>(
    _ error: any Error, _ policy: FallbackPolicy, _ name: String?, _ classifier: ErrorClassifier?,
    _ observer: FallbackObserver?, _ fallback: nonisolated(nonsending) (any Error) async throws -> Value
) async throws -> Value {
    let call = FallbackCall(error, on: policy, named: name, classifier: classifier, observer: observer)
    guard let call else { throw error }
    do {
        let value = try await fallback(error)
        call.report(.fellBack)
        return value
    } catch {
        call.report(.failed)
        throw error
    }
}
