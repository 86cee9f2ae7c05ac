extension RetryPolicy {
    /// The start of a call with a deadline on the fast path, where every nanosecond counts.
    ///
    /// The coarse clock is up to 4 ms late, too much for a short deadline.
    func callStart(on clock: RetryClock) -> Int64 {
        hasShortDeadline ? clock.nanoseconds : clock.coarseNanoseconds
    }

    /// The start of a call on the system's clock.
    @usableFromInline package var callStart: Int64 { callStart(on: .system) }
}

extension RetryPipeline {
    /// The start of a call on its clock.
    @usableFromInline package var callStart: Int64 { policy.callStart(on: setup.clock) }
}
