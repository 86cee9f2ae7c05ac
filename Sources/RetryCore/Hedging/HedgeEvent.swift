/// An event of the hedges of one ``Hedger``: a start, an end, a suppression, or a number of events that were lost.
///
/// There are no events of primaries: their calls have those of ``RetryEvent``. The events of a hedger are numbered from 1
/// and arrive in order.
public struct HedgeEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// A hedge started.
        case started
        /// A hedge won: its success ended the call.
        case won
        /// A hedge lost: it was cancelled because another attempt ended the call.
        case lost
        /// A hedge failed.
        case failed
        /// A hedge was cancelled with its call, by the caller or by a time limit.
        case cancelled
        /// A hedge that was due did not start, for a reason.
        case suppressed(HedgeSuppression)
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its hedger, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the hedger.
    public let hedger: String?
    /// The number of the attempt in its call, from 2; zero for lost events.
    public let attempt: Int
    /// The time from the start of the primary to that of the hedge, or of the hedge to its end.
    public let elapsed: Duration?
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `hedge_started`, `hedge_won`, `hedge_lost`, `hedge_failed`,
    /// `hedge_cancelled`, `hedge_suppressed` or `hedge_events_lost`.
    public var code: String {
        switch kind {
        case .started: "hedge_started"
        case .won: "hedge_won"
        case .lost: "hedge_lost"
        case .failed: "hedge_failed"
        case .cancelled: "hedge_cancelled"
        case .suppressed: "hedge_suppressed"
        case .eventsLost: "hedge_events_lost"
        }
    }

    init(number: UInt64, kind: Kind, hedger: String?, attempt: Int, elapsed: Duration?) {
        (self.number, self.kind, self.hedger) = (Int(clamping: number), kind, hedger)
        (self.attempt, self.elapsed, lost) = (attempt, elapsed, 0)
    }

    /// An overflow event.
    init(number: UInt64, hedger: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.hedger, attempt, elapsed) = (.eventsLost, hedger, 0, nil)
    }
}

/// An observer of hedges.
///
/// It runs on the thread of a hedged call, which delivers at most 32 events. At most 1,000 events wait; further ones are
/// lost, and an event says how many. It may use the hedger itself.
public typealias HedgeObserver = EventObserver<HedgeEvent>

extension HedgeEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel { kind == .eventsLost ? .warning : .debug }

    /// True, unless events were lost.
    public var isOfOneCall: Bool { kind != .eventsLost }

    /// The hedger, the attempt, the reason of a suppression and the time, or the number of lost events.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let hedger { fields.append(EventField("hedger", hedger)) }
        if kind == .eventsLost { return fields + [EventField("lost", lost)] }
        fields.append(EventField("attempt", attempt))
        if case .suppressed(let reason) = kind { fields.append(EventField("reason", reason.rawValue)) }
        if let elapsed { fields.append(EventField(kind == .started ? "delay" : "elapsed", elapsed)) }
        return fields
    }

    /// The start and its delay, the end, or the suppression.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let hedger = EventField("hedger", hedger ?? "")
        switch kind {
        case .started: record(EventMeasurement(.hedgeDelay, elapsed?.inSeconds ?? 0, hedger))
        case .won, .lost, .failed, .cancelled:
            record(EventMeasurement(.hedges, 1, hedger, EventField("outcome", code)))
        case .suppressed(let reason):
            record(EventMeasurement(.hedgeSuppressions, 1, hedger, EventField("reason", reason.rawValue)))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}

extension HedgeEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

/// The events of one hedger, in order.
final class HedgeEvents: Sendable {
    private struct State: EventQueueOwner {
        var events: EventQueue<HedgeEvent>?
    }

    private let hedger: String?
    private let observer: HedgeObserver
    private let state: Locked<State>

    init(of hedger: String?, for observer: HedgeObserver) {
        self.hedger = hedger
        self.observer = observer
        state = Locked(State(events: EventQueue { HedgeEvent(number: $0, hedger: hedger, lost: $1) }))
    }

    /// Notifies the observer of an event of a hedge, at a time in nanoseconds.
    func note(_ kind: HedgeEvent.Kind, _ attempt: Int, elapsed: Int64? = nil) {
        let elapsed = elapsed.map { Duration.nanoseconds($0) }
        state.withLock { state in
            state.events?.add {
                HedgeEvent(number: $0, kind: kind, hedger: hedger, attempt: attempt, elapsed: elapsed)
            }
        }
        state.deliver(to: observer)
    }
}
