import RetryCore

extension GuardTurn {
    /// Waits until the turn comes, at most for a time in nanoseconds; the cancellation of the task ends the wait.
    package nonisolated(nonsending) func wait(_ nanoseconds: Int64, on clock: RetryClock) async -> RetryClock.WaitEnd {
        let end = clock.nanoseconds.saturatingAdd(nanoseconds)
        if let timer = clock.timer, await limited(by: timer, at: end, { await wait() }) { return .over }
        return await withTaskGroup(of: RetryClock.WaitEnd.self) { group in
            group.addTask {
                let end = await clock.sleep(nanoseconds)
                // A sleep that was cancelled is of a wait that has ended; the next one must not end by it.
                if end != .cancelled { self.endWait() }
                return end
            }
            await wait()
            group.cancelAll()
            return await group.next() == .failed ? .failed : .over
        }
    }

    private nonisolated(nonsending) func wait() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if !begin(.task(continuation)) { continuation.resume() }
            }
        } onCancel: {
            endWait()
        }
    }
}
