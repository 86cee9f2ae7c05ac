// Spellings that come to mind first, and name the right form; they do not show in completion.

/// Runs an asynchronous operation under a policy, as `retry(policy:)` does.
@_disfavoredOverload
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    _ policy: RetryPolicy, operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try await retry(RetryPipeline(policy: policy), operation: operation)
}

/// Names the right form.
@available(*, unavailable, message: "write retry(maxAttempts: 3) { }; the first attempt counts")
public func retry<Value>(attempts: Int, operation: () async throws -> Value) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(maxAttempts: 4) { } for three retries after the first attempt")
public func retry<Value>(retries: Int, operation: () async throws -> Value) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(maxAttempts: 3) { }")
public func retry<Value>(_ maxAttempts: Int, operation: () async throws -> Value) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(
    *, unavailable, message: "write retry(maxAttempts: 3, backoff: …) { }, or retry(.api.backoff(…)) { }"
)
public func retry<Value>(backoff: Backoff, operation: () async throws -> Value) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(
    *, unavailable,
    message: "write retry(.api.attemptTimeout(…)) { } for each attempt, or .deadline(…) for the whole call"
)
public func retry<Value>(
    policy: RetryPolicy = .default, timeout: Duration, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(.api.retryOn(.where { error in … })) { }")
public func retry<Value>(
    policy: RetryPolicy = .default, shouldRetry: (any Error) -> Bool, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(.api.retryOn(.where { error in … })) { }")
public func retry<Value>(
    policy: RetryPolicy = .default, retryOn: (any Error) -> Bool, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(.api.classifier(ErrorClassifier { error in … })) { }")
public func retry<Value>(
    policy: RetryPolicy = .default, classifier: (any Error) -> ErrorClassification?, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(.api.observer(RetryObserver { event in … })) { }")
public func retry<Value>(
    policy: RetryPolicy = .default, observer: (RetryEvent) -> Void, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retry(.api.clock(RetryClock(clock))) { }")
public func retry<Value>(
    policy: RetryPolicy = .default, clock: some Clock<Duration>, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(
    *, unavailable,
    message: "these are modifiers of the value: write retry(.api.named(…).breaker(…).observer(…).clock(…)) { }"
)
public func retry<Value>(
    policy: RetryPolicy = .default, named: String? = nil, breaker: CircuitBreaker? = nil, budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil, retryOn: RetryCondition? = nil,
    rejecting: ((Value) -> ErrorClassification?)? = nil,
    observer: RetryObserver? = nil, onRetry: ((RetryNotice) -> Void)? = nil, clock: RetryClock? = nil,
    random: RetryRandomSource? = nil, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(
    *, unavailable, message: "these are modifiers of the value: write retryBlocking(.fast.named(…).breaker(…)) { }"
)
public func retryBlocking<Value>(
    policy: RetryPolicy = .default, named: String? = nil, breaker: CircuitBreaker? = nil, budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil, retryOn: RetryCondition? = nil,
    rejecting: ((Value) -> ErrorClassification?)? = nil,
    observer: RetryObserver? = nil, onRetry: ((RetryNotice) -> Void)? = nil, sleeper: RetrySleeper? = nil,
    cancellation: RetryCancellationToken? = nil, clock: RetryClock? = nil, random: RetryRandomSource? = nil,
    operation: () throws -> Value
) throws -> Value {
    try operation()
}

extension RetryPolicyModifying {
    /// Names the right form.
    @available(*, unavailable, message: "write .attemptTimeout(…) for each attempt, or .deadline(…) for the whole call")
    public func timeout(_ timeout: Duration) -> Self { self }

    /// Names the right form.
    @available(*, unavailable, message: "write .maxAttempts(…): the number of attempts, one more than the retries")
    public func maxRetries(_ count: Int) -> Self { self }

    /// Names the right form.
    @available(*, unavailable, message: "write .maxAttempts(…)")
    public func attempts(_ count: Int) -> Self { self }

    /// Names the right form.
    @available(*, unavailable, message: "jitter is a part of the backoff: .backoff(.exponential(jitter: .equal))")
    public func jitter(_ jitter: Jitter) -> Self { self }
}

/// Names the right form.
@available(*, unavailable, message: "write RetryPipeline(\"users\", policy: .api), with a modifier for each setting")
public typealias RetryExecutor = RetryPipeline

extension RetryBudget {
    /// Names the right form.
    @available(
        *, unavailable,
        message:
            "a budget is shared by all calls: make it once, let budget = RetryBudget(.ratio(0.1)), and write .budget(budget)"
    )
    public static func ratio(_ ratio: Double) -> RetryBudget { RetryBudget() }
}
