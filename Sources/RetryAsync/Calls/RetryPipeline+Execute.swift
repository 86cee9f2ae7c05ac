extension RetryPipeline {
    /// Runs an operation, as `retry` with this pipeline does.
    ///
    /// ```swift
    /// let user = try await users { try await client.user(id) }
    /// ```
    @inlinable
    public nonisolated(nonsending) func callAsFunction<Value: ~Copyable>(
        _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await retry(self, operation: operation)
    }

    /// Runs an operation, as `retry` with this pipeline does.
    ///
    /// ```swift
    /// let user = try await users.deadline(.seconds(2)).execute { try await client.user(id) }
    /// ```
    @inlinable
    public nonisolated(nonsending) func execute<Value: ~Copyable>(
        operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await retry(self, operation: operation)
    }

    /// Runs an operation whose value may count as a failure, as `retry` with this pipeline does.
    public nonisolated(nonsending) func execute<Value>(
        rejecting rejection: (Value) -> ErrorClassification? = { _ in nil }, onRetry: (RetryNotice) -> Void = { _ in },
        operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await retry(self, rejecting: rejection, onRetry: onRetry, operation: operation)
    }

    /// Runs an operation that receives its attempt, and whose value may count as a failure.
    public nonisolated(nonsending) func execute<Value: ~Copyable>(
        rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
        onRetry: (RetryNotice) -> Void = { _ in },
        operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
    ) async throws -> Value {
        try await retry(self, rejecting: rejection, onRetry: onRetry, operation: operation)
    }

    /// Runs an operation and returns the whole outcome of the call: value or error, attempts, waits, reason.
    ///
    /// A policy that cannot be run here is an outcome too: an error after no attempt.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The outcome; its `get()` returns or throws what `execute` would.
    public nonisolated(nonsending) func outcome<Value: ~Copyable>(
        rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
        operation: nonisolated(nonsending) () async throws -> Value
    ) async -> RetryOutcome<Value> {
        await outcome(rejecting: rejection) { _ in try await operation() }
    }

    /// Runs an operation that receives its attempt, and returns the whole outcome of the call.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The outcome; its `get()` returns or throws what `execute` would.
    public nonisolated(nonsending) func outcome<Value: ~Copyable>(
        rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
        operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
    ) async -> RetryOutcome<Value> {
        let call = RetryCall(self, recordsTimeline: true)
        do {
            try policy.checkGuarantee()
            guard await begin(call) else { throw call.error }
            let value = try await runAttempts(
                of: call, rejecting: rejection, onRetry: { _ in }, operation: operation)
            return RetryOutcome(ending: .value(value), call: call)
        } catch {
            return RetryOutcome(ending: .error(error), call: call)
        }
    }

    /// Returns a function that runs `function` through this pipeline.
    ///
    /// ```swift
    /// let fetch = users.wrap(client.user)
    /// let user = try await fetch(id)
    /// ```
    ///
    /// - Parameter function: Any asynchronous function; its arguments are passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) async throws -> Result
    ) -> GuardedFunction<repeat each Argument, Result> {
        GuardedFunction(.pipeline(self), function)
    }
}
