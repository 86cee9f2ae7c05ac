/// The retry policy of one tool, with the settings of a tool gateway.
///
/// ```swift
/// let fragile = ToolRetryPolicy(maxRetries: 1, retryOnStatus: [503])
/// ```
public struct ToolRetryPolicy: Sendable, Hashable {
    /// The maximum number of retries after a failed call; 0 or more.
    public let maxRetries: Int
    /// The wait before the first retry, in milliseconds; at least 1.
    ///
    /// Each further one is twice as long.
    public let backoffBaseMilliseconds: Int
    /// The maximum wait, in milliseconds; at least the first one.
    public let maxBackoffMilliseconds: Int
    /// The statuses that are worth a retry, rising; any other status vetoes one.
    public let retryOnStatus: [Int]
    /// A Boolean value that indicates whether each wait is drawn from zero up to the computed one.
    public let jitter: Bool
    /// A Boolean value that indicates whether texts that hold JSON are read where there is no structured content.
    public let checksTextContent: Bool

    /// The default statuses that are worth a retry.
    public static let defaultStatuses = [429, 500, 502, 503, 504]

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - maxRetries: The maximum number of retries after a failed call; 0 or more.
    ///   - backoffBaseMilliseconds: The wait before the first retry; at least 1.
    ///   - maxBackoffMilliseconds: The maximum wait; at least the first one.
    ///   - retryOnStatus: The statuses that are worth a retry, from 100 to 999.
    ///   - jitter: Pass `true` to draw each wait from zero up to the computed one.
    ///   - checksTextContent: Pass `true` to read texts that hold JSON.
    public init(
        maxRetries: Int = 2, backoffBaseMilliseconds: Int = 200, maxBackoffMilliseconds: Int = 5_000,
        retryOnStatus: [Int] = defaultStatuses, jitter: Bool = true, checksTextContent: Bool = false
    ) {
        self = checked { () throws(InvalidPolicyError) in
            try ToolRetryPolicy(
                validating: maxRetries, backoffBaseMilliseconds: backoffBaseMilliseconds,
                maxBackoffMilliseconds: maxBackoffMilliseconds, retryOnStatus: retryOnStatus, jitter: jitter,
                checksTextContent: checksTextContent)
        }
    }

    /// Creates a policy from values known only at run time.
    ///
    /// - Parameters:
    ///   - maxRetries: The maximum number of retries after a failed call; 0 or more.
    ///   - backoffBaseMilliseconds: The wait before the first retry; at least 1.
    ///   - maxBackoffMilliseconds: The maximum wait; at least the first one.
    ///   - retryOnStatus: The statuses that are worth a retry, from 100 to 999.
    ///   - jitter: Pass `true` to draw each wait from zero up to the computed one.
    ///   - checksTextContent: Pass `true` to read texts that hold JSON.
    /// - Throws: ``InvalidPolicyError`` that names the setting and its value.
    public init(
        validating maxRetries: Int, backoffBaseMilliseconds: Int = 200, maxBackoffMilliseconds: Int = 5_000,
        retryOnStatus: [Int] = defaultStatuses, jitter: Bool = true, checksTextContent: Bool = false
    ) throws(InvalidPolicyError) {
        try check("max_retries", maxRetries, maxRetries >= 0, "must not be negative")
        try check(
            "backoff_base_ms", backoffBaseMilliseconds, Self.waits.contains(backoffBaseMilliseconds),
            "must be from 1 to \(Self.waits.upperBound)")
        try check(
            "max_backoff_ms", maxBackoffMilliseconds,
            (backoffBaseMilliseconds...Self.waits.upperBound).contains(maxBackoffMilliseconds),
            "must be from the first wait, \(backoffBaseMilliseconds), to \(Self.waits.upperBound)")
        for status in retryOnStatus {
            try check("retry_on_status", status, (100...999).contains(status), "must be from 100 to 999")
        }
        self.maxRetries = maxRetries
        self.backoffBaseMilliseconds = backoffBaseMilliseconds
        self.maxBackoffMilliseconds = maxBackoffMilliseconds
        self.retryOnStatus = Set(retryOnStatus).sorted()
        self.jitter = jitter
        self.checksTextContent = checksTextContent
    }

    /// The valid waits, in milliseconds: up to a day, longer than any gateway waits.
    private static let waits = 1...86_400_000

    /// The equivalent retry policy for the library's other drivers.
    public var retryPolicy: RetryPolicy {
        let backoff = Backoff.exponential(
            initial: .milliseconds(backoffBaseMilliseconds), cap: .milliseconds(maxBackoffMilliseconds),
            jitter: jitter ? .full : .none)
        let attempts = maxRetries == .max ? .max : maxRetries + 1
        return RetryPolicy(maxAttempts: attempts, backoff: backoff, hints: .ignore).named("tool")
    }

    /// Returns the same policy with no more retries than `ceiling`.
    func clamped(to ceiling: Int) -> ToolRetryPolicy {
        maxRetries <= ceiling ? self : ToolRetryOverride(maxRetries: ceiling).applied(toValid: self)
    }
}

/// The settings of one tool that differ from the base; `nil` is the base's value.
public struct ToolRetryOverride: Sendable, Hashable {
    /// The maximum number of retries after a failed call.
    public var maxRetries: Int?
    /// The wait before the first retry, in milliseconds.
    public var backoffBaseMilliseconds: Int?
    /// The maximum wait, in milliseconds.
    public var maxBackoffMilliseconds: Int?
    /// The statuses that are worth a retry.
    public var retryOnStatus: [Int]?
    /// A Boolean value that indicates whether each wait is drawn from zero up to the computed one.
    public var jitter: Bool?
    /// A Boolean value that indicates whether texts that hold JSON are read where there is no structured content.
    public var checksTextContent: Bool?

    /// Creates an override.
    public init(
        maxRetries: Int? = nil, backoffBaseMilliseconds: Int? = nil, maxBackoffMilliseconds: Int? = nil,
        retryOnStatus: [Int]? = nil, jitter: Bool? = nil, checksTextContent: Bool? = nil
    ) {
        self.maxRetries = maxRetries
        self.backoffBaseMilliseconds = backoffBaseMilliseconds
        self.maxBackoffMilliseconds = maxBackoffMilliseconds
        self.retryOnStatus = retryOnStatus
        self.jitter = jitter
        self.checksTextContent = checksTextContent
    }

    func applied(to base: ToolRetryPolicy) throws(InvalidPolicyError) -> ToolRetryPolicy {
        try ToolRetryPolicy(
            validating: maxRetries ?? base.maxRetries,
            backoffBaseMilliseconds: backoffBaseMilliseconds ?? base.backoffBaseMilliseconds,
            maxBackoffMilliseconds: maxBackoffMilliseconds ?? base.maxBackoffMilliseconds,
            retryOnStatus: retryOnStatus ?? base.retryOnStatus, jitter: jitter ?? base.jitter,
            checksTextContent: checksTextContent ?? base.checksTextContent)
    }

    fileprivate func applied(toValid base: ToolRetryPolicy) -> ToolRetryPolicy {
        checked { () throws(InvalidPolicyError) in try applied(to: base) }
    }
}
