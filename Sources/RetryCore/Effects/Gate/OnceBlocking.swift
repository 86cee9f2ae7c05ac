/// Runs a synchronous effect once: unless it has been run before, in which case its result is returned again.
///
/// ```swift
/// let receipt = try onceBlocking("pay-\(order)", in: store, as: .utf8) { effect in
///     try psp.charge(order, idempotencyKey: effect.key)
/// }
/// ```
///
/// This is ``BlockingEffectGate`` for a single call; it says what is promised. Inside a task use the asynchronous `once`
/// of RetryAsync.
///
/// - Parameters:
///   - key: Names the effect: text, or an ``ActionID``.
///   - store: Remembers the effects.
///   - fingerprint: What the key stands for: a second call that means something else is refused.
///   - codec: How the result is kept for those who ask again.
///   - policy: How often, how soon and for how long the effect is tried.
///   - receiver: What the receiver does with a request that it has had before.
///   - redirects: The redirects that the client of the effect follows.
///   - lease: For how long the caller owns the key without a sign of life; longer than the longest attempt.
///   - rule: What happens where an earlier owner has gone without an outcome.
///   - waitLimit: For how long the call waits for the outcome of another one's run.
///   - name: What events call the effect.
///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
///   - budget: Bounds the retries of all calls that share it; none if `nil`.
///   - classifier: Finds out what kind of failure an error is; ``ErrorClassifier/default`` if `nil`.
///   - condition: Which errors are retried at all; by their class alone if `nil`.
///   - execution: Finds out whether a failed attempt had its effect; ``ExecutionClassifier/default`` if `nil`.
///   - storesMessages: Whether the store gets the texts of errors. They can hold secrets.
///   - observer: Sees what happens.
///   - onRetry: Called with the error and the number of the attempt that failed, when a retry will follow.
///   - sleeper: How the call waits.
///   - cancellation: Ends the call from another thread.
///   - clock: The time source; the system's if `nil`.
///   - random: Draws the jitter; the system's if `nil`.
///   - effect: Is run until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``BlockingEffectGate/once(_:fingerprint:as:effect:)`` does.
public func onceBlocking<Value>(
    _ key: some EffectKey,
    in store: any BlockingEffectStore,
    fingerprint: EffectFingerprint = .none,
    as codec: EffectCodec<Value>,
    policy: RetryPolicy = .default,
    receiver: EffectReceiver = .mayRepeat,
    redirects: ClientRedirects = .mayBeFollowed,
    lease: Duration = .seconds(60),
    ifAbandoned rule: AbandonedClaim = .halt,
    waitingUpTo waitLimit: Duration = .zero,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    execution: ExecutionClassifier? = nil,
    storesMessages: Bool = false,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    sleeper: Sleeper? = nil,
    cancellation: CancellationToken? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    effect: (EffectContext) throws -> Value
) throws -> OnceResult<Value> {
    try BlockingEffectGate(
        store: store, policy: policy, receiver: receiver, redirects: redirects, lease: lease, ifAbandoned: rule,
        waitingUpTo: waitLimit,
        named: name, breaker: breaker, budget: budget, classifier: classifier, retryOn: condition,
        execution: execution, storesMessages: storesMessages, observer: observer, onRetry: onRetry, sleeper: sleeper,
        cancellation: cancellation, clock: clock, random: random
    ).once(key, fingerprint: fingerprint, as: codec, effect: effect)
}

/// Runs an effect once, whose result knows how it is kept: unless it has been run before.
///
/// ```swift
/// let number = try onceBlocking("order-\(order.id)", in: store) { effect in
///     try shop.place(order, idempotencyKey: effect.key).number
/// }
/// ```
///
/// - Parameters:
///   - key: Names the effect: text, or an ``ActionID``.
///   - store: Remembers the effects.
///   - fingerprint: What the key stands for: a second call that means something else is refused.
///   - policy: How often, how soon and for how long the effect is tried.
///   - receiver: What the receiver does with a request that it has had before.
///   - redirects: The redirects that the client of the effect follows.
///   - lease: For how long the caller owns the key without a sign of life; longer than the longest attempt.
///   - rule: What happens where an earlier owner has gone without an outcome.
///   - waitLimit: For how long the call waits for the outcome of another one's run.
///   - name: What events call the effect.
///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
///   - budget: Bounds the retries of all calls that share it; none if `nil`.
///   - classifier: Finds out what kind of failure an error is; ``ErrorClassifier/default`` if `nil`.
///   - condition: Which errors are retried at all; by their class alone if `nil`.
///   - execution: Finds out whether a failed attempt had its effect; ``ExecutionClassifier/default`` if `nil`.
///   - storesMessages: Whether the store gets the texts of errors. They can hold secrets.
///   - observer: Sees what happens.
///   - onRetry: Called with the error and the number of the attempt that failed, when a retry will follow.
///   - sleeper: How the call waits.
///   - cancellation: Ends the call from another thread.
///   - clock: The time source; the system's if `nil`.
///   - random: Draws the jitter; the system's if `nil`.
///   - effect: Is run until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``BlockingEffectGate/once(_:fingerprint:effect:)`` does.
public func onceBlocking<Value: EffectResult>(
    _ key: some EffectKey,
    in store: any BlockingEffectStore,
    fingerprint: EffectFingerprint = .none,
    policy: RetryPolicy = .default,
    receiver: EffectReceiver = .mayRepeat,
    redirects: ClientRedirects = .mayBeFollowed,
    lease: Duration = .seconds(60),
    ifAbandoned rule: AbandonedClaim = .halt,
    waitingUpTo waitLimit: Duration = .zero,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    execution: ExecutionClassifier? = nil,
    storesMessages: Bool = false,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    sleeper: Sleeper? = nil,
    cancellation: CancellationToken? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    effect: (EffectContext) throws -> Value
) throws -> OnceResult<Value> {
    try BlockingEffectGate(
        store: store, policy: policy, receiver: receiver, redirects: redirects, lease: lease, ifAbandoned: rule,
        waitingUpTo: waitLimit,
        named: name, breaker: breaker, budget: budget, classifier: classifier, retryOn: condition,
        execution: execution, storesMessages: storesMessages, observer: observer, onRetry: onRetry, sleeper: sleeper,
        cancellation: cancellation, clock: clock, random: random
    ).once(key, fingerprint: fingerprint, effect: effect)
}
