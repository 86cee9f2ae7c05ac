public import RetryCore

extension RetryBudget {
    /// Creates a budget on a clock that a test moves.
    ///
    /// ```swift
    /// let clock = ManualClock(autoAdvance: true)
    /// let recorder = RecordingRetryBudgetObserver()
    /// let budget = RetryBudget(.limit(2, per: .seconds(60)), on: clock, observer: recorder.observer)
    /// ```
    ///
    /// - Parameters:
    ///   - policy: The policy by which retries are granted.
    ///   - name: The name of the budget in events.
    ///   - clock: The time source of policies that go by time.
    ///   - observer: Receives an event when the budget is exhausted, and when it has recovered.
    public convenience init(
        _ policy: RetryBudgetPolicy = .default, named name: String? = nil, on clock: ManualClock,
        observer: RetryBudgetObserver? = nil
    ) {
        self.init(policy, named: name, clock: RetryClock(clock), observer: observer)
    }

    /// Empties the budget, so that it refuses the next retry.
    ///
    /// It counts as no grant and makes no event; the event that the budget is exhausted comes with the refusal.
    /// Deposits by calls, successes and time count as always after it. An unlimited budget can't be emptied.
    public func empty() {
        drain()
    }

    /// Fills the budget as it was at its start.
    ///
    /// If it was exhausted, it has recovered, with an event. Its counts stay.
    public func fill() {
        refill()
    }
}
