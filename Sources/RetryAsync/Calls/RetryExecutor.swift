/// An executor for asynchronous operations under one policy: created once, used for every call of its dependency.
///
/// ```swift
/// let api = RetryExecutor(policy: .api, named: "users", observer: metrics.observer)
///
/// let user = try await api.execute { try await client.user(id) }
/// let same = try await api { try await client.user(id) }
/// ```
public struct RetryExecutor: Sendable {
    /// The retry policy of operations: attempts, delays and deadline.
    public let policy: RetryPolicy
    @usableFromInline let surroundings: Surroundings
    @usableFromInline let guards: Guards

    /// Creates an executor.
    ///
    /// - Parameters:
    ///   - policy: The retry policy: attempts, delays and deadline.
    ///   - name: The name of the operations in events.
    ///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
    ///   - budget: The budget for the retries of all calls that share it; none if `nil`.
    ///   - classifier: The classifier of errors; ``/RetryCore/ErrorClassifier/default`` if `nil`.
    ///   - condition: The errors that may be retried; all that their class allows if `nil`.
    ///   - observer: Receives every event of the calls.
    ///   - onRetry: Receives the error and the number of the failed attempt before each retry.
    ///   - clock: The clock to measure and wait by; the system's if `nil`.
    ///   - random: The random source for jitter; the system's if `nil`.
    public init(
        policy: RetryPolicy = .default,
        named name: String? = nil,
        breaker: CircuitBreaker? = nil,
        budget: RetryBudget? = nil,
        classifier: ErrorClassifier? = nil,
        retryOn condition: RetryCondition? = nil,
        observer: RetryObserver? = nil,
        onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
        clock: RetryClock? = nil,
        random: RandomSource? = nil
    ) {
        self.policy = policy
        self.surroundings = Surroundings(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random)
        self.guards = Guards(breaker: breaker, budget: budget)
    }

    /// Runs an operation until it succeeds, or until the policy gives up.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: The operation's last error. `CancellationError` if the call was cancelled. `CircuitOpenError`,
    ///   `AttemptTimeoutError` or `DeadlineExceededError` if no attempt got as far as an error of its own.
    @inlinable
    public nonisolated(nonsending) func execute<Value: ~Copyable>(
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await run(
            policy, surroundings: surroundings, guards: guards, isObserved: surroundings.observer != nil,
            clock: surroundings.clock, rejecting: rejection, operation: operation)
    }

    /// Runs an operation that receives its attempt, with its number and its remaining time.
    ///
    /// - Parameters:
    ///   - rejection: Returns a classification for a value that counts as a failure.
    ///   - operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As `execute` without the attempt does.
    public nonisolated(nonsending) func execute<Value: ~Copyable>(
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
    ) async throws -> Value {
        try await runAttempts(policy, surroundings, guards, rejecting: rejection, operation: operation)
    }

    /// Runs an operation, as `execute` does.
    ///
    /// - Parameter operation: The operation. It runs once, and again after each failure that the policy retries.
    /// - Returns: The operation's value.
    /// - Throws: As `execute` does.
    @inlinable
    public nonisolated(nonsending) func callAsFunction<Value: ~Copyable>(
        _ operation: nonisolated(nonsending) () async throws -> Value
    ) async throws -> Value {
        try await execute(operation: operation)
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
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
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
        rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
        operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
    ) async -> RetryOutcome<Value> {
        let call = RetryCall(
            policy: policy, surroundings: surroundings, guards: guards.ofCall(), recordsTimeline: true)
        do {
            try policy.checkGuarantee()
            guard await begin(call) else { throw call.error }
            let value = try await runAttempts(of: call, rejecting: rejection, operation: operation)
            return RetryOutcome(ending: .value(value), call: call)
        } catch {
            return RetryOutcome(ending: .error(error), call: call)
        }
    }

    /// Returns a function that runs `function` through this executor.
    ///
    /// ```swift
    /// let fetch = api.wrap(client.user)
    /// let user = try await fetch(id)
    /// ```
    ///
    /// - Parameter function: Any asynchronous function; its arguments are passed on.
    /// - Returns: A value that is called like the function.
    public func wrap<each Argument, Result>(
        _ function: @escaping @Sendable (repeat each Argument) async throws -> Result
    ) -> RetryingFunction<repeat each Argument, Result> {
        RetryingFunction(executor: self, function: function)
    }
}

/// An asynchronous function whose calls are retried; made by `wrap` of ``RetryExecutor``, called like the function.
public struct RetryingFunction<each Argument, Result>: Sendable {
    let executor: RetryExecutor
    let function: @Sendable (repeat each Argument) async throws -> Result

    /// Calls the function, and again after each failure that the policy retries.
    ///
    /// - Returns: The function's result.
    /// - Throws: As ``RetryExecutor`` does.
    public nonisolated(nonsending) func callAsFunction(_ argument: repeat each Argument) async throws -> Result {
        try await executor.execute { try await function(repeat each argument) }
    }
}
