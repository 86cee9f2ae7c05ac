/// A change of the state of a rate limiter, or a number of events that were lost.
///
/// There is one event when a limiter begins to reject calls, and one when it has rejected none for a period, or for a
/// second if that is longer. The events of a limiter are numbered from 1 and arrive in order.
public struct RateLimiterEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// A call was rejected, for the first time since the limiter had recovered.
        case exhausted
        /// No call was rejected for a period.
        case recovered
        /// The service asked for a pause: no call starts meanwhile.
        case held
        /// The service reported another limit, which is in force, within the bounds of the policy.
        case learned
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its limiter, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the limiter.
    public let limiter: String?
    /// The number of calls that the limiter has rejected in all; zero for lost events.
    public let refusals: Int
    /// The time of a hold, from the event on.
    public let wait: Duration?
    /// The limit that was learned.
    public let limit: Int?
    /// The limit that the service reported; another one than ``limit`` if that is outside of the bounds.
    public let claimed: Int?
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `limiter_exhausted`, `limiter_recovered`, `limiter_held`,
    /// `limiter_learned` or `limiter_events_lost`.
    public var code: String {
        switch kind {
        case .exhausted: "limiter_exhausted"
        case .recovered: "limiter_recovered"
        case .held: "limiter_held"
        case .learned: "limiter_learned"
        case .eventsLost: "limiter_events_lost"
        }
    }

    init(
        number: UInt64, kind: Kind, limiter: String?, refusals: Int, wait: Duration?, limit: Int?, claimed: Int?
    ) {
        (self.number, self.kind, self.limiter) = (Int(clamping: number), kind, limiter)
        (self.refusals, self.wait, self.limit, self.claimed) = (refusals, wait, limit, claimed)
        lost = 0
    }

    /// An overflow event.
    init(number: UInt64, limiter: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.limiter, refusals) = (.eventsLost, limiter, 0)
        (wait, limit, claimed) = (nil, nil, nil)
    }
}

/// An observer of rate limiters: of rejections, holds and learned limits.
///
/// It runs on the thread of a call to the limiter, which delivers at most 32 events. At most 1,000 events wait; further
/// ones are lost, and an event says how many. It may use the limiter itself.
public typealias RateLimiterObserver = EventObserver<RateLimiterEvent>

extension RateLimiterEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .exhausted, .held, .eventsLost: .warning
        case .recovered, .learned: .info
        }
    }

    /// The limiter, and the number of refusals, the time of the hold, the limit, or the number of lost events.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let limiter { fields.append(EventField("limiter", limiter)) }
        switch kind {
        case .exhausted, .recovered: fields.append(EventField("refusals", refusals))
        case .held: fields.append(EventField("wait", wait ?? .zero))
        case .learned: fields += [EventField("limit", limit ?? 0), EventField("claimed", claimed ?? 0)]
        case .eventsLost: fields.append(EventField("lost", lost))
        }
        return fields
    }

    /// The exhaustion, the recovery, the hold, or the limit.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let limiter = EventField("limiter", limiter ?? "")
        switch kind {
        case .exhausted:
            record(EventMeasurement(.limiterExhaustions, 1, limiter))
            record(EventMeasurement(.limiterExhausted, 1, limiter))
        case .recovered: record(EventMeasurement(.limiterExhausted, 0, limiter))
        case .held: record(EventMeasurement(.limiterHolds, wait?.inSeconds ?? 0, limiter))
        case .learned: record(EventMeasurement(.limiterLimit, Double(limit ?? 0), limiter))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}
