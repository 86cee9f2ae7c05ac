public import RetryCore

extension AdaptiveThrottle {
    /// Creates a throttle on a clock that a test moves.
    ///
    /// ```swift
    /// let clock = ManualClock()
    /// let throttle = AdaptiveThrottle(on: clock, random: .seeded(7))
    /// ```
    ///
    /// - Parameters:
    ///   - policy: The policy of the throttle.
    ///   - name: The name of the throttle in errors and events.
    ///   - clock: The time source.
    ///   - random: The random source by which calls are rejected; the system's if `nil`.
    ///   - observer: Receives an event when the throttle begins to reject calls, and when it has recovered.
    public convenience init(
        _ policy: ThrottlePolicy = ThrottlePolicy(), named name: String? = nil, on clock: ManualClock,
        random: RetryRandomSource? = nil, observer: ThrottleObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), random: random, observer: observer)
    }
}

/// A recorder of the events of adaptive throttles.
public typealias RecordingThrottleObserver = RecordingObserver<ThrottleEvent>
