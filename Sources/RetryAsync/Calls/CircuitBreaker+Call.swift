extension CircuitBreaker {
    /// Makes a call if the circuit admits it, and records its outcome.
    ///
    /// ```swift
    /// let receipt = try await payments.call { try await client.charge(order) }
    /// ```
    ///
    /// - Parameters:
    ///   - classifier: The classifier of errors; the breaker's own if `nil`.
    ///   - rejection: Returns a classification for a value that counts as a failure; the call still returns that value.
    ///   - operation: The call; run once on the caller's actor, or not at all.
    /// - Returns: The operation's value.
    /// - Throws: `CircuitOpenError` if the call was rejected; else the operation's error. A cancellation is neutral.
    public nonisolated(nonsending) func call<Value: ~Copyable>(
        classifier: ErrorClassifier? = nil,
        rejecting rejection: ((borrowing Value) -> ErrorClassification?)? = nil,
        _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        guard let admission = admit() else { throw openError() }
        do {
            let value = try await operation()
            returned(rejection?(value), admission)
            return value
        } catch {
            finish(admission, result(of: error, classifier: classifier, isCancelled: Task.isCancelled))
            throw error
        }
    }

    /// Returns a function that makes its calls through this breaker.
    ///
    /// ```swift
    /// let charge = payments.protect(client.charge)
    /// let receipt = try await charge(order)
    /// ```
    ///
    /// - Parameter function: Any asynchronous function; its arguments are passed on.
    /// - Returns: A value that is called like the function.
    public func protect<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) async throws -> Result
    ) -> GuardedFunction<repeat each Argument, Result> {
        GuardedFunction(.breaker(self), function)
    }
}
