/// Runs a synchronous effect once: if it has been run before, returns the recorded result.
///
/// ```swift
/// let receipt = try onceBlocking("pay-\(order)", in: store, as: .utf8) { effect in
///     try psp.charge(order, idempotencyKey: effect.key)
/// }
/// ```
///
/// This is ``BlockingEffectGate`` for a single call; see there for the guarantee and for the other settings. Inside a
/// task use the asynchronous `once` of RetryAsync.
///
/// - Parameters:
///   - key: The key of the effect: text, or an ``ActionID``.
///   - store: The effect store.
///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
///   - codec: The codec of the recorded result, which later callers get.
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - receiver: The receiver's treatment of a repeated request.
///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``BlockingEffectGate/once(_:fingerprint:as:effect:)`` does.
public func onceBlocking<Value>(
    _ key: some EffectKey,
    in store: any BlockingEffectStore,
    fingerprint: EffectFingerprint = .none,
    as codec: EffectCodec<Value>,
    through pipeline: RetryPipeline = .default,
    receiver: EffectReceiver = .mayRepeat,
    effect: (EffectContext) throws -> Value
) throws -> OnceResult<Value> {
    try BlockingEffectGate(pipeline, store: store, receiver: receiver)
        .once(key, fingerprint: fingerprint, as: codec, effect: effect)
}

/// Runs a synchronous effect once, with the codec of its result type: if it has been run before, returns the result.
///
/// ```swift
/// let number = try onceBlocking("order-\(order.id)", in: store) { effect in
///     try shop.place(order, idempotencyKey: effect.key).number
/// }
/// ```
///
/// - Parameters:
///   - key: The key of the effect: text, or an ``ActionID``.
///   - store: The effect store.
///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
///   - receiver: The receiver's treatment of a repeated request.
///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
/// - Returns: The result, and whether it is a replay.
/// - Throws: As ``BlockingEffectGate/once(_:fingerprint:effect:)`` does.
public func onceBlocking<Value: EffectResult>(
    _ key: some EffectKey,
    in store: any BlockingEffectStore,
    fingerprint: EffectFingerprint = .none,
    through pipeline: RetryPipeline = .default,
    receiver: EffectReceiver = .mayRepeat,
    effect: (EffectContext) throws -> Value
) throws -> OnceResult<Value> {
    try BlockingEffectGate(pipeline, store: store, receiver: receiver)
        .once(key, fingerprint: fingerprint, effect: effect)
}
