import RetryCore

extension Cutoff {
    /// Waits by a clock in place of the timer, and reaches the limit then; as a child task of its own.
    ///
    /// - Parameters:
    ///   - time: The time on the clock.
    ///   - clock: The clock. One that throws an error in place of waiting measures nothing.
    nonisolated(nonsending) func sleep(until time: Int64, on clock: RetryClock) async {
        guard sleeperBegins() else { return }
        let left = time.saturatingAdd(-clock.nanoseconds)
        if left <= 0 { return reach() }
        if await clock.sleep(left) == .over { reach() }
    }
}
