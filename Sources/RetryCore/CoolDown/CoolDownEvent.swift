/// A change of the state of a cool-down gate, or a number of events that were lost.
///
/// The events of a gate are numbered from 1 and arrive in order.
public struct CoolDownEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// The service has throttled a call: no call starts meanwhile. One that makes the hold longer is an event, too.
        case closed
        /// Every call may start at once again.
        case opened
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its gate, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the gate.
    public let gate: String?
    /// The number of holds in all; zero for lost events.
    public let holds: Int
    /// The number of calls that wait; zero for lost events.
    public let waiting: Int
    /// The time of a hold, from the event on.
    public let wait: Duration?
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `cooldown_closed`, `cooldown_opened` or `cooldown_events_lost`.
    public var code: String {
        switch kind {
        case .closed: "cooldown_closed"
        case .opened: "cooldown_opened"
        case .eventsLost: "cooldown_events_lost"
        }
    }

    init(number: UInt64, kind: Kind, gate: String?, holds: Int, waiting: Int, wait: Duration?) {
        (self.number, self.kind, self.gate) = (Int(clamping: number), kind, gate)
        (self.holds, self.waiting, self.wait, lost) = (holds, waiting, wait, 0)
    }

    /// An overflow event.
    package init(number: UInt64, gate: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.gate, holds, waiting, wait) = (.eventsLost, gate, 0, 0, nil)
    }
}

/// An observer of cool-down gates: of holds and openings.
///
/// It runs on the thread of a call to the gate, which delivers at most 32 events. At most 1,000 events wait; further
/// ones are lost, and an event says how many. It may use the gate itself.
public typealias CoolDownObserver = EventObserver<CoolDownEvent>

extension CoolDownEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .closed, .eventsLost: .warning
        case .opened: .info
        }
    }

    /// The gate, and the time of the hold, the number of calls that wait, of holds, or of lost events.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let gate { fields.append(EventField("gate", gate)) }
        switch kind {
        case .closed: fields += [EventField("wait", wait ?? .zero), EventField("waiting", waiting)]
        case .opened: fields.append(EventField("holds", holds))
        case .eventsLost: fields.append(EventField("lost", lost))
        }
        return fields
    }

    /// The hold, or the opening.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let gate = EventField("gate", gate ?? "")
        switch kind {
        case .closed:
            record(EventMeasurement(.coolDownHolds, wait?.inSeconds ?? 0, gate))
            record(EventMeasurement(.coolDownClosed, 1, gate))
        case .opened: record(EventMeasurement(.coolDownClosed, 0, gate))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}
