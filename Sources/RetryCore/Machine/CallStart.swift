/// The start of a call with a deadline on the fast path, where every nanosecond counts.
///
/// The coarse clock is up to 4 ms late, too much for a short deadline.
@usableFromInline
package func callStart(_ policy: RetryPolicy, _ source: RetryClock.Source?) -> Int64 {
    let clock = RetryClock(source: source)
    return policy.hasShortDeadline ? clock.nanoseconds : clock.coarseNanoseconds
}
