import RetryCore

/// Something that is told once, to the one task that waits for it.
final class Signal<Value: Sendable>: Sendable {
    private enum State: Sendable {
        case idle
        case waiting(CheckedContinuation<Value?, Never>)
        case told(Value)
    }

    private let state = Locked(State.idle)

    /// Tells it; what was told before stays.
    func tell(_ value: Value) {
        let waiting: CheckedContinuation<Value?, Never>? = state.withLock { state in
            switch state {
            case .told: return nil
            case .idle:
                state = .told(value)
                return nil
            case .waiting(let continuation):
                state = .told(value)
                return continuation
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits until it is told; `nil` if the task is cancelled before.
    nonisolated(nonsending) func wait() async -> Value? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { enrol($0) }
        } onCancel: {
            takeWaiter()?.resume(returning: nil)
        }
    }

    /// Waits until it is told, or until a time; `nil` if that came first, or if the task is cancelled.
    ///
    /// - Parameters:
    ///   - end: The time on the clock, in nanoseconds; `.max` for as long as it takes.
    ///   - clock: Measures and waits.
    /// - Returns: What was told.
    nonisolated(nonsending) func wait(until end: Int64, on clock: RetryClock) async -> Value? {
        if end == .max { return await wait() }
        let left = end.saturatingAdd(-clock.nanoseconds)
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                if left > 0 { _ = await clock.sleepWasInterrupted(left) }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return await group.reduce(first) { $0 ?? $1 }
        }
    }

    private func enrol(_ continuation: CheckedContinuation<Value?, Never>) {
        // Whether the task is cancelled is read under the lock: a cancellation that comes later finds the waiter.
        let (isOver, value): (Bool, Value?) = state.withLock { state in
            if case .told(let value) = state { return (true, value) }
            if Task.isCancelled { return (true, nil) }
            state = .waiting(continuation)
            return (false, nil)
        }
        if isOver { continuation.resume(returning: value) }
    }

    private func takeWaiter() -> CheckedContinuation<Value?, Never>? {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return nil }
            state = .idle
            return continuation
        }
    }
}
