/// The limit of a running operation, which is cancelled when it is reached: by the timer, by a clock, or by other code.
///
/// The timer's lock decides between the limit and the end of the operation, and the operation is cancelled from the
/// thread that reaches the limit: neither the caller's actor nor a free thread of the tasks is needed.
package final class Cutoff: TimerEntry, @unchecked Sendable {
    // Unchecked, because the compiler cannot see that these belong to the timer's lock.
    // A task that is referred to here may be cancelled after its end, too.
    private var operation: UnsafeCurrentTask?
    private var sleeper: UnsafeCurrentTask?
    /// True if the operation was cancelled by its limit; to be read after its end.
    package private(set) var isReached = false
    package let timer: RetryTimer

    package init(timer: RetryTimer = .shared) { self.timer = timer }

    /// Cancels the operation.
    override package func fire() {
        let operation = timer.read(self) { _ in self.operation }
        operation?.cancel()
    }

    /// The limit is reached; without effect once the operation has ended.
    package func reach() { timer.fire(self) }

    /// The operation begins, as the current task.
    package func operationBegins() {
        let task = withUnsafeCurrentTask { $0 }
        let isReached = timer.read(self) { isOver in
            operation = task
            return isOver
        }
        if isReached { task?.cancel() }
    }

    /// The operation has ended.
    package func operationEnds() {
        let sleeper = timer.end(self) { hasFired in
            isReached = hasFired
            operation = nil
            return self.sleeper.take()
        }
        sleeper?.cancel()
    }

    /// A task begins that is to reach the limit in place of the timer: the current one.
    ///
    /// - Returns: `false` if the operation has ended already, and the task is not needed.
    package func sleeperBegins() -> Bool {
        let task = withUnsafeCurrentTask { $0 }
        return timer.read(self) { isOver in
            sleeper = task
            return !isOver
        }
    }
}
