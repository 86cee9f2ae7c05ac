/// Runs a call from its first attempt to its end, whatever the policy and the caller ask for.
@usableFromInline
nonisolated(nonsending) func runAttempts<Value: ~Copyable>(
    _ policy: RetryPolicy, _ surroundings: Surroundings, _ guards: Guards,
    rejecting rejection: ((borrowing Value) -> Classification?)?,
    operation: nonisolated(nonsending) (RetryAttempt) async throws -> Value
) async throws -> Value {
    try policy.checkGuarantee()
    if guards.isEmpty {
        // Made here, the call needs no memory of its own: it stays on the task's stack.
        let call = RetryCall(policy: policy, surroundings: surroundings)
        return try await runAttempts(of: call, rejecting: rejection, operation: operation)
    }
    let call = RetryCall(policy: policy, surroundings: surroundings, guards: guards.ofCall())
    guard await begin(call) else { throw call.error }
    return try await runAttempts(of: call, rejecting: rejection, operation: operation)
}

/// Runs a call with guards of which only the value is wanted: its first attempt needs no `RetryCall`.
@usableFromInline
nonisolated(nonsending) func runGuarded<Value: ~Copyable>(
    _ policy: RetryPolicy, _ surroundings: @autoclosure () -> Surroundings, _ guards: Guards, _ start: Int64?,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    guard let entry = guards.enter() else {
        // The breaker is asked once more there, and decides.
        return try await runAttempts(policy, surroundings(), guards, rejecting: nil) { _ in try await operation() }
    }
    do {
        let value = try await operation()
        guards.succeeded(entry)
        return value
    } catch {
        let call = RetryCall(
            policy: policy, surroundings: surroundings(), guards: guards.ofCall(entry), start: start)
        guard await pause(call, after: .thrown(error)) else { throw call.error }
        return try await runAttempts(of: call, rejecting: nil) { _ in try await operation() }
    }
}

/// Runs attempts until the call ends; the first of them may start.
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
    let step = call.skip(call.attemptFailed(failure, isCancelled: Task.isCancelled))
    return step == .attempt ? true : await call.mayStart(step)
}

/// Waits for a circuit that is open, if the call does that; whether the first attempt may start.
nonisolated(nonsending) func begin(_ call: RetryCall) async -> Bool {
    await call.mayStart(call.begins())
}

extension RetryCall {
    /// Ends a wait of nothing at once, unless it is time to yield: most need no further frame of a task.
    @usableFromInline
    func skip(_ step: Step) -> Step {
        step == .wait(0) && !yields ? waitEnded(isCancelled: Task.isCancelled) : step
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
            step = waitEnded(isCancelled: end == .cancelled || Task.isCancelled)
        }
        return step == .attempt
    }
}
