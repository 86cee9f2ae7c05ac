/// A change of the state of a retry budget, or a number of events that were lost.
///
/// There is one event when a budget is exhausted, and one when it has recovered. The refusals between the two make no
/// events of their own; ``RetryBudget/snapshot()`` counts them. The events of a budget are numbered from 1 and arrive
/// in order.
public struct RetryBudgetEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// A retry was refused, for the first time since the budget had recovered.
        case exhausted
        /// A ratio or a limit refused nothing for its `ttl` or window; under the other policies half of the capacity is
        /// there again, or three quarters of a throttle's.
        case recovered
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its budget, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the budget.
    public let budget: String?
    /// The class of the failure whose retry was refused, if the budget is exhausted.
    public let errorClass: ErrorClass?
    /// The number of retries that the budget has refused in all; zero for lost events.
    public let refusals: Int
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `budget_exhausted`, `budget_recovered` or `budget_events_lost`.
    public var code: String {
        switch kind {
        case .exhausted: "budget_exhausted"
        case .recovered: "budget_recovered"
        case .eventsLost: "budget_events_lost"
        }
    }

    init(number: UInt64, kind: Kind, budget: String?, errorClass: ErrorClass?, refusals: Int) {
        self.number = Int(clamping: number)
        (self.kind, self.budget, self.errorClass, self.refusals) = (kind, budget, errorClass, refusals)
        lost = 0
    }

    /// An overflow event.
    init(number: UInt64, budget: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.budget, errorClass, refusals) = (.eventsLost, budget, nil, 0)
    }
}

/// An observer of budgets that are exhausted and recover.
///
/// It runs on the thread of a call to the budget, which delivers at most 32 events. At most 1,000 events wait; further
/// ones are lost, and an event says how many. It may use the budget itself.
public typealias RetryBudgetObserver = EventObserver<RetryBudgetEvent>

extension RetryBudgetEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .exhausted, .eventsLost: .warning
        case .recovered: .info
        }
    }

    /// The budget, the class of the failure, and the number of refusals or of lost events.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let budget { fields.append(EventField("budget", budget)) }
        if let errorClass { fields.append(EventField("class", errorClass.id)) }
        fields.append(kind == .eventsLost ? EventField("lost", lost) : EventField("refusals", refusals))
        return fields
    }

    /// The exhaustion or the recovery.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let budget = EventField("budget", budget ?? "")
        switch kind {
        case .exhausted:
            record(EventMeasurement(.budgetExhaustions, 1, budget))
            record(EventMeasurement(.budgetExhausted, 1, budget))
        case .recovered: record(EventMeasurement(.budgetExhausted, 0, budget))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}
