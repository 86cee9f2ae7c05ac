public import RetryCore

extension CallRateLimiter {
    /// Creates a limiter on a clock that a test moves.
    ///
    /// ```swift
    /// let clock = ManualClock(autoAdvance: true)
    /// let recorder = RecordingRateLimiterObserver()
    /// let limiter = CallRateLimiter(.tokenBucket(10, per: .seconds(1)), on: clock, observer: recorder.observer)
    /// ```
    ///
    /// - Parameters:
    ///   - policy: The policy by which calls are spaced.
    ///   - name: The name of the limiter in errors and events.
    ///   - clock: The time source.
    ///   - observer: Receives an event when the limiter rejects calls, is held, or learns a limit.
    public convenience init(
        _ policy: RateLimiterPolicy, named name: String? = nil, on clock: ManualClock,
        observer: RateLimiterObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), observer: observer)
    }
}

/// A recorder of the events of rate limiters.
public typealias RecordingRateLimiterObserver = RecordingObserver<RateLimiterEvent>
