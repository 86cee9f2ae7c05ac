public import RetryCore

extension CoolDownGate {
    /// Creates a gate on a clock that a test moves.
    ///
    /// ```swift
    /// let clock = ManualClock(autoAdvance: true)
    /// let recorder = RecordingCoolDownObserver()
    /// let gate = CoolDownGate(on: clock, observer: recorder.observer)
    /// ```
    ///
    /// - Parameters:
    ///   - policy: For how long callers hold back, and how they come back.
    ///   - name: The name of the gate in errors and events.
    ///   - clock: The time source.
    ///   - observer: Receives an event when the gate closes, or opens.
    public convenience init(
        _ policy: CoolDownPolicy = CoolDownPolicy(), named name: String? = nil, on clock: ManualClock,
        observer: CoolDownObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), observer: observer)
    }
}

/// A recorder of the events of cool-down gates.
public typealias RecordingCoolDownObserver = RecordingObserver<CoolDownEvent>
