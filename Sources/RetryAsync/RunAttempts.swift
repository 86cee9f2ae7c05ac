/// Runs a call from its first attempt to its end, whatever the policy and the caller ask for.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ policy: RetryPolicy, _ surroundings: Surroundings, rejecting rejection: ((borrowing Value) -> Classification?)?,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    try policy.checkGuarantee()
    // Made here, the call needs no memory of its own: it stays on the task's stack.
    let call = RetryCall(policy: policy, surroundings: surroundings)
    return try await runAttempts(of: call, rejecting: rejection, operation: operation)
}

/// Runs attempts until the call ends.
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    of call: RetryCall, rejecting rejection: ((borrowing Value) -> Classification?)?,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    var failure: AttemptFailure?
    while true {
        if let failure, await !pause(call, after: failure) { throw call.error }
        call.attemptStarts()
        let attempt = call.attempt
        do {
            let value: Value
            if let limit = call.timeLimit {
                let inTime = try await withTimeLimit(limit.nanoseconds, clock: call.clock) {
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
            guard let classification = rejection?(value) else {
                call.attemptSucceeded()
                return value
            }
            if await !pause(call, after: .rejected(classification)) {
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
nonisolated(nonsending) func pause(_ call: RetryCall, after failure: AttemptFailure) async -> Bool {
    guard let wait = call.attemptFailed(failure, isCancelled: Task.isCancelled) else { return false }
    return wait > 0 ? await call.wait(wait) : call.waitEnded(isCancelled: Task.isCancelled)
}

extension RetryCall {
    /// Waits by the call's clock; whether the next attempt may start.
    @usableFromInline
    nonisolated(nonsending) func wait(_ nanoseconds: Int64) async -> Bool {
        let wasInterrupted = await clock.sleepWasInterrupted(nanoseconds)
        return waitEnded(isCancelled: wasInterrupted || Task.isCancelled)
    }
}
