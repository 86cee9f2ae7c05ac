/// The wait of one task for the end of a time, which a grant or a cancellation can end before.
///
/// The timer's lock decides which of them comes first. A wait that has ended leaves nothing in the timer.
package final class TimedWait: TimerEntry, @unchecked Sendable {
    // Unchecked, because the compiler cannot see that these belong to the timer's lock.
    /// The end of a wait.
    package enum End: Sendable {
        /// The time is over.
        case time
        /// Other code ended the wait, such as by a free place.
        case grant
        /// The task was cancelled.
        case cancellation
    }

    private var waiter: UnsafeContinuation<Void, Never>?
    private var earlyEnd: End?
    private let timer: RetryTimer

    package init(timer: RetryTimer) { self.timer = timer }

    /// The end of the wait, once it has ended.
    package var end: End { timer.read(self) { _ in earlyEnd ?? .time } }

    /// Arms the timer; returns `false` if the system has no thread for it.
    package func arm(at time: Int64) -> Bool { timer.arm(self, at: time) }

    /// Ends the wait, unless it has ended before; returns whether this did.
    @discardableResult
    package func finish(_ end: End) -> Bool {
        let (isFirst, waiter) = timer.end(self) { isOver in
            if isOver { return (false, UnsafeContinuation<Void, Never>?.none) }
            earlyEnd = end
            return (true, self.waiter.take())
        }
        waiter?.resume()
        return isFirst
    }

    /// Keeps the continuation of the task until the end of the wait; returns `false` if that has come already.
    package func accepts(_ continuation: UnsafeContinuation<Void, Never>) -> Bool {
        timer.read(self) { isOver in
            if isOver { return false }
            waiter = continuation
            return true
        }
    }

    /// Resumes the task: the time is over.
    override package func fire() {
        let waiter = timer.read(self) { _ in self.waiter.take() }
        waiter?.resume()
    }
}
