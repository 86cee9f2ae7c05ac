/// An event of a call, for telemetry: logs, metrics and traces.
///
/// A call's events are numbered from 1 and arrive in order; the last one, and only that, is a ``Kind/stop(_:)``.
public struct RetryEvent: Sendable {
    /// The kind of the event: a value to compare with, since more kinds may be added.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name for metrics and logs.
        public let code: String
        /// The reason of the call's end, if this is its end.
        public let stopReason: StopReason?

        /// An attempt starts.
        public static var attempt: Kind { Kind(code: "attempt", stopReason: nil) }
        /// An attempt failed, and another one follows after a wait.
        public static var retry: Kind { Kind(code: "retry", stopReason: nil) }
        /// The circuit breaker rejected an attempt, and the call waits until one may be admitted.
        public static var circuitWait: Kind { Kind(code: "circuit_wait", stopReason: nil) }
        /// The call has ended.
        public static func stop(_ reason: StopReason) -> Kind { Kind(code: reason.code, stopReason: reason) }

        /// The code.
        public var description: String { code }
    }

    /// The place of the event in its call, from 1.
    public let number: Int
    /// The kind of the event.
    public let kind: Kind
    /// The name of the operation.
    public let operation: String?
    /// The name of the policy.
    public let policy: String
    /// The attempt that starts, or that has just ended, from 1; 0 before the first one.
    public let attempt: Int
    /// The class of the failure, if one was classified.
    public let errorClass: ErrorClass?
    /// The type of the error, if one was thrown.
    public let errorType: String?
    /// The first 4,096 bytes of the error's text, if the observer asked for it: texts of errors can hold secrets.
    public let message: String?
    /// The server's hint about coming back.
    public let hint: RetryHint?
    /// The wait that follows; zero if none does.
    public let delay: Duration
    /// The time since the call began.
    public let elapsed: Duration

    /// The name of the event for metrics and logs: `attempt`, `retry`, `circuit_wait`, or the stop reason's, such as
    /// `success`, `permanent_fail`, `deadline_exceeded`, `max_attempts_exceeded`, `max_unknown_attempts_exceeded`; of an
    /// effect also `replayed`, `in_progress`, `indeterminate`, `fenced`.
    public var code: String { kind.code }

    /// The stop reason, if this is the last event of its call.
    public var stopReason: StopReason? { kind.stopReason }

    /// Returns the text of an error, cut to a length that suits a log.
    static func message(of error: any Error) -> String {
        String(decoding: String(describing: error).utf8.prefix(4_096), as: UTF8.self)
    }
}
