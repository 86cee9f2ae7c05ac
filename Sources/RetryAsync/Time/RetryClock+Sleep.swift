extension RetryClock {
    /// The end of a wait.
    package enum WaitEnd {
        /// The time is over.
        case over
        /// The task was cancelled.
        case cancelled
        /// The clock threw an error, and the task is not cancelled.
        case failed
    }

    /// Waits by this clock.
    nonisolated(nonsending) func sleep(_ nanoseconds: Int64) async -> WaitEnd {
        do {
            try await sleep(.nanoseconds(nanoseconds))
            return .over
        } catch {
            return Task.isCancelled ? .cancelled : .failed
        }
    }

    /// Waits by this clock; returns whether the wait ended early.
    nonisolated(nonsending) func sleepWasInterrupted(_ nanoseconds: Int64) async -> Bool {
        await sleep(nanoseconds) != .over
    }

    /// Waits by this clock.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package nonisolated(nonsending) func sleep(_ duration: Duration) async throws {
        if let given {
            try await Self.sleep(duration, on: given)
        } else {
            // The suspending clock is the one behind `RetryClock.system`. Durations of the library fit into 64 bits
            // of nanoseconds, far from where the system's sleep traps.
            try await Task.sleep(for: duration, clock: .suspending)
        }
    }

    private nonisolated(nonsending) static func sleep<C: Clock>(_ duration: Duration, on clock: C) async throws
    where C.Duration == Duration {
        try await clock.sleep(until: clock.now.advanced(by: duration), tolerance: nil)
    }
}
