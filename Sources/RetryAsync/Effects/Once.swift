import RetryCore

/// Runs an effect once: if it has been run before, returns the recorded result.
///
/// ```swift
/// let receipt = try await once("pay-\(order)", in: store, as: .utf8) { effect in
///     try await psp.charge(order, idempotencyKey: effect.key)
/// }
/// print(receipt.value, receipt.isReplay)
/// ```
///
/// The effect stays on the caller's actor, and may capture any value of the caller. Callers that use the key at the
/// same time share one run. This is ``EffectGate`` for a single call; see there for the guarantee.
///
/// - Parameters:
///   - key: The key of the effect: text, or an `ActionID`.
///   - store: The effect store.
///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
///   - codec: The codec of the recorded result, which later callers get.
///   - policy: The retry policy: attempts, delays and deadline.
///   - receiver: The receiver's treatment of a repeated request.
///   - redirects: The redirects that the client of the effect follows.
///   - lease: The time for which the caller owns the key without lease renewal; at least twice the policy's attempt
///     timeout.
///   - rule: The treatment of a claim whose lease expired without settlement.
///   - waitLimit: The maximum wait for the outcome of another caller's run. If `nil`, it waits for one of this process
///     to its end, and for one elsewhere not at all.
///   - name: The name of the effect in events.
///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
///   - budget: The budget for the retries of all calls that share it; none if `nil`.
///   - classifier: The classifier of errors; ``/RetryCore/ErrorClassifier/default`` if `nil`.
///   - condition: The errors that may be retried; all that their class allows if `nil`.
///   - execution: The classifier that decides whether a failed attempt had its effect;
///     ``/RetryCore/ExecutionClassifier/default`` if `nil`.
///   - storesMessages: Pass `true` to store the texts of errors. They can hold secrets.
///   - observer: Receives every event of the calls.
///   - onRetry: Receives the error and the number of the failed attempt before each retry.
///   - clock: The time source; the system's if `nil`.
///   - random: The random source for jitter; the system's if `nil`.
///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``EffectGate/once(_:fingerprint:as:effect:)`` does.
public nonisolated(nonsending) func once<Value>(
    _ key: some EffectKey,
    in store: any EffectStore,
    fingerprint: EffectFingerprint = .none,
    as codec: EffectCodec<Value>,
    policy: RetryPolicy = .default,
    receiver: EffectReceiver = .mayRepeat,
    redirects: ClientRedirects = .mayBeFollowed,
    lease: Duration = .seconds(60),
    ifAbandoned rule: AbandonedClaim = .halt,
    waitingUpTo waitLimit: Duration? = nil,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    execution: ExecutionClassifier? = nil,
    storesMessages: Bool = false,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    effect: nonisolated(nonsending) (EffectContext) async throws -> Value
) async throws -> OnceResult<Value> {
    try await EffectGate(
        store: store, policy: policy, receiver: receiver, redirects: redirects, lease: lease, ifAbandoned: rule,
        waitingUpTo: waitLimit,
        named: name, breaker: breaker, budget: budget, classifier: classifier, retryOn: condition,
        execution: execution, storesMessages: storesMessages, observer: observer, onRetry: onRetry, clock: clock,
        random: random
    ).once(key, fingerprint: fingerprint, as: codec, effect: effect)
}

/// Runs an effect once, with the codec of its result type: if it has been run before, returns the recorded result.
///
/// ```swift
/// let number = try await once("order-\(order.id)", in: store) { effect in
///     try await shop.place(order, idempotencyKey: effect.key).number
/// }
/// ```
///
/// - Parameters:
///   - key: The key of the effect: text, or an `ActionID`.
///   - store: The effect store.
///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
///   - policy: The retry policy: attempts, delays and deadline.
///   - receiver: The receiver's treatment of a repeated request.
///   - redirects: The redirects that the client of the effect follows.
///   - lease: The time for which the caller owns the key without lease renewal; at least twice the policy's attempt
///     timeout.
///   - rule: The treatment of a claim whose lease expired without settlement.
///   - waitLimit: The maximum wait for the outcome of another caller's run. If `nil`, it waits for one of this process
///     to its end, and for one elsewhere not at all.
///   - name: The name of the effect in events.
///   - breaker: The circuit breaker that every attempt passes; none if `nil`.
///   - budget: The budget for the retries of all calls that share it; none if `nil`.
///   - classifier: The classifier of errors; ``/RetryCore/ErrorClassifier/default`` if `nil`.
///   - condition: The errors that may be retried; all that their class allows if `nil`.
///   - execution: The classifier that decides whether a failed attempt had its effect;
///     ``/RetryCore/ExecutionClassifier/default`` if `nil`.
///   - storesMessages: Pass `true` to store the texts of errors. They can hold secrets.
///   - observer: Receives every event of the calls.
///   - onRetry: Receives the error and the number of the failed attempt before each retry.
///   - clock: The time source; the system's if `nil`.
///   - random: The random source for jitter; the system's if `nil`.
///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``EffectGate/once(_:fingerprint:effect:)`` does.
public nonisolated(nonsending) func once<Value: EffectResult>(
    _ key: some EffectKey,
    in store: any EffectStore,
    fingerprint: EffectFingerprint = .none,
    policy: RetryPolicy = .default,
    receiver: EffectReceiver = .mayRepeat,
    redirects: ClientRedirects = .mayBeFollowed,
    lease: Duration = .seconds(60),
    ifAbandoned rule: AbandonedClaim = .halt,
    waitingUpTo waitLimit: Duration? = nil,
    named name: String? = nil,
    breaker: CircuitBreaker? = nil,
    budget: RetryBudget? = nil,
    classifier: ErrorClassifier? = nil,
    retryOn condition: RetryCondition? = nil,
    execution: ExecutionClassifier? = nil,
    storesMessages: Bool = false,
    observer: RetryObserver? = nil,
    onRetry: (@Sendable (any Error, Int) -> Void)? = nil,
    clock: RetryClock? = nil,
    random: RandomSource? = nil,
    effect: nonisolated(nonsending) (EffectContext) async throws -> Value
) async throws -> OnceResult<Value> {
    try await EffectGate(
        store: store, policy: policy, receiver: receiver, redirects: redirects, lease: lease, ifAbandoned: rule,
        waitingUpTo: waitLimit,
        named: name, breaker: breaker, budget: budget, classifier: classifier, retryOn: condition,
        execution: execution, storesMessages: storesMessages, observer: observer, onRetry: onRetry, clock: clock,
        random: random
    ).once(key, fingerprint: fingerprint, effect: effect)
}
