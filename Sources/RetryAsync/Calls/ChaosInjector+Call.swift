import RetryCore

extension ChaosInjector {
    /// Makes a call, with the injections that its operation is due.
    ///
    /// For manual loops, and for calls without a pipeline:
    ///
    /// ```swift
    /// let user = try await chaos.call("users") { try await client.user(id) }
    /// ```
    ///
    /// - Parameters:
    ///   - operation: The name of the operation, for the scope of the policy and for events.
    ///   - clock: The clock by which a delay is measured.
    ///   - body: The call; run once on the caller's actor, or not at all.
    /// - Returns: The value of the call, or the injected one.
    /// - Throws: The error of the call, or the injected one. `CancellationError` if the task is cancelled during a delay.
    public nonisolated(nonsending) func call<Value: ~Copyable>(
        _ operation: String? = nil, clock: RetryClock = .system,
        _ body: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        guard let plan = plan(for: operation) else { return try await body() }
        try begin(plan, operation)
        // A clock that throws an error in place of waiting delays nothing.
        if plan.latency > 0, await clock.sleep(plan.latency) == .cancelled { throw CancellationError() }
        if let value: Value = try end(plan, operation) { return value }
        return try await body()
    }
}

/// Runs the operation of an attempt, with the injections of chaos that it is due.
nonisolated(nonsending) func perform<Value: ~Copyable>(
    _ call: RetryCall, _ attempt: RetryAttempt,
    _ operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    guard let chaos = call.chaos else { return try await operation(attempt) }
    return try await chaos.call(call.operation, clock: call.clock) { try await operation(attempt) }
}
