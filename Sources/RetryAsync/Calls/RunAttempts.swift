/// Runs a call from its first attempt to its end, whatever the policy asks for.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ pipeline: RetryPipeline, operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    let call = try RetryCall(checking: pipeline)
    guard await begin(call) else { throw call.error }
    return try await runAttempts(of: call, rejecting: { _ in nil }, onRetry: { _ in }, operation: operation)
}

/// Runs a call whose value may count as a failure, and whose caller is notified of its retries.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ pipeline: RetryPipeline, rejecting rejection: (borrowing Value) -> ErrorClassification?,
    onRetry: (RetryNotice) -> Void, operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    let call = try RetryCall(checking: pipeline, tellsCaller: true)
    guard await begin(call) else { throw call.error }
    return try await runAttempts(of: call, rejecting: rejection, onRetry: onRetry, operation: operation)
}

/// Goes on with a call whose guards were asked to admit the first attempt: after its failure, or if they did not.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ pipeline: RetryPipeline, _ first: FirstAttempt, after failure: AttemptFailure?,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    let call = RetryCall(pipeline, after: first)
    if let failure {
        guard await pause(call, after: failure) else { throw call.error }
    } else {
        guard await begin(call) else { throw call.error }
    }
    return try await runAttempts(
        of: call, rejecting: { _ in nil }, onRetry: { _ in }, operation: { _ in try await operation() })
}

/// Goes on with a call after its first attempt, which failed; by the value that was not accepted, if there is one.
@usableFromInline
nonisolated(nonsending) func goOn<Value: ~Copyable>(
    _ pipeline: RetryPipeline, _ start: CallStart, after failure: AttemptFailure, _ rejected: consuming Value?,
    rejecting rejection: (borrowing Value) -> ErrorClassification?, onRetry: (RetryNotice) -> Void,
    tellsCaller: Bool, _ operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    let call = RetryCall(pipeline, start: start, tellsCaller: tellsCaller)
    if await pause(call, after: failure, onRetry) {
        return try await runAttempts(of: call, rejecting: rejection, onRetry: onRetry, operation: operation)
    }
    if !call.isCancelled, let rejected { return rejected }
    throw call.error
}

/// Runs attempts until the call ends; the first of them may start.
///
/// Two closures have no defaults: a default closure of a generic type is made on the heap, at each call.
///
/// - Parameters:
///   - call: The call.
///   - prepare: Runs before each attempt, outside its timeout; returns or throws the failure of the attempt.
///   - rejection: Returns a classification for a value that counts as a failure.
///   - onRetry: Is called after each failure that a retry follows.
///   - operation: The operation.
/// - Returns: The operation's value, or the last one that was not accepted.
/// - Throws: The error that the call ends with.
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    of call: RetryCall,
    preparing prepare: nonisolated(nonsending) (RetryAttempt) async throws -> AttemptFailure? = { _ in nil },
    rejecting rejection: (borrowing Value) -> ErrorClassification?, onRetry: (RetryNotice) -> Void,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    var failure: AttemptFailure?
    while true {
        if let failure, await !pause(call, after: failure, onRetry) { throw call.error }
        call.attemptStarts()
        do {
            failure = try await prepare(call.attempt)
            if failure != nil { continue }
            let attempt = call.attempt
            let value: Value
            if let limit = call.timeLimit {
                let inTime = try await withTimeLimit(limit.nanoseconds, clock: call.clock, classifier: call.classifier)
                {
                    try await inScope(of: call) { try await perform(call, attempt, operation) }
                }
                guard let inTime else {
                    failure = limit.failure
                    continue
                }
                value = inTime
            } else {
                value = try await inScope(of: call) { try await perform(call, attempt, operation) }
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
    convenience init(checking pipeline: RetryPipeline, tellsCaller: Bool = false) throws {
        try pipeline.policy.checkGuarantee()
        self.init(pipeline, tellsCaller: tellsCaller)
    }

    /// Ends a wait of nothing at once, unless it is time to yield: most need no further frame of a task.
    @usableFromInline
    func skip(_ step: Step) -> Step {
        step == .wait(0) && !yields ? waitEnded() : step
    }

    /// Waits by the call's clock, or until the turn that the wait is for comes.
    nonisolated(nonsending) func sleep(_ nanoseconds: Int64) async -> RetryClock.WaitEnd {
        if let turn = takeTurn() { await turn.wait(nanoseconds, on: clock) } else { await clock.sleep(nanoseconds) }
    }

    /// Waits by the call's clock, or yields, for as long as the call asks; whether the next attempt may start.
    @usableFromInline
    nonisolated(nonsending) func mayStart(_ step: Step) async -> Bool {
        var step = step
        while case .wait(let wait) = step {
            let end = wait == 0 ? .over : await sleep(wait)
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
