/// A change of the state of a bulkhead, or a number of events that were lost.
///
/// There is one event when a bulkhead begins to reject calls, and one when it has rejected none for a second. The events
/// of a bulkhead are numbered from 1 and arrive in order.
public struct BulkheadEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// A call was rejected, for the first time since the bulkhead had recovered.
        case saturated
        /// No call was rejected for a second.
        case recovered
        /// The number of permits changed.
        case resized
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its bulkhead, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the bulkhead.
    public let bulkhead: String?
    /// The number of calls that the bulkhead has rejected in all; zero for lost events.
    public let refusals: Int
    /// The number of permits; zero for lost events.
    public let permits: Int
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `bulkhead_saturated`, `bulkhead_recovered`, `bulkhead_resized` or
    /// `bulkhead_events_lost`.
    public var code: String {
        switch kind {
        case .saturated: "bulkhead_saturated"
        case .recovered: "bulkhead_recovered"
        case .resized: "bulkhead_resized"
        case .eventsLost: "bulkhead_events_lost"
        }
    }

    init(number: UInt64, kind: Kind, bulkhead: String?, refusals: Int, permits: Int) {
        (self.number, self.kind, self.bulkhead) = (Int(clamping: number), kind, bulkhead)
        (self.refusals, self.permits, lost) = (refusals, permits, 0)
    }

    /// An overflow event.
    package init(number: UInt64, bulkhead: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.bulkhead, refusals, permits) = (.eventsLost, bulkhead, 0, 0)
    }
}

/// An observer of bulkheads: of rejections and changes of their permits.
///
/// It runs on the thread of a call to the bulkhead, which delivers at most 32 events. At most 1,000 events wait; further
/// ones are lost, and an event says how many. It may use the bulkhead itself.
public typealias BulkheadObserver = EventObserver<BulkheadEvent>

extension BulkheadEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .saturated, .eventsLost: .warning
        case .recovered: .info
        case .resized: .debug
        }
    }

    /// The bulkhead, and the number of refusals, of permits, or of lost events.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let bulkhead { fields.append(EventField("bulkhead", bulkhead)) }
        switch kind {
        case .saturated, .recovered: fields += [EventField("refusals", refusals), EventField("permits", permits)]
        case .resized: fields.append(EventField("permits", permits))
        case .eventsLost: fields.append(EventField("lost", lost))
        }
        return fields
    }

    /// The saturation, the recovery, or the permits.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let bulkhead = EventField("bulkhead", bulkhead ?? "")
        switch kind {
        case .saturated:
            record(EventMeasurement(.bulkheadSaturations, 1, bulkhead))
            record(EventMeasurement(.bulkheadSaturated, 1, bulkhead))
        case .recovered: record(EventMeasurement(.bulkheadSaturated, 0, bulkhead))
        case .resized: record(EventMeasurement(.bulkheadPermits, Double(permits), bulkhead))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}
