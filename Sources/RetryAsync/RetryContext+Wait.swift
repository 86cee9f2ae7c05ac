extension RetryContext {
    /// Waits until the next attempt may start, without blocking the thread; returns at once if none follows.
    ///
    /// A ``/RetryCore/CancellationToken`` that is cancelled during the wait ends the loop when the wait is over; the
    /// cancellation of the task ends the wait itself.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public nonisolated(nonsending) func wait() async throws {
        if let delay {
            let wasInterrupted =
                delay > .zero && !isCancelled ? await clock.sleepWasInterrupted(delay.saturatedNanoseconds) : false
            endWait(isCancelled: wasInterrupted || isCancelled)
        }
        if stopReason == .cancelled { throw CancellationError() }
    }
}
