import RetryTesting

extension ManualClock {
    /// Sleeps on, whether the task is cancelled or not.
    func sleepDeaf(for duration: Duration) async {
        // A task that is no child is not cancelled with its maker, and awaiting its value does not end early.
        await Task(executorPreference: DeterministicExecutor.current) {
            try? await self.sleep(for: duration)
        }.value
    }
}
