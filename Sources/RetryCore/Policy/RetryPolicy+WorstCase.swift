extension RetryPolicy {
    /// The maximum duration of a call, apart from the time that attempts without a timeout take; saturates.
    ///
    /// It is the sum of the longest waits, a server's hints included, and of the attempts' timeouts if the policy has
    /// one. A policy that waits for an open circuit waits as long as the service is down. The deadline bounds the sum;
    /// but an attempt that starts just before it runs on, up to its timeout, unless the deadline interrupts it.
    ///
    /// - Complexity: O(1): waits beyond the 1,000th count as the longest one.
    public var worstCaseDuration: Duration {
        let settings = settings
        let retries = settings.failsImmediately ? 0 : settings.maxAttempts - 1
        let timeout = settings.attemptTimeout == .max ? 0 : settings.attemptTimeout
        let timeouts = timeout.saturatingMultiply(Int64(clamping: retries).saturatingAdd(1))
        let latest = settings.deadline.saturatingAdd(settings.deadlineBehavior == .interrupt ? 0 : timeout)
        if settings.whenRejected == .wait { return .nanoseconds(latest) }
        return .nanoseconds(min(latest, settings.longestWaits(retries).saturatingAdd(timeouts)))
    }
}

extension PolicySettings {
    /// Returns the maximum sum of the waits before so many retries, for any classes of the failures.
    fileprivate func longestWaits(_ retries: Int) -> Int64 {
        let schedules = ([backoff] + backoffs.entries.map(\.value)).map { BackoffSchedule($0) }
        let counted = min(retries, 1_000)
        var total: Int64 = 0
        var previous: Duration?
        for attempt in 0..<counted {
            let longest = schedules.map { $0.bounds(afterAttempt: attempt + 1, previous: previous).upperBound }.max()
            total = total.saturatingAdd(hints.longestWait(computed: (longest ?? .zero).saturatedNanoseconds))
            previous = longest
        }
        let cap = schedules.map(\.backoff.capNanoseconds).max() ?? 0
        return total.saturatingAdd(
            hints.longestWait(computed: cap).saturatingMultiply(Int64(clamping: retries - counted)))
    }
}
