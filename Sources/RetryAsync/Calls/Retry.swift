/// Runs an asynchronous operation until it succeeds, or until the policy gives up.
///
/// ```swift
/// let user = try await retry(policy: .api) { try await client.user(id) }
/// ```
///
/// The operation stays on the caller's actor, and may capture whatever the caller can: local variables, the actor's
/// state, values that are not `Sendable`. One that succeeds at once costs about what it costs without this function.
///
/// A cancelled call ends at once, in the midst of a wait too, and throws `CancellationError`; no further attempt
/// starts. The first attempt starts in any case, as it would without this function.
///
/// - Parameters:
///   - policy: The limits and the waits of the call.
///   - name: The name of the operation in events.
///   - breaker: The circuit breaker that admits every attempt; none if `nil`.
///   - budget: Bounds the retries of all calls that share it; none if `nil`.
///   - classifier: Finds the class of an error; ``/RetryCore/ErrorClassifier/default`` if `nil`.
///   - condition: The errors that are retried at all; by their class alone if `nil`.
///   - rejection: Returns a classification for a value that counts as a failure. If the retries end with such a value,
///     it is returned.
///   - observer: Receives every event of the call.
///   - onRetry: Receives the error and the number of the attempt that failed, when a retry will follow.
///   - clock: The time source; the system's if `nil`.
///   - random: The random source for jitter; the system's if `nil`.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: The operation's last error. `CancellationError` if the call was cancelled. `CircuitOpenError`,
///   `AttemptTimeoutError` or `DeadlineExceededError` if no attempt got as far as an error of its own.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    policy: RetryPolicy = .default,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try await run(
        policy,
        surroundings: .of(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random),
        guards: Guards(breaker: breaker, budget: budget), isObserved: observer != nil, clock: clock,
        rejecting: rejection, operation: operation)
}

/// Runs an asynchronous operation that wants to know which attempt it is, and how much time it has.
///
/// ```swift
/// let user = try await retry(policy: .api.deadline(.seconds(10))) { attempt in
///     try await client.user(id, timeout: attempt.remaining)
/// }
/// ```
///
/// - Parameters:
///   - policy: The limits and the waits of the call.
///   - name: The name of the operation in events.
///   - breaker: The circuit breaker that admits every attempt; none if `nil`.
///   - budget: Bounds the retries of all calls that share it; none if `nil`.
///   - classifier: Finds the class of an error; ``/RetryCore/ErrorClassifier/default`` if `nil`.
///   - condition: The errors that are retried at all; by their class alone if `nil`.
///   - rejection: Returns a classification for a value that counts as a failure. If the retries end with such a value,
///     it is returned.
///   - observer: Receives every event of the call.
///   - onRetry: Receives the error and the number of the attempt that failed, when a retry will follow.
///   - clock: The time source; the system's if `nil`.
///   - random: The random source for jitter; the system's if `nil`.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` without the attempt does.
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    policy: RetryPolicy = .default,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    let surroundings = Surroundings.of(
        name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry, clock: clock,
        random: random)
    return try await runAttempts(
        policy, surroundings, Guards(breaker: breaker, budget: budget), rejecting: rejection, operation: operation)
}

/// Runs the first attempt, inlined into the caller and as fast as a handwritten loop.
@inlinable
nonisolated(nonsending) func run<Value: ~Copyable>(
    _ policy: RetryPolicy, surroundings: @autoclosure () -> Surroundings, guards: Guards, isObserved: Bool,
    clock: @autoclosure () -> RetryClock?, rejecting rejection: ((borrowing Value) -> Classification?)?,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard policy.isPlain, !isObserved, rejection == nil else {
        return try await runAttempts(policy, surroundings(), guards, rejecting: rejection) { _ in
            try await operation()
        }
    }
    let start = policy.hasDeadline ? callStart(policy, clock()?.source) : nil
    guard guards.isEmpty else {
        return try await runGuarded(policy, surroundings(), guards, start, operation: operation)
    }
    do {
        return try await operation()
    } catch {
        return try await goOn(policy, surroundings(), start, after: error, operation: operation)
    }
}

/// Runs an asynchronous operation until it succeeds, or until the default policy gives up.
///
/// ```swift
/// let user = try await retry { try await client.user(id) }
/// ```
///
/// - Parameter operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: The operation's last error, or `CancellationError` if the call was cancelled.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    do {
        return try await operation()
    } catch {
        return try await goOn(.default, .of(), nil, after: error, operation: operation)
    }
}

/// Retries a call of which only the value is wanted, after the first attempt.
///
/// Inlined too, so that the operation is only ever called and never handed on: as a value it would cost every first
/// try a retain, and each retry two frames of a task.
@inlinable
@inline(__always)
nonisolated(nonsending) func goOn<Value: ~Copyable>(
    _ policy: consuming RetryPolicy, _ surroundings: consuming Surroundings, _ start: Int64?,
    after error: consuming any Error,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    let call = RetryCall(policy: policy, surroundings: surroundings, start: start)
    while true {
        let step = call.skip(call.attemptThrew(error, isCancelled: Task.isCancelled))
        if step == .end { break }
        guard step == .attempt ? true : await call.mayStart(step) else { break }
        do { return try await operation() } catch let next { error = next }
    }
    throw call.error
}
