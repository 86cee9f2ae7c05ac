// Spellings that come to mind first. Each of them works, or says what to write.

/// Runs an asynchronous operation until it succeeds, or until the policy gives up.
///
/// ```swift
/// let user = try await retry(.api) { try await client.user(id) }
/// ```
///
/// - Parameters:
///   - policy: The limits and the waits of the call.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry(policy:)` does.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    _ policy: RetryPolicy,
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try await retry(policy: policy, operation: operation)
}

/// Runs an asynchronous operation until it succeeds, for a number of attempts at most.
///
/// ```swift
/// let user = try await retry(maxAttempts: 5) { try await client.user(id) }
/// ```
///
/// - Parameters:
///   - maxAttempts: The maximum number of attempts, the first one included; at least 1.
///   - backoff: The waits between attempts.
///   - operation: Is run once, and again after each failure that the policy retries.
/// - Returns: The operation's value.
/// - Throws: As `retry(policy:)` does.
@inlinable
public nonisolated(nonsending) func retry<Value: ~Copyable>(
    maxAttempts: Int,
    backoff: Backoff = .exponential(),
    operation: nonisolated(nonsending) () async throws -> Value
) async throws -> Value {
    try await retry(policy: RetryPolicy(maxAttempts: maxAttempts, backoff: backoff), operation: operation)
}

// MARK: Unavailable: these name the right form, and do not show in completion.

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
    *, unavailable, message: "write retry(maxAttempts: 3, backoff: …) { }, or retry(policy: .api.backoff(…)) { }"
)
public func retry<Value>(backoff: Backoff, operation: () async throws -> Value) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(
    *, unavailable,
    message: "write retry(policy: .api.attemptTimeout(…)) { } for each attempt, or .deadline(…) for the whole call"
)
public func retry<Value>(
    policy: RetryPolicy = .default, timeout: Duration, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retryOn: .where { error in … }, or retryOn: [MyError.self]")
public func retry<Value>(
    policy: RetryPolicy = .default, shouldRetry: (any Error) -> Bool, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write retryOn: .where { error in … }, or retryOn: [MyError.self]")
public func retry<Value>(
    policy: RetryPolicy = .default, retryOn: (any Error) -> Bool, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write classifier: ErrorClassifier { error in … }, or .errors(MyError.self) { … }")
public func retry<Value>(
    policy: RetryPolicy = .default, classifier: (any Error) -> Classification?, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write observer: RetryObserver { event in … }")
public func retry<Value>(
    policy: RetryPolicy = .default, observer: (RetryEvent) -> Void, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

/// Names the right form.
@available(*, unavailable, message: "write clock: RetryClock(clock)")
public func retry<Value>(
    policy: RetryPolicy = .default, clock: some Clock<Duration>, operation: () async throws -> Value
) async throws -> Value {
    try await operation()
}

extension RetryPolicy {
    /// Names the right form.
    @available(*, unavailable, message: "write .attemptTimeout(…) for each attempt, or .deadline(…) for the whole call")
    public func timeout(_ timeout: Duration) -> RetryPolicy { self }

    /// Names the right form.
    @available(*, unavailable, message: "write .attempts(…): the number of attempts, one more than the retries")
    public func maxRetries(_ count: Int) -> RetryPolicy { self }

    /// Names the right form.
    @available(*, unavailable, message: "jitter is a part of the backoff: .backoff(.exponential(jitter: .equal))")
    public func jitter(_ jitter: Jitter) -> RetryPolicy { self }
}

extension RetryBudget {
    /// Names the right form.
    @available(
        *, unavailable,
        message: "a budget is shared by all calls: make it once, let budget = RetryBudget(.ratio(0.1)), and pass it"
    )
    public static func ratio(_ ratio: Double) -> RetryBudget { RetryBudget() }
}
