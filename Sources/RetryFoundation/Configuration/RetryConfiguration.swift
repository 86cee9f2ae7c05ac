public import RetryCore

/// The retry settings of a program in a file: one section for all operations, and one for each kind of operation with
/// settings of its own.
///
/// The configuration is the member `retry_policy` of a file; the other members are the user's.
///
/// ```json
/// {
///     "name": "weather_agent",
///     "retry_policy": {
///         "max_attempts": 10, "min_wait": 2.0, "max_wait": 120.0, "custom_exceptions": ["requests.Timeout"],
///         "operations": {"storage": {"max_attempts": 3, "deadline": "5s"}, "scheduler": {"policy": "slow"}},
///         "policies": {"slow": {"preset": "slowRateLimited", "retry_limits": {"unknown": 1}}}
///     }
/// }
/// ```
///
/// A configuration holds only the given settings. ``RetryOperations`` makes the settings of calls from it.
public struct RetryConfiguration: Sendable, Hashable {
    /// The settings of all operations, or of one kind of them.
    public struct Section: Sendable, Hashable {
        /// A Boolean value that indicates whether operations are retried at all; `nil` if not given.
        public var isEnabled: Bool?
        /// The name of the policy to start from; `nil` if not given.
        public var policy: String?
        /// The name of the rate limiter, of ``RetryConfiguration/rateLimiters``; `nil` if not given.
        public var rateLimiter: String?
        /// The name of the cool-down gate, of ``RetryConfiguration/coolDowns``; `nil` if not given.
        public var coolDown: String?
        /// The name of the bulkhead, of ``RetryConfiguration/bulkheads``; `nil` if not given.
        public var bulkhead: String?
        /// The name of the adaptive throttle, of ``RetryConfiguration/throttles``; `nil` if not given.
        public var throttle: String?
        /// The name of the hedger, of ``RetryConfiguration/hedgers``; `nil` if not given.
        public var hedger: String?
        /// The names of error types that are worth a retry.
        public var customExceptions: [String] = []
        /// The changes of the policy.
        package var refinement: PolicyRefinement?

        /// A Boolean value that indicates whether the waits of the policy, its attempts or anything else of it is
        /// changed.
        public var changesPolicy: Bool { refinement != nil }

        /// The maximum number of attempts, the first one included; `nil` if not given.
        public var maxAttempts: Int? { refinement?.maxAttempts }
        /// The shortest wait; `nil` if not given.
        public var minWait: Duration? { refinement?.minWait }
        /// The longest wait; `nil` if not given.
        public var maxWait: Duration? { refinement?.maxWait }

        /// Creates an empty section.
        public init() {}
    }

    /// The settings of all operations.
    public var base = Section()
    /// The settings of single kinds of operations.
    public var operations: [RetryOperationKind: Section] = [:]
    /// The policies that sections can name, besides those of a ``/RetryCore/RetryPolicyCatalog``.
    public var policies: [String: RetryPolicy] = [:]
    /// The retry budget that the operations share; `nil` if not given.
    public var budget: RetryBudgetPolicy?
    /// The rate limiters that sections can name: each spaces the operations of all sections that name it.
    public var rateLimiters: [String: RateLimiterPolicy] = [:]
    /// The cool-down gates that sections can name: each holds back the operations of all sections that name it.
    public var coolDowns: [String: CoolDownPolicy] = [:]
    /// The bulkheads that sections can name: each limits the operations of all sections that name it.
    public var bulkheads: [String: BulkheadPolicy] = [:]
    /// The adaptive throttles that sections can name: each counts the operations of all sections that name it.
    public var throttles: [String: ThrottlePolicy] = [:]
    /// The policies of the hedgers that sections can name: all sections that name one share its state.
    public var hedgers: [String: HedgePolicy] = [:]
    /// The circuit breaker of each kind of operation; `nil` if not given.
    public var circuitBreaker: CircuitBreakerPolicy?

    /// Creates an empty configuration.
    public init() {}
}
