public import RetryCore

/// How the calls of a program are retried, as its user writes it down: one section for all operations, and one for each
/// kind of operation that is to be treated otherwise.
///
/// The configuration is the member `retry_policy` of a file; what else is in the file is the user's.
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
/// A configuration only says what is written. ``RetryOperations`` makes of it what calls run under.
public struct RetryConfiguration: Sendable, Hashable {
    /// What is written of all operations, or of one kind of them.
    public struct Section: Sendable, Hashable {
        /// Whether operations are retried at all; `nil` if nothing is written.
        public var isEnabled: Bool?
        /// The name of the policy to start from; `nil` if nothing is written.
        public var policy: String?
        /// The names of error types that are worth a retry.
        public var customExceptions: [String] = []
        /// What is changed of the policy.
        package var refinement: PolicyRefinement?

        /// Whether the waits of the policy, its attempts or anything else of it is changed.
        public var changesPolicy: Bool { refinement != nil }

        /// How often an operation may run; `nil` if nothing is written.
        public var maxAttempts: Int? { refinement?.maxAttempts }
        /// The shortest wait; `nil` if nothing is written.
        public var minWait: Duration? { refinement?.minWait }
        /// The longest wait; `nil` if nothing is written.
        public var maxWait: Duration? { refinement?.maxWait }

        /// Creates a section in which nothing is written.
        public init() {}
    }

    /// What is written of all operations.
    public var base = Section()
    /// What is written of single kinds of operations.
    public var operations: [OperationKind: Section] = [:]
    /// The policies that sections can name, besides those of a ``/RetryCore/PolicyCatalog``.
    public var policies: [String: RetryPolicy] = [:]
    /// The retry budget that the operations share; `nil` if none is written.
    public var budget: RetryBudgetLaw?
    /// The circuit breaker of each kind of operation; `nil` if none is written.
    public var circuitBreaker: CircuitBreakerPolicy?

    /// Creates a configuration in which nothing is written.
    public init() {}
}
