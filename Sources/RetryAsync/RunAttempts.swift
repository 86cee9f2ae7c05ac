/// Runs attempts until the call ends, whatever the policy and the caller ask for.
@usableFromInline
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

/// Decides and waits after an attempt that threw; whether the next one may start.
@usableFromInline
nonisolated(nonsending) func pause(_ call: RetryCall, afterThrowing error: any Error) async -> Bool {
    await pause(call, for: call.attemptThrew(error, isCancelled: Task.isCancelled))
}

/// Decides and waits after an attempt that failed; whether the next one may start.
nonisolated(nonsending) func pause(_ call: RetryCall, after failure: AttemptFailure) async -> Bool {
    await pause(call, for: call.attemptFailed(failure, isCancelled: Task.isCancelled))
}

private nonisolated(nonsending) func pause(_ call: RetryCall, for nanoseconds: Int64?) async -> Bool {
    guard let nanoseconds else { return false }
    if nanoseconds == 0 {
        // Nothing of the caller's has run since the task was last asked, unless somebody was told of the retry.
        return call.waitEnded(isCancelled: call.isWatched && Task.isCancelled)
    }
    let wasInterrupted = await call.clock.sleepWasInterrupted(nanoseconds)
    return call.waitEnded(isCancelled: wasInterrupted || Task.isCancelled)
}
