/// Runs a call from its first attempt to its end, whatever the policy asks for.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ pipeline: RetryPipeline, operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    let call = try RetryCall(checking: pipeline)
    guard await begin(call) else { throw call.error }
    return try await runAttempts(of: call, rejecting: { _ in nil }, onRetry: { _ in }, operation: operation)
}

/// Runs a call whose value may count as a failure, and whose caller is told of its retries.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ pipeline: RetryPipeline, rejecting rejection: (borrowing Value) -> Classification?,
    onRetry: (RetryNotice) -> Void, operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    let call = try RetryCall(checking: pipeline, tellsCaller: true)
    guard await begin(call) else { throw call.error }
    return try await runAttempts(of: call, rejecting: rejection, onRetry: onRetry, operation: operation)
}

/// Runs a call with guards of which only the value is wanted: its first attempt needs no `RetryCall`.
@usableFromInline
nonisolated(nonsending) func runGuarded<Value: ~Copyable>(
    _ pipeline: RetryPipeline, _ start: Int64?, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard let entry = pipeline.guards.enter() else {
        // The breaker is asked once more there, and decides.
        return try await runAttempts(pipeline) { _ in try await operation() }
    }
    do {
        let value = try await operation()
        pipeline.guards.succeeded(entry)
        return value
    } catch {
        let call = RetryCall(
            policy: pipeline.policy, setup: pipeline.setup, guards: pipeline.guards.ofCall(entry), start: start)
        guard await pause(call, after: .thrown(error)) else { throw call.error }
        return try await runAttempts(
            of: call, rejecting: { _ in nil }, onRetry: { _ in }, operation: { _ in try await operation() })
    }
}

/// Runs attempts until the call ends; the first of them may start.
///
/// The closures have no defaults: a default closure of a generic type is made on the heap, at each call.
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    of call: RetryCall, rejecting rejection: (borrowing Value) -> Classification?, onRetry: (RetryNotice) -> Void,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    var failure: AttemptFailure?
    while true {
        if let failure, await !pause(call, after: failure, onRetry) { throw call.error }
        call.attemptStarts()
        let attempt = call.attempt
        do {
            let value: Value
            if let limit = call.timeLimit {
                let inTime = try await withTimeLimit(limit.nanoseconds, clock: call.clock, classifier: call.classifier)
                {
                    try await operation(attempt)
                }
                guard let inTime else {
                    failure = limit.failure
                    continue
                }
                value = inTime
            } else {
                value = try await operation(attempt)
            }
            guard let classification = rejection(value) else {
                call.attemptSucceeded()
                return value
            }
            if await !pause(call, after: .rejected(classification), onRetry) {
                if call.isCancelled { break }
                return value
            }
            failure = nil
        } catch {
            failure = .thrown(error)
        }
    }
    throw call.error
}

/// Decides and waits after an attempt that failed; whether the next one may start.
nonisolated(nonsending) func pause(
    _ call: RetryCall, after failure: AttemptFailure, _ onRetry: (RetryNotice) -> Void = { _ in }
) async -> Bool {
    let step = call.skip(call.attemptFailed(failure, onRetry: onRetry))
    return step == .attempt ? true : await call.mayStart(step)
}

/// Waits for a circuit that is open, if the call does that; whether the first attempt may start.
nonisolated(nonsending) func begin(_ call: RetryCall) async -> Bool {
    await call.mayStart(call.begins())
}

extension RetryCall {
    /// Creates the call of a pipeline, whose policy allows that the operation is repeated.
    fileprivate convenience init(checking pipeline: RetryPipeline, tellsCaller: Bool = false) throws {
        try pipeline.policy.checkGuarantee()
        self.init(
            policy: pipeline.policy, setup: pipeline.setup, guards: pipeline.guards.ofCall(), tellsCaller: tellsCaller)
    }

    /// Ends a wait of nothing at once, unless it is time to yield: most need no further frame of a task.
    @usableFromInline
    func skip(_ step: Step) -> Step {
        step == .wait(0) && !yields ? waitEnded() : step
    }

    /// Waits by the call's clock, or yields, for as long as the call asks; whether the next attempt may start.
    @usableFromInline
    nonisolated(nonsending) func mayStart(_ step: Step) async -> Bool {
        var step = step
        while case .wait(let wait) = step {
            let end = wait == 0 ? .over : await clock.sleep(wait)
            if wait == 0 { await Task.yield() }
            if end == .failed {
                waitFailed()
                return false
            }
            step = waitEnded()
        }
        return step == .attempt
    }
}
