/// An event of a fallback: a failure was replaced, or was to be.
///
/// The class and the type of the error are those of the *original* failure, so that an outage stays visible behind its
/// fallback.
public struct FallbackEvent: Sendable, Hashable {
    /// The kind of an event.
    public enum Kind: Sendable, Hashable {
        /// The fallback returned a value in place of the failure.
        case fellBack
        /// A value of this age was served in place of the failure.
        case servedStale(age: Duration)
        /// There was no value young enough to serve in place of the failure.
        case missedStale
        /// The fallback failed too, and its own error replaced the first one.
        case failed
    }

    /// The kind of the event.
    public let kind: Kind
    /// The name of the operation.
    public let operation: String?
    /// The class of the original failure.
    public let errorClass: ErrorClass
    /// The type of the original error.
    public let errorType: String
    /// A Boolean value that indicates whether the original failure was a rejection: the operation was not run.
    public let isRejection: Bool

    /// The name of the event for metrics and logs: `fell_back`, `served_stale`, `stale_missed` or `fallback_failed`.
    public var code: String {
        switch kind {
        case .fellBack: "fell_back"
        case .servedStale: "served_stale"
        case .missedStale: "stale_missed"
        case .failed: "fallback_failed"
        }
    }

    init(_ kind: Kind, operation: String?, _ evidence: ErrorEvidence, _ error: any Error) {
        (self.kind, self.operation) = (kind, operation)
        (errorClass, isRejection) = (evidence.classification.errorClass, evidence.isRejection)
        errorType = ErrorTypeFacts.of(error).name
    }
}

/// An observer of fallbacks.
public typealias FallbackObserver = EventObserver<FallbackEvent>

extension FallbackEvent: ObservedEvent {
    /// The level of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .fellBack, .servedStale: .warning
        case .missedStale, .failed: .error
        }
    }

    /// A Boolean value that indicates that this is an event of one call.
    public var isOfOneCall: Bool { true }

    /// The operation, the class and the type of the original failure, and the age of a value that was served.
    public var fields: [EventField] {
        var fields: [EventField] = []
        if let operation { fields.append(EventField("operation", operation)) }
        fields += [EventField("class", errorClass.id), EventField("error", errorType)]
        if case .servedStale(let age) = kind { fields.append(EventField("age", age)) }
        return fields
    }

    /// The original failure, by its class and by what became of it, and the age of a value that was served.
    public func measure(_ record: (EventMeasurement) -> Void) {
        let operation = EventField("operation", operation ?? "")
        record(
            EventMeasurement(
                .fallbacks, 1, operation, EventField("outcome", code), EventField("class", errorClass.id),
                EventField("error", errorType)))
        if case .servedStale(let age) = kind { record(EventMeasurement(.staleAge, age.inSeconds, operation)) }
    }
}

extension FallbackEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}
