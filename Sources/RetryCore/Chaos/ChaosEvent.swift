/// An injection that chaos has made, for telemetry that distinguishes a drill from an outage.
public struct ChaosEvent: Sendable, Hashable {
    /// The kind of an injection.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A closure ran before the operation.
        case behavior
        /// The operation was delayed.
        case latency
        /// An error was thrown in place of the operation.
        case fault
        /// A value was returned in place of the operation.
        case outcome
    }

    /// The kind of the injection.
    public let kind: Kind
    /// The name of the operation.
    public let operation: String?
    /// The delay of a latency.
    public let delay: Duration?
    /// The type of the error of a fault.
    public let errorType: String?

    /// The name of the event for metrics and logs: `chaos_behavior`, `chaos_latency`, `chaos_fault` or `chaos_outcome`.
    public var code: String { "chaos_\(kind.rawValue)" }

    init(_ kind: Kind, operation: String?, delay: Int64? = nil, error: (any Error)? = nil) {
        (self.kind, self.operation) = (kind, operation)
        self.delay = delay.map { .nanoseconds($0) }
        errorType = error.map { ErrorTypeFacts.of($0).name }
    }
}

/// An observer of injections.
public typealias ChaosObserver = EventObserver<ChaosEvent>

extension ChaosEvent: ObservedEvent {
    /// The level of this event: all are for information.
    public var logLevel: RetryLogLevel { .info }

    /// A Boolean value that indicates that this is an event of one call.
    public var isOfOneCall: Bool { true }

    /// The kind under the name `chaos`, by which a dashboard leaves injections out, the operation, the delay and the error.
    public var fields: [EventField] {
        var fields = [EventField("chaos", kind.rawValue)]
        if let operation { fields.append(EventField("operation", operation)) }
        if let errorType { fields.append(EventField("error", errorType)) }
        if let delay { fields.append(EventField("delay", delay)) }
        return fields
    }

    /// The injection, by the operation and its kind.
    public func measure(_ record: (EventMeasurement) -> Void) {
        record(
            EventMeasurement(
                .chaosInjections, 1, EventField("operation", operation ?? ""), EventField("chaos", kind.rawValue)))
    }
}

extension ChaosEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

/// The numbers of injections that chaos has made so far.
public struct ChaosSnapshot: Sendable, Hashable {
    /// The number of attempts for which chaos was on and in its scope.
    public internal(set) var attempts = 0
    /// The number of closures that ran.
    public internal(set) var behaviors = 0
    /// The number of attempts that were delayed.
    public internal(set) var latencies = 0
    /// The number of errors that were thrown.
    public internal(set) var faults = 0
    /// The number of values that were returned.
    public internal(set) var outcomes = 0
    /// The number of values that were not returned, because their type was not that of the call's value.
    public internal(set) var mismatches = 0
}

extension ChaosSnapshot: CustomStringConvertible {
    /// The counts in one line: `120 attempts, 6 faults, 12 delayed`.
    public var description: String {
        var text = "\(attempts.of("attempt")), \(faults.of("fault")), \(latencies) delayed"
        if outcomes > 0 { text += ", \(outcomes.of("outcome"))" }
        if behaviors > 0 { text += ", \(behaviors.of("behavior"))" }
        return mismatches > 0 ? "\(text), \(mismatches.of("mismatch", "mismatches"))" : text
    }
}
