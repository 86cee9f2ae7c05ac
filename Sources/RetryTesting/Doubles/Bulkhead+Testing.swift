public import RetryCore

extension Bulkhead {
    /// Creates a bulkhead on a clock that a test moves.
    ///
    /// ```swift
    /// let clock = ManualClock(autoAdvance: true)
    /// let recorder = RecordingBulkheadObserver()
    /// let bulkhead = Bulkhead(.permits(2, queue: 10), on: clock, observer: recorder.observer)
    /// ```
    ///
    /// - Parameters:
    ///   - policy: The permits and the queue.
    ///   - name: The name of the bulkhead in errors and events.
    ///   - clock: The time source.
    ///   - observer: Receives an event when the bulkhead rejects calls, recovers, or changes its permits.
    public convenience init(
        _ policy: BulkheadPolicy, named name: String? = nil, on clock: ManualClock, observer: BulkheadObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), observer: observer)
    }
}

/// A recorder of the events of bulkheads.
public typealias RecordingBulkheadObserver = RecordingObserver<BulkheadEvent>
