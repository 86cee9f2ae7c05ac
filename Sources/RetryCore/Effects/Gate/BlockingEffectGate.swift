/// A gate that runs each synchronous effect once: created once for a receiver, used for every call of it.
///
/// ```swift
/// let payments = BlockingEffectGate(.api, store: store, receiver: .deduplicates)
/// let receipt = try payments.once("pay-\(order)", fingerprint: .init(of: request), as: .utf8) { effect in
///     try psp.charge(request, idempotencyKey: effect.key)
/// }
/// print(receipt.value, receipt.isReplay)
/// ```
///
/// Of all callers that share the store and a key, one runs the effect; the others get its result, marked as a replay.
/// The retries of the policy happen inside. An attempt that certainly did nothing is tried again, by
/// ``ExecutionClassifier``; one with an unknown outcome only if the receiver deduplicates by key. Otherwise the call ends
/// as indeterminate, to be reconciled. <doc:EffectivelyOnce> states the guarantee.
///
/// A synchronous operation cannot be interrupted, and its lease is not renewed while it runs: choose a lease that is
/// longer than the longest attempt.
///
/// An effect may run another one by its key. If their keys would wait for each other, on one thread or on several,
/// the call that closes the cycle is refused at once: ``EffectError/keyCycle(_:through:)``.
///
/// The gate reports the outcome to the store until the lease ends, for at least two seconds. If a value is too long for
/// the store, or cannot be encoded, the caller still gets it: ``OnceResult/unkept`` says why later callers do not.
///
/// An observer receives the events of the attempts, and one terminal event when the outcome is recorded: `success`, the
/// policy's stop reasons, and of the gate itself `replayed`, `failed_before`, `result_not_kept`, `in_progress`,
/// `indeterminate`, `fenced`, `fingerprint_mismatch`, `key_cycle`, `store_full` and `store_failed`.
public struct BlockingEffectGate: Sendable {
    let store: any BlockingEffectStore
    let settings: EffectGatePolicy
    /// The settings of the attempts: with the policy inside the gate.
    let pipeline: RetryPipeline

    /// Creates a gate from its policy.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
    ///   - store: The effect store.
    ///   - policy: The policy of the gate: the receiver, the lease, the treatment of other owners and of errors.
    public init(_ pipeline: RetryPipeline = .default, store: any BlockingEffectStore, policy: EffectGatePolicy) {
        self.store = store
        settings = policy
        self.pipeline = pipeline.insideGate
    }

    /// Creates a gate for a receiver, with the defaults of ``EffectGatePolicy``.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
    ///   - store: The effect store.
    ///   - receiver: The receiver's treatment of a repeated request.
    public init(
        _ pipeline: RetryPipeline = .default, store: any BlockingEffectStore, receiver: EffectReceiver = .mayRepeat
    ) {
        self.init(pipeline, store: store, policy: EffectGatePolicy(receiver: receiver))
    }

    /// Runs an effect once: if it has been run before, returns the recorded result.
    ///
    /// - Parameters:
    ///   - key: The key of the effect.
    ///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
    ///   - codec: The codec of the recorded result, which later callers get.
    ///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
    /// - Returns: The result, and whether it is a replay.
    /// - Throws: The effect's last error if it certainly did not happen; ``EffectError`` if it was not run, or if its
    ///   outcome is unknown; `CancellationError` if the call was cancelled; ``ActionIDError`` if the key is invalid;
    ///   ``InvalidPolicyError`` if the policy has a setting that a blocking call cannot honour; and the store's errors.
    public func once<Value>(
        _ key: some EffectKey, fingerprint: EffectFingerprint = .none, as codec: EffectCodec<Value>,
        effect: (EffectContext) throws -> Value
    ) throws -> OnceResult<Value> {
        let id = try key.actionID()
        try pipeline.policy.checkBlocking()
        let events = EffectEvents(setup, policy: pipeline.policy)
        let (result, reason) = call(id, fingerprint, codec, events, effect)
        events?.end(reason, result)
        return try result.get()
    }

    /// Runs an effect once, with the codec of its result type: if it has been run before, returns the recorded result.
    ///
    /// - Parameters:
    ///   - key: The key of the effect.
    ///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
    ///   - effect: The effect. It runs until it succeeds, or until the policy or the gate gives up.
    /// - Returns: The result, and whether it is a replay.
    /// - Throws: As ``once(_:fingerprint:as:effect:)`` does.
    public func once<Value: EffectResult>(
        _ key: some EffectKey, fingerprint: EffectFingerprint = .none, effect: (EffectContext) throws -> Value
    ) throws -> OnceResult<Value> {
        try once(key, fingerprint: fingerprint, as: Value.effectCodec, effect: effect)
    }

    /// Claims the key, and runs the effect if the claim succeeds; returns the result and the reason of the end.
    private func call<Value>(
        _ id: ActionID, _ fingerprint: EffectFingerprint, _ codec: EffectCodec<Value>, _ events: EffectEvents?,
        _ effect: (EffectContext) throws -> Value
    ) -> (Result<OnceResult<Value>, any Error>, RetryStopReason?) {
        let node = StoreIdentity(store).map { EffectScope.Node($0, id) }
        let (answer, claimedAt): (EffectClaimAnswer, Int64)
        do {
            if let node { try EffectScope.checkNesting(node) }
            (answer, claimedAt) = try claim(id, fingerprint, node)
        } catch {
            return (.failure(error), RetryStopReason(ofClaim: error))
        }
        switch answer {
        case .execute(let token, let isTakeover):
            let owned = ClaimedEffect(
                EffectClaimTicket(id, token), isTakeover: isTakeover, claimedAt: claimedAt, settings, pipeline)
            let run = BlockingEffectRun(owned, of: self)
            let inside = node.map { EffectScope.begin($0) } ?? EffectScope.runs
            let conclusion = EffectScope.$runs.withValue(inside) {
                run.run(events?.ofAttempts ?? setup, codec, effect)
            }
            if node != nil { EffectScope.end(inside) }
            return (conclusion.result, conclusion.reason)
        default: return answer.result(for: id, codec)
        }
    }

    var setup: CallSetup { pipeline.setup }

    var clock: RetryClock { setup.clock }

    var isCancelled: Bool { setup.isCancelled }
}
