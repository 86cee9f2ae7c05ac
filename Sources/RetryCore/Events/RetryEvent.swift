import Synchronization

/// The settings of a call, from which its events take the name of the operation.
protocol EventOrigin: AnyObject, Sendable {
    var name: String? { get }
}

/// An event of a call, for telemetry: logs, metrics and traces.
///
/// A call's events are numbered from 1 and arrive in order; the last one, and only that, is a ``Kind/stop(_:)``. An event
/// holds numbers and references: its texts are made when they are read.
public struct RetryEvent: Sendable {
    /// The kind of the event: a value to compare with, since more kinds may be added.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        private enum Name: Sendable {
            case attempt, retry, guardWait, stop
        }

        private let name: Name
        /// The reason of the call's end, if this is its end.
        public let stopReason: RetryStopReason?

        private init(_ name: Name, _ stopReason: RetryStopReason? = nil) {
            self.name = name
            self.stopReason = stopReason
        }

        /// An attempt starts.
        public static var attempt: Kind { Kind(.attempt) }
        /// An attempt failed, and another one follows after a wait.
        public static var retry: Kind { Kind(.retry) }
        /// A guard rejected or delayed an attempt, and the call waits until one may be admitted.
        public static var guardWait: Kind { Kind(.guardWait) }
        /// The call has ended.
        public static func stop(_ reason: RetryStopReason) -> Kind { Kind(.stop, reason) }

        /// The name for metrics and logs.
        public var code: String {
            switch name {
            case .attempt: "attempt"
            case .retry: "retry"
            case .guardWait: "guard_wait"
            case .stop: stopReason?.code ?? "stop"
            }
        }

        /// The code.
        public var description: String { code }
    }

    // Shared by all events of a call.
    private let origin: any EventOrigin
    private let settings: RetryPolicy.Box
    /// The number of the call, unique in the process; its events share it.
    public package(set) var call: UInt64
    /// The place of the event in its call, from 1.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The attempt that starts, or that has just ended, from 1; 0 before the first one.
    public let attempt: Int
    /// The number of times that the calls around this one have started their attempts, multiplied, while they repeat
    /// them; 1 elsewhere.
    public let amplification: Int
    /// The class of the failure, if one was classified.
    public let errorClass: ErrorClass?
    /// The server's hint about coming back.
    public let hint: RetryHint?
    private let errorFacts: ErrorTypeFacts?
    /// The error whose text the observer asked for.
    private var error: (any Error)?
    private let delayInNanoseconds: Int64
    private let elapsedInNanoseconds: Int64

    /// Creates an event with the parts of an error that an observer asked for; those of `ending` come first.
    init(
        call: UInt64, number: Int, _ kind: Kind, of origin: any EventOrigin, _ settings: RetryPolicy.Box, attempt: Int,
        amplification: Int = 1, _ known: ErrorClassification? = nil, _ error: (any Error)? = nil,
        includesMessage: Bool = false,
        after ending: RetryEvent? = nil, delay: Int64 = 0, elapsed: Int64
    ) {
        (self.call, self.number, self.kind, self.origin, self.settings) = (call, number, kind, origin, settings)
        (self.attempt, delayInNanoseconds, elapsedInNanoseconds) = (attempt, delay, elapsed)
        self.amplification = amplification
        errorClass = ending?.errorClass ?? known?.errorClass
        hint = ending?.hint ?? known?.hint
        errorFacts = ending?.errorFacts ?? error.map { ErrorTypeFacts.of($0) }
        self.error = ending?.error ?? (includesMessage ? error : nil)
    }

    /// Returns the number of a call that begins.
    static func nextCall() -> UInt64 { calls.wrappingAdd(1, ordering: .relaxed).newValue }

    private static let calls = Atomic<UInt64>(0)
}

extension RetryEvent {
    /// The name of the operation.
    public var operation: String? { origin.name }

    /// The name of the policy.
    public var policy: String { settings.settings.name }

    /// The type of the error, if one was thrown.
    public var errorType: String? { errorFacts?.name }

    /// The first 4,096 bytes of the error's text, if the observer asked for it: texts of errors can hold secrets.
    public var message: String? {
        error.map { String(decoding: String(describing: $0).utf8.prefix(4_096), as: UTF8.self) }
    }

    /// The wait that follows; zero if none does.
    public var delay: Duration { .nanoseconds(delayInNanoseconds) }

    /// The time since the call began.
    public var elapsed: Duration { .nanoseconds(elapsedInNanoseconds) }

    /// The name of the event for metrics and logs: `attempt`, `retry`, `guard_wait`, or the stop reason's, such as
    /// `success`, `permanent_fail`, `deadline_exceeded`, `max_attempts_exceeded`, `max_unknown_attempts_exceeded`; of an
    /// effect also `replayed`, `in_progress`, `indeterminate`, `fenced`.
    public var code: String { kind.code }

    /// The stop reason, if this is the last event of its call.
    public var stopReason: RetryStopReason? { kind.stopReason }

    /// The delay and the elapsed time in nanoseconds.
    var nanoseconds: (delay: Int64, elapsed: Int64) { (delayInNanoseconds, elapsedInNanoseconds) }
}

extension RetryEvent: ObservedEvent {
    /// The severity of this event.
    ///
    /// A call that was rejected before its first attempt is for debugging: in an outage there are as many as calls, and
    /// the breaker's own event stands for all.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .attempt: .debug
        case .retry, .guardWait: .warning
        case .stop(.succeeded): attempt == 1 ? .debug : .info
        case .stop(.replayed): .debug
        case .stop(.circuitOpen), .stop(.rejected): attempt == 0 ? .debug : .error
        case .stop(.cancelled), .stop(.inProgress): .info
        default: .error
        }
    }

    /// A Boolean value that indicates that this is an event of one call, of which a service makes thousands a second.
    public var isOfOneCall: Bool { true }

    /// The operation, the policy, the attempt, the amplification above 1, the class and the type of the error, the wait, the elapsed time, and the
    /// text of the error.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let operation { fields.append(EventField("operation", operation)) }
        if !policy.isEmpty { fields.append(EventField("policy", policy)) }
        fields.append(EventField("attempt", attempt))
        if amplification > 1 { fields.append(EventField("amplification", amplification)) }
        if let errorClass { fields.append(EventField("class", errorClass.id)) }
        if let errorType { fields.append(EventField("error", errorType)) }
        if kind == .retry || kind == .guardWait { fields.append(EventField("delay", delay)) }
        fields.append(EventField("elapsed", elapsed))
        if let message { fields.append(EventField("message", message)) }
        return fields
    }

    /// The event without the text of an error.
    public var withoutMessage: RetryEvent {
        var event = self
        event.error = nil
        return event
    }

    /// The duration and the attempts of the call that ends here, or the retry or the wait that begins.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let operation = EventField("operation", operation ?? "")
        if let stopReason {
            let outcome = EventField("outcome", stopReason.code)
            let failure = EventField("error", errorType ?? "")
            record(EventMeasurement(.callDuration, elapsed.inSeconds, operation, outcome, failure))
            record(EventMeasurement(.callAttempts, Double(attempt), operation))
        } else if kind == .retry {
            let (errorClass, type) = (errorClass?.id ?? "", errorType ?? "")
            record(EventMeasurement(.retries, 1, operation, EventField("class", errorClass), EventField("error", type)))
            record(EventMeasurement(.retryDelay, delay.inSeconds, operation))
        } else if kind == .guardWait {
            record(EventMeasurement(.guardWait, delay.inSeconds, operation))
        }
    }
}
