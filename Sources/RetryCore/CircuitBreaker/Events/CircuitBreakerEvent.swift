/// A change of the state of a circuit breaker, or a number of events that were lost.
///
/// The events of a breaker are numbered from 1 and arrive in order.
public struct CircuitBreakerEvent: Sendable, Hashable {
    /// The place of the event among those of its breaker, from 1.
    public let number: UInt64
    /// The name of the breaker.
    public let breaker: String
    /// The change; `nil` if this event stands for others that were lost.
    public let change: CircuitBreaker.StateChange?
    /// The number of events that were lost just before this one, because 1,000 were waiting for a slow observer.
    public let lost: UInt64
    /// The number of failures in a row.
    public let consecutiveFailures: Int

    /// The name of the event for metrics and logs: `circuit_` with the new state, such as `circuit_open`, or
    /// `circuit_events_lost`.
    public var code: String { change.map { "circuit_\($0.to.rawValue)" } ?? "circuit_events_lost" }

    init(number: UInt64, breaker: String, change: CircuitBreaker.StateChange, consecutiveFailures: Int) {
        (self.number, self.breaker, self.change) = (number, breaker, change)
        (lost, self.consecutiveFailures) = (0, consecutiveFailures)
    }

    /// An overflow event.
    init(number: UInt64, breaker: String, lost: UInt64) {
        (self.number, self.breaker, change) = (number, breaker, nil)
        (self.lost, consecutiveFailures) = (lost, 0)
    }
}

/// An observer of the state changes of circuit breakers.
///
/// It runs on the thread of a call, which delivers at most 32 events: a slow observer delays calls by a little each. At
/// most 1,000 events wait; further ones are lost, and an event says how many. It may use the breaker itself.
public typealias CircuitBreakerObserver = EventObserver<CircuitBreakerEvent>

extension CircuitBreakerEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch change?.to {
        case .open: .error
        case .closed, .halfOpen: .info
        case .isolated, .forcedOpen, .forcedClosed, .disabled, nil: .warning
        }
    }

    /// The breaker, and the change: the state before, the cause, the failures in a row, the time for which it is open.
    public var fields: [EventField] {
        var fields = [EventField("breaker", breaker)]
        guard let change else { return fields + [EventField("lost", Int(clamping: lost))] }
        fields += [EventField("from", change.from.rawValue), EventField("cause", change.cause.description)]
        if change.to == .open { fields.append(EventField("failures", consecutiveFailures)) }
        if let time = change.breakDuration { fields.append(EventField("break", time)) }
        return fields
    }

    /// The change, and the new state.
    public func measure(_ record: (EventMeasurement) -> Void) {
        guard let change else { return record(EventMeasurement(.lostEvents, Double(lost))) }
        let breaker = EventField("breaker", breaker)
        record(EventMeasurement(.breakerChanges, 1, breaker, EventField("state", change.to.rawValue)))
        record(EventMeasurement(.breakerState, change.to.level, breaker))
    }
}

extension CircuitBreaker.State {
    /// The value of ``EventMetric/breakerState``.
    fileprivate var level: Double {
        switch self {
        case .closed, .forcedClosed, .disabled: 0
        case .halfOpen: 1
        case .open: 2
        case .isolated, .forcedOpen: 3
        }
    }
}
