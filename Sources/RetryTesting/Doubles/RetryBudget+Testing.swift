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
    ///   - law: The rule by which retries are granted.
    ///   - name: What events call the budget.
    ///   - clock: What a law with a window goes by.
    ///   - observer: Told when the budget is exhausted, and when it has recovered.
    public convenience init(
        _ law: RetryBudgetLaw = .ratio(), named name: String? = nil, on clock: ManualClock,
        observer: RetryBudgetObserver? = nil
    ) {
        self.init(law, named: name, clock: RetryClock(clock), observer: observer)
    }

    /// Empties the budget, so that it refuses the next retry.
    ///
    /// It counts as no grant and makes no event; that the budget is exhausted is told at the refusal. What calls, successes
    /// and time bring after it counts as always. An unlimited budget has nothing to be emptied of.
    public func empty() {
        drain()
    }

    /// Makes the budget as full as it was at its start, and well.
    ///
    /// If it was exhausted, it has recovered, which is told. Its counts stay.
    public func fill() {
        refill()
    }
}

/// Keeps every event of a budget that it sees, for a test to look at.
///
/// ```swift
/// let recorder = RecordingBudgetObserver()
/// let budget = RetryBudget(on: clock, observer: recorder.observer)
/// budget.empty()
/// try? await retry(policy: .api, budget: budget, clock: RetryClock(clock)) { throw ServerError() }
/// #expect(recorder.codes == ["budget_exhausted"])
/// ```
public final class RecordingBudgetObserver: Sendable {
    private let recorded = Locked<[RetryBudgetEvent]>([])

    /// Creates a recorder that has seen nothing.
    public init() {}

    /// Keeps the events that it is handed.
    public var observer: RetryBudgetObserver {
        RetryBudgetObserver { event in self.recorded.withLock { $0.append(event) } }
    }

    /// The events in the order in which they came.
    public var events: [RetryBudgetEvent] { recorded.withLock { $0 } }

    /// The codes of the events, such as `["budget_exhausted", "budget_recovered"]`.
    public var codes: [String] { events.map(\.code) }

    /// Forgets what was seen.
    public func reset() {
        recorded.withLock { $0 = [] }
    }
}
