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

/// Runs a call with guards of which nobody wants to know more than its value: its first attempt needs no `RetryCall`.
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
    guard let wait = call.attemptFailed(failure, isCancelled: Task.isCancelled) else { return false }
    if wait > 0 || call.yields { return await call.wait(wait) }
    return await mayStart(call, after: call.waitEnded(isCancelled: Task.isCancelled))
}

/// Waits for a circuit that is open, if the call does that; whether the first attempt may start.
nonisolated(nonsending) func begin(_ call: RetryCall) async -> Bool {
    await mayStart(call, after: call.begins())
}

/// Waits for as long as the call asks; whether the next attempt may start.
private nonisolated(nonsending) func mayStart(_ call: RetryCall, after wait: Int64?) async -> Bool {
    guard let wait else { return false }
    return wait > 0 ? await call.wait(wait) : true
}

extension RetryCall {
    /// Waits by the call's clock, or yields, and on where the circuit asks for it; whether the next attempt may start.
    @usableFromInline
    nonisolated(nonsending) func wait(_ nanoseconds: Int64) async -> Bool {
        if nanoseconds == 0 { await Task.yield() }
        var next = nanoseconds == 0 ? waitEnded(isCancelled: Task.isCancelled) : nanoseconds
        while let wait = next, wait > 0 {
            let end = await clock.sleep(wait)
            if end == .failed {
                waitFailed()
                return false
            }
            next = waitEnded(isCancelled: end == .cancelled || Task.isCancelled)
        }
        return next != nil
    }
}
