import RetryCore

extension CallCoalescer {
    /// Makes a call, or waits for the run of the same key that goes on already.
    ///
    /// ```swift
    /// let user = try await profiles.call(id) { try await client.user(id) }
    /// ```
    ///
    /// The operation does not run on the caller's actor, and sees the task-local values of the caller that starts it; a
    /// deadline around that caller does not bound it. A call that would wait for itself, because its run makes it, runs
    /// by itself.
    ///
    /// - Parameters:
    ///   - key: The key of the call: calls with equal keys have equal answers.
    ///   - operation: The call; run at most once.
    /// - Returns: The value of the run.
    /// - Throws: The error of the run. `CancellationError` if the caller is cancelled: at once, whatever the run does.
    @inlinable
    public nonisolated(nonsending) func call(
        _ key: Key, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (isCancelled, priority, executor) = currentTaskState()
        if isCancelled { throw CancellationError() }
        let scope = CoalescedRunScope.current
        let owner = ObjectIdentifier(self)
        let entry = core.enter(
            key, priority: priority.rawValue, inside: scope?.innermost(of: owner),
            isInside: { scope?.contains($0, of: owner) == true }, Signal.init)
        switch entry {
        case .runsAlone: return try await operation()
        case .joins(let run, let caller, let signal, escalates: let handle):
            handle?.escalate(to: priority)
            let result = try await wait(key, run, caller, signal)
            if case .failure = result, policy.failures == .ownCall { return try await operation() }
            return try result.get()
        case .starts(let number):
            let run = CoalescedRun<Value>(owner, number, outer: scope)
            let task = run.start(on: executor) { [core] in
                let result: Result<Value, any Error>
                do { result = .success(try await operation()) } catch { result = .failure(error) }
                let waiters = core.finish(key, number)
                run.ends(result)
                for signal in waiters { signal.tell(result) }
            }
            if let result = run.result { return try result.get() }
            guard let wait = core.wait(key, number, task, priority: priority.rawValue, Signal.init) else {
                // The run has ended meanwhile, but for its last steps.
                await task.value
                return try run.result.map { try $0.get() } ?? { throw CancellationError() }()
            }
            if let highest = wait.escalatesTo { task.escalate(to: TaskPriority(rawValue: highest)) }
            return try await self.wait(key, number, wait.caller, wait.waiter).get()
        }
    }

    /// Waits for a run; the caller leaves when it is cancelled.
    @inlinable
    nonisolated(nonsending) func wait(
        _ key: Key, _ run: Core.Machine.RunID, _ caller: Core.Machine.CallerID,
        _ signal: Signal<Result<Value, any Error>>
    ) async throws -> Result<Value, any Error> {
        let result: Result<Value, any Error>?
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            result = await withTaskPriorityEscalationHandler {
                await signal.wait()
            } onPriorityEscalated: { [core] _, priority in
                core.escalated(key, run, to: priority.rawValue)?.escalate(to: priority)
            }
        } else {
            result = await signal.wait()
        }
        if let result { return result }
        core.leave(key, run, caller)?.cancel()
        throw CancellationError()
    }
}

extension Task {
    /// Raises the priority of the task where the system can.
    @inlinable
    func escalate(to priority: TaskPriority) {
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) { escalatePriority(to: priority) }
    }
}
