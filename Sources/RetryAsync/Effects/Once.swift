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
/// same time share one run. This is ``EffectGate`` for a single call; see there for the guarantee and the
/// other settings.
///
/// - Parameters:
///   - key: The key of the effect: text, or an `ActionID`.
///   - store: The effect store.
///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
///   - codec: The codec of the recorded result, which later callers get.
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - receiver: The receiver's treatment of a repeated request.
///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``EffectGate/once(_:fingerprint:as:effect:)`` does.
public nonisolated(nonsending) func once<Value>(
    _ key: some EffectKey,
    in store: any EffectStore,
    fingerprint: EffectFingerprint = .none,
    as codec: EffectCodec<Value>,
    through pipeline: RetryPipeline = .default,
    receiver: EffectReceiver = .mayRepeat,
    effect: nonisolated(nonsending) (EffectContext) async throws -> Value
) async throws -> OnceResult<Value> {
    try await EffectGate(pipeline, store: store, receiver: receiver)
        .once(key, fingerprint: fingerprint, as: codec, effect: effect)
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
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - receiver: The receiver's treatment of a repeated request.
///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``EffectGate/once(_:fingerprint:effect:)`` does.
public nonisolated(nonsending) func once<Value: EffectResult>(
    _ key: some EffectKey,
    in store: any EffectStore,
    fingerprint: EffectFingerprint = .none,
    through pipeline: RetryPipeline = .default,
    receiver: EffectReceiver = .mayRepeat,
    effect: nonisolated(nonsending) (EffectContext) async throws -> Value
) async throws -> OnceResult<Value> {
    try await EffectGate(pipeline, store: store, receiver: receiver)
        .once(key, fingerprint: fingerprint, effect: effect)
}
