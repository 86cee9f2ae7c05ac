/// The state of an adaptive throttle at one moment, for dashboards and tests.
public struct ThrottleSnapshot: Sendable, Hashable {
    /// The name of the throttle.
    public let name: String?
    /// The policy of the throttle.
    public let policy: ThrottlePolicy
    /// The calls of the window, with those that were rejected.
    public let calls: Int
    /// The calls of the window that the service accepted.
    public let accepted: Int
    /// The probability by which the next call is rejected.
    public let rejection: Double
    /// The number of calls that were rejected in all.
    public let refusals: Int

    init(name: String?, policy: ThrottlePolicy, core: inout AdaptiveThrottle.Core, at now: Int64) {
        (self.name, self.policy) = (name, policy)
        rejection = core.machine.rejection(at: now)
        (calls, accepted, refusals) = (core.machine.calls, core.machine.accepted, core.refusals)
    }
}

/// A change of the state of an adaptive throttle, or a number of events that were lost.
///
/// The events of a throttle are numbered from 1 and arrive in order.
public struct ThrottleEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// A call was rejected, for the first time since the throttle had recovered.
        case throttling
        /// The service accepts enough calls again.
        case recovered
        /// Events were lost, because 1,000 were waiting for a slow observer.
        case eventsLost
    }

    /// The place of the event among those of its throttle, from 1; lost events have numbers too.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the throttle.
    public let throttle: String?
    /// The number of calls that the throttle has rejected in all; zero for lost events.
    public let refusals: Int
    /// The number of events that were lost just before this one.
    public let lost: Int

    /// The name of the event for metrics and logs: `throttle_started`, `throttle_recovered` or `throttle_events_lost`.
    public var code: String {
        switch kind {
        case .throttling: "throttle_started"
        case .recovered: "throttle_recovered"
        case .eventsLost: "throttle_events_lost"
        }
    }

    init(number: UInt64, kind: Kind, throttle: String?, refusals: Int) {
        (self.number, self.kind, self.throttle) = (Int(clamping: number), kind, throttle)
        (self.refusals, lost) = (refusals, 0)
    }

    /// An overflow event.
    package init(number: UInt64, throttle: String?, lost: UInt64) {
        (self.number, self.lost) = (Int(clamping: number), Int(clamping: lost))
        (kind, self.throttle, refusals) = (.eventsLost, throttle, 0)
    }
}

/// An observer of adaptive throttles.
///
/// It runs on the thread of a call to the throttle, which delivers at most 32 events. At most 1,000 events wait; further
/// ones are lost, and an event says how many. It may use the throttle itself.
public typealias ThrottleObserver = EventObserver<ThrottleEvent>

extension ThrottleEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel { kind == .recovered ? .info : .warning }

    /// The throttle, and the number of refusals, or of lost events.
    public var fields: [EventField] {
        let name = throttle.map { [EventField("throttle", $0)] } ?? []
        return name + [kind == .eventsLost ? EventField("lost", lost) : EventField("refusals", refusals)]
    }

    /// The beginning, or the recovery.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let throttle = EventField("throttle", throttle ?? "")
        switch kind {
        case .throttling: record(EventMeasurement(.throttling, 1, throttle))
        case .recovered: record(EventMeasurement(.throttling, 0, throttle))
        case .eventsLost: record(EventMeasurement(.lostEvents, Double(lost)))
        }
    }
}

extension ThrottleEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

extension ThrottleSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `search: 120 of 400 calls accepted, 40 % of the calls rejected`.
    public var description: String {
        let title = name.map { "\($0): " } ?? ""
        let text = "\(title)\(accepted) of \(calls.of("call")) accepted"
        return rejection == 0 ? text : text + ", \(Int((rejection * 100).rounded())) % of the calls rejected"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}

extension AdaptiveThrottle: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line: `throttle search: 400 of 400 calls accepted`.
    public var description: String { "throttle \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension ThrottlePolicy: CustomStringConvertible {
    /// The policy in words, such as `2 calls for each accepted one, over 30s`.
    public var description: String { "\(multiplier) calls for each accepted one, over \(window.text)" }
}

extension ThrottleGuard: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state of the throttle in one line.
    package var description: String { throttle.description }

    /// All counts of the throttle.
    package var debugDescription: String { throttle.debugDescription }
}
