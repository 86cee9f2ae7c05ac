extension RetryContext {
    /// Starts the next attempt, after the wait that precedes it, without blocking the thread.
    ///
    /// - Returns: The attempt.
    /// - Throws: The error of the last attempt if no retry follows; `CancellationError` if the loop was cancelled.
    @discardableResult
    public nonisolated(nonsending) func next() async throws -> RetryAttempt {
        try finishRound()
        let call = waitingCall
        repeat { try await wait(call) } while try !starts()
        return attempt
    }

    /// Waits until the next attempt may start, without blocking the thread; returns at once if none follows.
    ///
    /// A ``/RetryCore/RetryCancellationToken`` that is cancelled during the wait ends the loop when the wait is over;
    /// the cancellation of the task ends the wait itself.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public nonisolated(nonsending) func wait() async throws { try await wait(waitingCall) }

    private nonisolated(nonsending) func wait(_ call: RetryCall) async throws {
        if let delay {
            if delay == .zero, yields { await Task.yield() }
            switch delay > .zero && !isCancelled ? await call.sleep(delay.saturatedNanoseconds) : .over {
            case .over, .cancelled: endWait()
            case .failed: waitFailed()
            }
        }
        if stopReason == .cancelled { throw endError }
    }
}
