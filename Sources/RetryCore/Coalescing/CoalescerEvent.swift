/// A change of the state of a coalescer, or a number of events that were lost.
///
/// The events of a coalescer are numbered from 1 and arrive in order. A call that joins a run is no event: see
/// ``CoalescerSnapshot/joined``.
public struct CoalescerEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// A run was cancelled, because its last caller had left.
        case abandoned
        /// A call found all keys taken and ran by itself, for the first time since a run was started.
        case full
        /// A run was started again.
        case recovered
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its coalescer, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the coalescer.
    public let coalescer: String?
    /// The number of runs that were cancelled in all; zero for lost events.
    public let abandoned: Int
    /// The number of calls that ran by themselves in all; zero for lost events.
    public let alone: Int
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `coalescer_abandoned`, `coalescer_full`, `coalescer_recovered` or
    /// `coalescer_events_lost`.
    public var code: String {
        switch kind {
        case .abandoned: "coalescer_abandoned"
        case .full: "coalescer_full"
        case .recovered: "coalescer_recovered"
        case .eventsLost: "coalescer_events_lost"
        }
    }

    init(number: UInt64, kind: Kind, coalescer: String?, counts: CoalescerCounts) {
        (self.number, self.kind, self.coalescer, lost) = (Int(clamping: number), kind, coalescer, 0)
        (abandoned, alone) = (counts.abandoned, counts.alone)
    }

    /// An overflow event.
    init(number: UInt64, coalescer: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.coalescer, abandoned, alone) = (.eventsLost, coalescer, 0, 0)
    }
}

/// An observer of coalescers: of runs that were cancelled, and of calls for which there was no room.
///
/// It runs on the thread of a call, which delivers at most 32 events. At most 1,000 events wait; further ones are lost,
/// and an event says how many. It may use the coalescer itself.
public typealias CoalescerObserver = EventObserver<CoalescerEvent>

extension CoalescerEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .abandoned: .debug
        case .full, .eventsLost: .warning
        case .recovered: .info
        }
    }

    /// The coalescer, and the number of cancelled runs, of calls by themselves, or of lost events.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let coalescer { fields.append(EventField("coalescer", coalescer)) }
        switch kind {
        case .abandoned: fields.append(EventField("abandoned", abandoned))
        case .full, .recovered: fields.append(EventField("alone", alone))
        case .eventsLost: fields.append(EventField("lost", lost))
        }
        return fields
    }

    /// The cancelled run, or the state.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let coalescer = EventField("coalescer", coalescer ?? "")
        switch kind {
        case .abandoned: record(EventMeasurement(.coalescerAbandoned, 1, coalescer))
        case .full: record(EventMeasurement(.coalescerFull, 1, coalescer))
        case .recovered: record(EventMeasurement(.coalescerFull, 0, coalescer))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}

extension CoalescerEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}
