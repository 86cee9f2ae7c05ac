/// Runs attempts until the call ends; goes on after `failure` where the first attempt has run already.
///
/// Inlinable, so that it is compiled for the operation's own types: between two attempts nothing is generic.
@inlinable
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    of call: RetryCall, after failure: AttemptFailure?, rejecting rejection: ((borrowing Value) -> Classification?)?,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    var failure = failure
    while true {
        if let failure {
            guard let wait = call.attemptFailed(failure, isCancelled: Task.isCancelled) else { throw call.error }
            let isCancelled = wait > 0 ? await call.sleepWasCancelled(wait) : Task.isCancelled
            guard call.waitEnded(isCancelled: isCancelled) else { throw call.error }
        }
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

/// Decides and waits; whether the next attempt may start.
@usableFromInline
nonisolated(nonsending) func pause(_ call: RetryCall, after failure: AttemptFailure) async -> Bool {
    guard let wait = call.attemptFailed(failure, isCancelled: Task.isCancelled) else { return false }
    let isCancelled = wait > 0 ? await call.sleepWasCancelled(wait) : Task.isCancelled
    return call.waitEnded(isCancelled: isCancelled)
}

extension RetryCall {
    /// Waits by the call's clock; whether the task was cancelled meanwhile.
    @usableFromInline
    nonisolated(nonsending) func sleepWasCancelled(_ nanoseconds: Int64) async -> Bool {
        await clock.sleepWasInterrupted(nanoseconds) || Task.isCancelled
    }
}
