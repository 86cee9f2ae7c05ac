import Synchronization

/// The turn of an attempt that waits in the queue of a guard, such as a bulkhead.
///
/// One task or one thread waits for it. The guard says that the turn has come; the end of the time or a cancellation ends
/// the wait before. A wait may also end without a reason: the guard is asked to confirm the ticket after each.
///
/// It is a timer's entry of its own, so that a wait with a time limit needs no further object.
package final class GuardTurn: TimerEntry, @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `waiter` belongs to the thread that takes the state out of `waiting`.
    private let state = Atomic<Int>(State.idle)
    private var waiter = Waiter.none
    /// True once the timer has fired, so that the next wait needs another entry; it belongs to the waiter.
    private var hasFired = false

    private enum State {
        static let idle = 0
        static let waiting = 1
        /// A wait was ended before it began.
        static let ended = 2
        static let come = 3
        /// The thread that ends a wait is reading the waiter.
        static let ending = 4
    }

    package enum Waiter {
        case none
        case task(UnsafeContinuation<Void, Never>)
        case thread(SystemMonitor)

        fileprivate func wake() {
            switch self {
            case .none: break
            case .task(let continuation): continuation.resume()
            case .thread(let monitor):
                monitor.lock()
                monitor.wakeAll()
                monitor.unlock()
            }
        }
    }

    /// The turn has come: ends the wait, and all later ones.
    package func comes() {
        if state.exchange(State.come, ordering: .acquiringAndReleasing) == State.waiting { waiter.wake() }
    }

    /// Ends the wait, or the next one if none has begun.
    package func endWait() {
        var known = state.load(ordering: .relaxed)
        while known == State.idle || known == State.waiting {
            let next = known == State.idle ? State.ended : State.ending
            let (isExchanged, current) = state.compareExchange(
                expected: known, desired: next, ordering: .acquiringAndReleasing)
            if isExchanged {
                if next == State.ending { wakeWaiter() }
                return
            }
            known = current
        }
    }

    /// Wakes the waiter of a wait that was taken out of its state.
    private func wakeWaiter() {
        // Read before the state lets the next wait begin, which has another waiter; a turn that has come stays so.
        let waiter = waiter
        _ = state.compareExchange(expected: State.ending, desired: State.idle, ordering: .acquiringAndReleasing)
        waiter.wake()
    }

    /// The time is over.
    override package func fire() { endWait() }

    /// Begins a wait; `false` if it has ended already.
    package func begin(_ waiter: Waiter) -> Bool {
        if state.load(ordering: .acquiring) == State.come { return false }
        self.waiter = waiter
        let (isExchanged, current) = state.compareExchange(
            expected: State.idle, desired: State.waiting, ordering: .acquiringAndReleasing)
        if isExchanged { return true }
        if current == State.ended {
            _ = state.compareExchange(expected: State.ended, desired: State.idle, ordering: .acquiringAndReleasing)
        }
        return false
    }
}

// MARK: Waits

extension GuardTurn {
    /// Runs a wait that ends at a time of the timer; returns whether the timer has a thread for it.
    package nonisolated(nonsending) func limited(
        by timer: RetryTimer, at end: Int64, _ wait: nonisolated(nonsending) () async -> Void
    ) async -> Bool {
        let entry = hasFired ? TimedAction { self.endWait() } : self
        guard timer.arm(entry, at: end) else { return false }
        await wait()
        if !timer.disarm(entry) { hasFired = true }
        return true
    }

    /// Blocks the thread until the turn comes, the time is over, or the token is cancelled.
    package func block(_ nanoseconds: Int64, cancellation: RetryCancellationToken?) {
        let end = SystemTime.precise.saturatingAdd(nanoseconds)
        // A token wakes the threads that wait by its own monitor.
        let monitor = cancellation?.monitor ?? SystemMonitor()
        guard begin(.thread(monitor)) else { return }
        monitor.lock()
        while state.load(ordering: .acquiring) == State.waiting, cancellation?.isCancelled != true,
            SystemTime.precise < end
        {
            monitor.wait(until: end)
        }
        monitor.unlock()
        _ = state.compareExchange(expected: State.waiting, desired: State.idle, ordering: .acquiringAndReleasing)
        // Another thread reads the waiter for a moment: the next wait must not replace it before.
        while state.load(ordering: .acquiring) == State.ending {}
    }
}
