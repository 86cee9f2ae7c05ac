extension RetryClock {
    /// Waits by this clock; whether the wait ended early because the task was cancelled.
    nonisolated(nonsending) func sleepWasInterrupted(_ nanoseconds: Int64) async -> Bool {
        do {
            try await sleep(.nanoseconds(nanoseconds))
            return false
        } catch {
            return true
        }
    }

    /// Waits by this clock.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package nonisolated(nonsending) func sleep(_ duration: Duration) async throws {
        if let given {
            try await Self.sleep(duration, on: given)
        } else {
            // The suspending clock is the one that `RetryClock.system` reads. Durations of the library fit into 64 bits
            // of nanoseconds, far from where the system's sleep traps.
            try await Task.sleep(for: duration, clock: .suspending)
        }
    }

    private nonisolated(nonsending) static func sleep<C: Clock>(_ duration: Duration, on clock: C) async throws
    where C.Duration == Duration {
        try await clock.sleep(until: clock.now.advanced(by: duration), tolerance: nil)
    }
}
