extension RetryPipeline {
    /// The start of a call with a deadline on the fast path, where every nanosecond counts.
    ///
    /// The coarse clock is up to 4 ms late, too much for a short deadline.
    @usableFromInline package var callStart: Int64 {
        policy.hasShortDeadline ? setup.clock.nanoseconds : setup.clock.coarseNanoseconds
    }
}
