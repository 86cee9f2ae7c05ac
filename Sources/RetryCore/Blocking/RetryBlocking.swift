/// Runs a synchronous operation until it succeeds, or until the policy gives up.
///
/// ```swift
/// let text = try retryBlocking(policy: .fast) { try String(contentsOf: file, encoding: .utf8) }
/// ```
///
/// The thread is blocked while the call waits; inside a task use the asynchronous `retry` of RetryAsync. An operation
/// that succeeds at once costs about what it costs without this function.
///
/// - Parameters:
///   - policy: The retry policy: attempts, delays and deadline.
///   - name: The name of the operation in events.
///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
///   - budget: The budget for the retries of all calls that share it; none if `nil`.
///   - classifier: The classifier of errors; ``ErrorClassifier/default`` if `nil`.
///   - condition: The errors that may be retried; all that their class allows if `nil`.
///   - rejection: Returns a classification for a value that counts as a failure. If the retries end with such a value,
///     it is returned.
///   - observer: Receives every event of the calls.
///   - onRetry: Receives the error and the number of the failed attempt before each retry.
///   - sleeper: The sleeper that performs the waits.
///   - cancellation: The token that cancels the call from another thread.
///   - clock: The time source; the system's if `nil`.
///   - random: The random source for jitter; the system's if `nil`.
///   - operation: The operation. It runs once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: The operation's last error. `CancellationError` if the call was cancelled. ``CircuitOpenError`` if the
///   breaker rejected every attempt. ``PolicyError``, before the first attempt, if the policy has an attempt timeout,
///   an interrupting deadline, or must not repeat the effect.
@inlinable
public func retryBlocking<Value: ~Copyable>(
    policy: RetryPolicy = .default,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    rejecting rejection: ((borrowing Value) -> Classification?)? = nil,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    sleeper: Sleeper? = nil,
    cancellation: CancellationToken? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    operation: () throws -> Value
) throws -> Value {
    try runBlocking(
        policy,
        surroundings: .of(
            name: name, classifier: classifier, condition: condition, observer: observer, onRetry: onRetry,
            clock: clock, random: random),
        guards: Guards(breaker: breaker, budget: budget),
        waiting: Waiting(sleeper: sleeper, cancellation: cancellation), isObserved: observer != nil, clock: clock,
        rejecting: rejection, operation: operation)
}

/// Runs the first attempt, inlined into the caller and as fast as a handwritten loop; all else is out of line.
@inlinable
func runBlocking<Value: ~Copyable>(
    _ policy: RetryPolicy, surroundings: @autoclosure () -> Surroundings, guards: Guards,
    waiting: @autoclosure () -> Waiting, isObserved: Bool, clock: @autoclosure () -> RetryClock?,
    rejecting rejection: ((borrowing Value) -> Classification?)?, operation: () throws -> Value
) throws -> Value {
    let start = policy.hasDeadline ? callStart(policy, clock()?.source) : nil
    guard policy.isPlain, !isObserved, rejection == nil, guards.isEmpty else {
        return try goOnBlocking(
            policy, surroundings(), guards, waiting(), start, after: nil, rejecting: rejection, operation: operation)
    }
    do {
        return try operation()
    } catch {
        return try goOnBlocking(
            policy, surroundings(), .none, waiting(), start, after: .thrown(error), rejecting: nil,
            operation: operation)
    }
}

@usableFromInline
@inline(never)
func goOnBlocking<Value: ~Copyable>(
    _ policy: RetryPolicy, _ surroundings: Surroundings, _ guards: Guards, _ waiting: Waiting, _ start: Int64?,
    after failure: AttemptFailure?, rejecting rejection: ((borrowing Value) -> Classification?)?,
    operation: () throws -> Value
) throws -> Value {
    let driver = try BlockingDriver(
        policy: policy, surroundings: surroundings, guards: guards, waiting: waiting, start: start)
    return try driver.run(after: failure, rejecting: rejection) { _ in try operation() }
}
