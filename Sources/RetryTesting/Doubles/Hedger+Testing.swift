public import RetryCore

extension Hedger {
    /// Creates a hedger on a clock that a test moves.
    ///
    /// ```swift
    /// let recorder = RecordingHedgeObserver()
    /// let hedger = Hedger(HedgePolicy(.zero), on: ManualClock(), observer: recorder.observer)
    /// ```
    ///
    /// - Parameters:
    ///   - policy: The policy of its calls.
    ///   - name: The name in events and descriptions.
    ///   - clock: The time source of its budget.
    ///   - observer: Receives an event of each hedge that starts, ends, or is suppressed.
    public convenience init(
        _ policy: HedgePolicy = HedgePolicy(), named name: String? = nil, on clock: ManualClock,
        observer: HedgeObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), observer: observer)
    }
}

/// A recorder of the events of hedgers.
public typealias RecordingHedgeObserver = RecordingObserver<HedgeEvent>
