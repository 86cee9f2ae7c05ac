/// The decision about a recorded result.
public enum RetryTrackerDecision: Sendable, Hashable {
    /// Call the tool again after this wait, zero included.
    case retry(after: Duration)
    /// The call failed, and is not to be repeated.
    case giveUp
    /// The call succeeded.
    case succeeded
    /// The result does not say whether the call failed: part of it cannot be read.
    ///
    /// It is neither a success nor a failure of the tool. The state of the request is as it was before; the caller
    /// decides whether to answer with the result, to call again, to give up, or to
    /// ``RetryTracker/forget(tool:request:)``.
    case unreadable
}

/// An event of a tracker.
public struct RetryTrackerEvent: Sendable, Hashable {
    /// The reason why a failed call is not repeated.
    public enum GiveUpReason: Sendable, Hashable {
        /// The retries of the policy are used up.
        case retriesExhausted
        /// The call failed with a status that is not listed.
        case vetoed(status: Int)
        /// The tracker has reached its maximum number of keys.
        case full
    }

    /// The kind of the event.
    public enum Kind: Sendable, Hashable {
        /// A policy has more retries than the gateway allows, and is cut to that; reported when a tracker is created.
        case ceilingApplied(asked: Int, ceiling: Int)
        /// A failed call is to be repeated after a wait.
        case retry(number: Int, after: Duration)
        /// A failed call is not repeated.
        case gaveUp(GiveUpReason)
        /// A call succeeded after this many retries.
        case recovered(retries: Int)
        /// A part of a result was not of the documented shape.
        case undocumentedResult(RetryTracker.ToolResult.MalformedParts)
    }

    /// The kind of the event.
    public let kind: Kind
    /// The tool; `nil` for the policy of all tools.
    public let tool: String?
    /// The id of the request; `nil` if there is none.
    public let request: String?

    package init(kind: Kind, tool: String?, request: String?) {
        self.kind = kind
        self.tool = tool
        self.request = request
    }

    /// The name of the event for metrics and logs.
    public var code: String {
        switch kind {
        case .ceilingApplied: "retry_ceiling_applied"
        case .retry: "retry"
        case .gaveUp(.retriesExhausted): "max_attempts_exceeded"
        case .gaveUp(.vetoed): "permanent_fail"
        case .gaveUp(.full): "tracker_full"
        case .recovered: "success"
        case .undocumentedResult: "undocumented_result"
        }
    }

    /// The severity of this event.
    public var logLevel: RetryLogLevel {
        switch kind {
        case .ceilingApplied, .retry, .undocumentedResult: .warning
        case .gaveUp: .error
        case .recovered: .info
        }
    }
}
