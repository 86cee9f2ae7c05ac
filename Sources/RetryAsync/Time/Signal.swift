import RetryCore

/// A signal with a value, sent once to the one task that waits for it.
@usableFromInline
final class Signal<Value: Sendable>: Sendable {
    @usableFromInline
    enum State: Sendable {
        case idle
        /// The time of a wait was over before it began.
        case expired
        case waiting(UnsafeContinuation<Value?, Never>)
        case told(Value)
    }

    @usableFromInline let state: Locked<State>

    @inlinable
    init() { state = Locked(.idle) }

    /// Sends a value; a value that was sent before stays.
    @inlinable
    func tell(_ value: Value) {
        let waiting: UnsafeContinuation<Value?, Never>? = state.withLock { state in
            switch state {
            case .told: return nil
            case .idle, .expired:
                state = .told(value)
                return nil
            case .waiting(let continuation):
                state = .told(value)
                return continuation
            }
        }
        waiting?.resume(returning: value)
    }

    /// Waits for the value; `nil` if the task is cancelled before.
    @inlinable
    nonisolated(nonsending) func wait() async -> Value? {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { enrol($0) }
        } onCancel: {
            takeWaiter(else: .idle)?.resume(returning: nil)
        }
    }

    /// Waits for the value until a time; `nil` if that came first, or if the task is cancelled.
    ///
    /// - Parameters:
    ///   - end: The time on the clock, in nanoseconds; `.max` for no limit.
    ///   - clock: The clock to wait by.
    /// - Returns: The value.
    /// - Throws: `ClockFailure` if the clock threw an error in place of waiting.
    nonisolated(nonsending) func wait(until end: Int64, on clock: RetryClock) async throws(ClockFailure) -> Value? {
        if end == .max { return await wait() }
        let left = end.saturatingAdd(-clock.nanoseconds)
        if left <= 0 { return told }
        let expiry = TimedAction { self.expire() }
        if let timer = clock.timer, timer.arm(expiry, at: end) {
            let value = await wait()
            timer.end(expiry) { _ in }
            return value
        }
        let (value, hasFailed) = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                let end = await clock.sleep(left)
                if end != .cancelled { self.expire() }
                return end == .failed
            }
            let value = await wait()
            group.cancelAll()
            let hasFailed = await group.next() == true
            return (value, hasFailed)
        }
        if value == nil, hasFailed { throw ClockFailure() }
        return value
    }

    private var told: Value? {
        state.withLock { if case .told(let value) = $0 { value } else { nil } }
    }

    private func expire() { takeWaiter(else: .expired)?.resume(returning: nil) }

    @inlinable
    func enrol(_ continuation: UnsafeContinuation<Value?, Never>) {
        // The cancellation of the task is read under the lock: a later cancellation finds the waiter.
        let (isOver, value): (Bool, Value?) = state.withLock { state in
            if case .told(let value) = state { return (true, value) }
            if case .expired = state {
                state = .idle
                return (true, nil)
            }
            if Task.isCancelled { return (true, nil) }
            state = .waiting(continuation)
            return (false, nil)
        }
        if isOver { continuation.resume(returning: value) }
    }

    /// Removes the waiter; without one, the state becomes `other`.
    @inlinable
    func takeWaiter(else other: State) -> UnsafeContinuation<Value?, Never>? {
        state.withLock { state in
            switch state {
            case .waiting(let continuation):
                state = .idle
                return continuation
            case .idle:
                state = other
                return nil
            case .expired, .told: return nil
            }
        }
    }
}

/// The clock of a wait threw an error in place of waiting.
struct ClockFailure: Error {}
