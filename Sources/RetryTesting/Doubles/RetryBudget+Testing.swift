public import RetryCore

extension RetryBudget {
    /// Creates a budget on a clock that a test moves.
    ///
    /// ```swift
    /// let clock = ManualClock(autoAdvance: true)
    /// let recorder = RecordingBudgetObserver()
    /// let budget = RetryBudget(.limit(2, per: .seconds(60)), on: clock, observer: recorder.observer)
    /// ```
    ///
    /// - Parameters:
    ///   - law: The policy by which retries are granted.
    ///   - name: The name of the budget in events.
    ///   - clock: The time source of policies that go by time.
    ///   - observer: Receives an event when the budget is exhausted, and when it has recovered.
    public convenience init(
        _ law: RetryBudgetLaw = .default, named name: String? = nil, on clock: ManualClock,
        observer: RetryBudgetObserver? = nil
    ) {
        self.init(law, named: name, clock: RetryClock(clock), observer: observer)
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

/// A recorder of the events of budgets, for a test.
///
/// ```swift
/// let recorder = RecordingBudgetObserver()
/// let budget = RetryBudget(on: clock, observer: recorder.observer)
/// budget.empty()
/// try? await retry(.api.budget(budget).clock(RetryClock(clock))) { throw ServerError() }
/// #expect(recorder.codes == ["budget_exhausted"])
/// ```
public final class RecordingBudgetObserver: Sendable {
    private let recorded = Locked<[RetryBudgetEvent]>([])

    /// Creates an empty recorder.
    public init() {}

    /// An observer that records every event.
    public var observer: RetryBudgetObserver {
        RetryBudgetObserver { event in self.recorded.withLock { $0.append(event) } }
    }

    /// The events in the order of arrival.
    public var events: [RetryBudgetEvent] { recorded.withLock { $0 } }

    /// The codes of the events, such as `["budget_exhausted", "budget_recovered"]`.
    public var codes: [String] { events.map(\.code) }

    /// Clears the recorded events.
    public func reset() {
        recorded.withLock { $0 = [] }
    }
}
