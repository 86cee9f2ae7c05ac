import RetryCore

extension StaleValues {
    /// Makes a call; serves the last value of the key if it fails.
    ///
    /// ```swift
    /// let served = try await profiles.call(id) { try await retry(users) { try await client.user(id) } }
    /// ```
    ///
    /// A cancellation is never replaced. The operation stays on the caller's actor.
    ///
    /// - Parameters:
    ///   - key: The key of the call.
    ///   - policy: The failures in whose place a value is served; every one but a cancellation unless given.
    ///   - classifier: The classifier of errors; the default one if `nil`.
    ///   - operation: The call, such as a retried one; run once.
    /// - Returns: The operation's value, or the last one with its age.
    /// - Throws: The operation's error, if there is no value to serve in its place.
    public nonisolated(nonsending) func call(
        _ key: Key, on policy: FallbackPolicy = .anyFailure, classifier: ErrorClassifier? = nil,
        _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> ServedValue<Value> {
        let start = begins()
        do {
            return succeeded(try await operation(), for: key, from: start)
        } catch {
            return try serve(key, inPlaceOf: error, on: policy, classifier: classifier)
        }
    }
}
