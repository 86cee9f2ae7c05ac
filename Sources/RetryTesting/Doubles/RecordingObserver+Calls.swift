public import RetryCore

/// A recorder of the events of coalescers.
public typealias RecordingCoalescerObserver = RecordingObserver<CoalescerEvent>

/// A recorder of the events of fallbacks, and of stale values that were served.
public typealias RecordingFallbackObserver = RecordingObserver<FallbackEvent>

/// A recorder of the injections of chaos.
public typealias RecordingChaosObserver = RecordingObserver<ChaosEvent>

extension StaleValues {
    /// Creates a holder on a clock that a test moves.
    ///
    /// - Parameters:
    ///   - policy: The greatest age of a value, and their number.
    ///   - name: The name of the operation in events.
    ///   - clock: The time source.
    ///   - observer: Receives an event when a value is served in place of a failure, and when there is none.
    public convenience init(
        _ policy: StaleValuePolicy, named name: String? = nil, on clock: ManualClock, observer: FallbackObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), observer: observer)
    }
}
