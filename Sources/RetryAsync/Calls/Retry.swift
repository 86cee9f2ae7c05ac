/// Runs an asynchronous operation until it succeeds, or until the policy gives up.
///
/// ```swift
/// let user = try await retry(.api) { try await client.user(id) }
/// let same = try await retry(.api.maxAttempts(5).deadline(.seconds(10))) { try await client.user(id) }
/// ```
///
/// The operation stays on the caller's actor, and may capture whatever the caller can: local variables, the actor's
/// state, values that are not `Sendable`. One that succeeds at once costs about what it costs without this function.
///
/// A cancelled call ends at once, in the midst of a wait too, and throws `CancellationError`; no further attempt
/// starts. The first attempt always starts, as it would without this function.
///
/// - Parameters:
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: The operation's last error. `CancellationError` if the call was cancelled. `CircuitOpenError`,
///   `AttemptTimeoutError` or `DeadlineExceededError` if no attempt got as far as an error of its own.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard !pipeline.isElaborate else { return try await retryLimited(pipeline, operation: operation) }
    guard !pipeline.isGuarded else { return try await retryGuarded(pipeline, operation: operation) }
    let start = pipeline.callStart
    do {
        let value = try await operation()
        if start.isObserved { pipeline.succeeded(start) }
        return value
    } catch {
        return try await goOn(pipeline, start, after: error, operation: operation)
    }
}

/// Runs an asynchronous operation that wants to know which attempt it is, and how much time it has.
///
/// ```swift
/// let user = try await retry(.api.deadline(.seconds(10))) { attempt in
///     try await client.user(id, timeout: attempt.remaining)
/// }
/// ```
///
/// - Parameters:
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` without the attempt does.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    guard !pipeline.isElaborate, !pipeline.isGuarded else {
        return try await runAttempts(pipeline, operation: operation)
    }
    let start = pipeline.callStart
    do {
        let value = try await operation(pipeline.policy.firstAttempt)
        if start.isObserved { pipeline.succeeded(start) }
        return value
    } catch {
        return try await goOn(
            pipeline, start, after: .thrown(error), nil, rejecting: { _ in nil }, onRetry: { _ in },
            tellsCaller: false, operation)
    }
}

/// Runs an asynchronous operation whose value may count as a failure.
///
/// ```swift
/// let job = try await retry(.api, rejecting: { $0.isPending ? .transient : nil }) { try await client.job(id) }
/// ```
///
/// - Parameters:
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - rejection: Returns a classification for a value that counts as a failure. If the retries end with such a value,
///     it is returned.
///   - onRetry: Is called after each failure that a retry follows, before the wait. It may use the caller's actor.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` without these parameters does.
@inlinable
public nonisolated(nonsending) func retry<Value>(
    _ pipeline: RetryPipeline = .default, rejecting rejection: (Value) -> ErrorClassification? = { _ in nil },
    onRetry: (RetryNotice) -> Void = { _ in },
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard !pipeline.isElaborate, !pipeline.isGuarded else {
        return try await runAttempts(
            pipeline, rejecting: { rejection($0) }, onRetry: onRetry, operation: { _ in try await operation() })
    }
    let start = pipeline.callStart
    let failure: AttemptFailure
    var rejected: Value?
    do {
        let value = try await operation()
        guard let classification = rejection(value) else {
            if start.isObserved { pipeline.succeeded(start) }
            return value
        }
        (failure, rejected) = (.rejected(classification), value)
    } catch {
        failure = .thrown(error)
    }
    return try await goOn(
        pipeline, start, after: failure, rejected, rejecting: { rejection($0) }, onRetry: onRetry, tellsCaller: true,
        { _ in try await operation() })
}

/// Runs an asynchronous operation that receives its attempt, and whose value may count as a failure.
///
/// - Parameters:
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - rejection: Returns a classification for a value that counts as a failure.
///   - onRetry: Is called after each failure that a retry follows, before the wait. It may use the caller's actor.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` without these parameters does.
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    _ pipeline: RetryPipeline = .default, rejecting rejection: (borrowing Value) -> ErrorClassification? = { _ in nil },
    onRetry: (RetryNotice) -> Void = { _ in },
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    try await runAttempts(pipeline, rejecting: rejection, onRetry: onRetry, operation: operation)
}

// MARK: By the policy alone

/// Runs an asynchronous operation under a policy until it succeeds, or until the policy gives up.
///
/// ```swift
/// let user = try await retry(policy: .api) { try await client.user(id) }
/// ```
///
/// - Parameters:
///   - policy: The limits and the waits of the call.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` with a pipeline does.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    policy: RetryPolicy, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard policy.isPlain else { return try await retry(RetryPipeline(policy: policy), operation: operation) }
    // A pipeline is made where the first attempt has failed: one that outlives an attempt costs a retain.
    let start = policy.callStart
    do {
        return try await operation()
    } catch {
        return try await goOn(RetryPipeline(policy: policy), start, after: error, operation: operation)
    }
}

/// Runs an asynchronous operation that receives its attempt under a policy.
///
/// - Parameters:
///   - policy: The limits and the waits of the call.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` with a pipeline does.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    policy: RetryPolicy, operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    try await retry(RetryPipeline(policy: policy), operation: operation)
}

/// Runs an asynchronous operation under a policy; its value may count as a failure.
///
/// - Parameters:
///   - policy: The limits and the waits of the call.
///   - rejection: Returns a classification for a value that counts as a failure.
///   - onRetry: Is called after each failure that a retry follows, before the wait. It may use the caller's actor.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` with a pipeline does.
@inlinable
public nonisolated(nonsending) func retry<Value>(
    policy: RetryPolicy, rejecting rejection: (Value) -> ErrorClassification? = { _ in nil },
    onRetry: (RetryNotice) -> Void = { _ in },
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try await retry(RetryPipeline(policy: policy), rejecting: rejection, onRetry: onRetry, operation: operation)
}

/// Runs an asynchronous operation until it succeeds, for a number of attempts at most.
///
/// ```swift
/// let user = try await retry(maxAttempts: 5) { try await client.user(id) }
/// ```
///
/// - Parameters:
///   - maxAttempts: The maximum number of attempts, the first one included; at least 1.
///   - backoff: The waits between attempts.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry` with a pipeline does.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    maxAttempts: Int, backoff: Backoff = .exponential(),
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try await retry(policy: RetryPolicy(maxAttempts: maxAttempts, backoff: backoff), operation: operation)
}

/// Retries a call of which only the value is wanted, after the first attempt.
///
/// Inlined too, so that the operation is only ever called and never handed on: as a value it would cost every first
/// try a retain, and each retry two frames of a task.
@inlinable
@inline(__always)
nonisolated(nonsending) func goOn<Value: ~Copyable>(
    _ pipeline: RetryPipeline, _ start: CallStart, after error: consuming any Error,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    let call = RetryCall(policy: pipeline.policy, setup: pipeline.setup, start: start)
    while true {
        let step = call.skip(call.attemptThrew(error))
        if step == .end { break }
        guard step == .attempt ? true : await call.mayStart(step) else { break }
        if start.isObserved { call.attemptStarts() }
        do {
            let value = try await inScope(of: call) { try await operation() }
            if start.isObserved { call.attemptSucceeded() }
            return value
        } catch let next { error = next }
    }
    throw call.error
}

/// Runs a call with guards of which only the value is wanted: its first attempt needs no `RetryCall`.
///
/// Not inlined into the caller, whose frame would grow, but compiled for its types.
@inlinable
@inline(never)
nonisolated(nonsending) func retryGuarded<Value: ~Copyable>(
    _ pipeline: RetryPipeline, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    var first = pipeline.enter()
    if first.isAdmitted {
        do {
            let value = try await operation()
            pipeline.succeeded(&first)
            return value
        } catch {
            return try await runAttempts(pipeline, first, after: .thrown(error), operation: operation)
        }
    }
    return try await runAttempts(pipeline, first, after: nil, operation: operation)
}

/// Runs a call whose attempts may have a limit, and of which only the value is wanted: its first attempt needs no
/// `RetryCall`.
@inlinable
@inline(never)
nonisolated(nonsending) func retryLimited<Value: ~Copyable>(
    _ pipeline: RetryPipeline, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try pipeline.policy.checkGuarantee()
    var first = pipeline.enter()
    guard first.isAdmitted else { return try await runAttempts(pipeline, first, after: nil, operation: operation) }
    let failure: AttemptFailure
    do {
        guard let limit = pipeline.attemptLimit(first) else {
            let value = try await operation()
            pipeline.succeeded(&first)
            return value
        }
        let setup = pipeline.setup
        if let value = try await withTimeLimit(
            limit.nanoseconds, clock: setup.clock, classifier: setup.classifier, operation: operation)
        {
            pipeline.succeeded(&first)
            return value
        }
        failure = limit.failure
    } catch {
        failure = .thrown(error)
    }
    return try await runAttempts(pipeline, first, after: failure, operation: operation)
}
