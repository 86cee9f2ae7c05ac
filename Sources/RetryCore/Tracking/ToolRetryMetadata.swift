/// The policy in force for a tool, after its override and the gateway's ceiling, for monitoring.
///
/// Encoded it is `{"retry_policy": {…}}` with `max_retries`, `backoff_base_ms`, `max_backoff_ms` and `retry_on_status`.
public struct ToolRetryMetadata: Sendable, Hashable, Encodable {
    /// The policy in force.
    public let policy: ToolRetryPolicy

    /// The policy in the form that a native gateway runs by itself.
    public struct NativePolicy: Sendable, Hashable, Encodable {
        /// Always `retry_with_backoff`.
        public let kind: String
        /// The maximum number of retries after a failed call.
        public let maxRetries: Int
        /// The wait before the first retry, in milliseconds.
        public let backoffBaseMs: Int
        /// The maximum wait, in milliseconds.
        public let maxBackoffMs: Int
        /// The statuses that are worth a retry.
        public let retryOnStatus: [Int]
        /// A Boolean value that indicates whether each wait is drawn from zero up to the computed one.
        public let jitter: Bool
    }

    /// The policy in the form that a native gateway runs by itself; `nil` if texts are checked, which it cannot do.
    public var nativePolicy: NativePolicy? {
        if policy.checksTextContent { return nil }
        return NativePolicy(
            kind: "retry_with_backoff", maxRetries: policy.maxRetries,
            backoffBaseMs: policy.backoffBaseMilliseconds, maxBackoffMs: policy.maxBackoffMilliseconds,
            retryOnStatus: policy.retryOnStatus, jitter: policy.jitter)
    }

    /// Encodes the four documented settings under `retry_policy`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var settings = container.nestedContainer(keyedBy: Keys.self, forKey: .retryPolicy)
        try settings.encode(policy.maxRetries, forKey: .maxRetries)
        try settings.encode(policy.backoffBaseMilliseconds, forKey: .backoffBase)
        try settings.encode(policy.maxBackoffMilliseconds, forKey: .maxBackoff)
        try settings.encode(policy.retryOnStatus, forKey: .retryOnStatus)
    }

    private enum Keys: String, CodingKey {
        case retryPolicy = "retry_policy"
        case maxRetries = "max_retries"
        case backoffBase = "backoff_base_ms"
        case maxBackoff = "max_backoff_ms"
        case retryOnStatus = "retry_on_status"
    }
}

/// The answer of the hook after a tool call.
public struct ToolHookAnswer: Sendable, Hashable {
    /// The decision.
    public let decision: RetryTrackerDecision
    /// The policy in force for the tool.
    public let metadata: ToolRetryMetadata
}
