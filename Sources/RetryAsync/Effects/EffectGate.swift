import RetryCore

/// A gate that runs each effect once: created once for a receiver, used for every call of it.
///
/// ```swift
/// let payments = EffectGate(.api, store: store, receiver: .deduplicates)
/// let receipt = try await payments.once("pay-\(order)", fingerprint: .init(of: request), as: .utf8) { effect in
///     try await psp.charge(request, idempotencyKey: effect.key)
/// }
/// print(receipt.value, receipt.isReplay)
/// ```
///
/// Of all callers that share the store and a key, one runs the effect; the others get its result, marked as a replay.
/// The retries of the policy happen inside. An attempt that certainly did nothing is tried again. If the outcome of an
/// attempt is unknown, it is tried again only if the receiver deduplicates by key; otherwise the call ends as
/// indeterminate, to be reconciled. ``/RetryCore/ExecutionClassifier`` distinguishes the two.
///
/// **The guarantee**: effectively once. One outcome is recorded, and later callers get it. The effect itself happens
/// exactly once only if it commits together with the record, or if the receiver deduplicates by key, the idempotency
/// key. Otherwise, if an answer is lost, the gate halts (at most once) or permits a takeover (at least once).
///
/// **Callers of one process** that use the same key of the same store at the same time share one run, through any gate:
/// the callers that wait get the result of the caller that runs the effect, or its error. A caller that waits can be
/// cancelled, and the run goes on. If the caller that runs the effect is cancelled, one of the others asks the store.
/// (A store that is a struct and not `Hashable` has no identity: there a second caller gets
/// ``/RetryCore/EffectError/inProgress(_:runningFor:leaseLeft:)``.)
///
/// If another process owns the key, one caller of this process asks the store for all of them: when the store notifies,
/// or after 50 ms, 400 ms more, and then each second, each up to a quarter shorter or longer. Many callers at once
/// cause at most three claims in a second.
///
/// **Cycles.** An effect may run another one by its key. If their keys would wait for each other, in one task or in
/// several, the call that closes the cycle is refused at once: ``/RetryCore/EffectError/keyCycle(_:through:)``.
///
/// **Cancellation** reaches the effect at once. Unless it still returns a value, its outcome is then indeterminate. The
/// outcome is recorded in spite of the cancellation.
///
/// **The lease** is renewed while the effect runs, and before each attempt. If another caller took the key over, the
/// effect is cancelled, and the call ends as fenced. An effect that goes on after it was cancelled, by the caller, a
/// timeout or an interrupting deadline, is renewed for ten leases more at most; then its key expires.
///
/// **The outcome** is reported to the store until the lease ends, for at least two seconds. If a value is too long for
/// the store, or cannot be encoded, the caller still gets it: ``/RetryCore/OnceResult/unkept`` says why later callers
/// do not.
///
/// **Events.** An observer receives the events of the attempts, and one terminal event when the outcome is recorded:
/// `success`, the policy's stop reasons, and of the gate itself `replayed`, `failed_before`, `result_not_kept`,
/// `in_progress`, `indeterminate`, `fenced`, `fingerprint_mismatch`, `key_cycle`, `store_full`, `store_failed`, and
/// `shared_failure` for a caller that shared a run which failed.
public struct EffectGate: Sendable {
    let store: any EffectStore
    let settings: EffectGatePolicy
    /// The settings of the attempts.
    let pipeline: RetryPipeline
    /// The duration of a claim or a renewal, in nanoseconds: no attempt begins with less than half of it left.
    let lease: Int64

    /// Creates a gate from its policy.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
    ///   - store: The effect store.
    ///   - policy: The policy of the gate: the receiver, the lease, the treatment of other owners and of errors.
    public init(_ pipeline: RetryPipeline = .default, store: any EffectStore, policy: EffectGatePolicy) {
        self.store = store
        settings = policy
        let timeout = pipeline.policy.attemptTimeout?.saturatedNanoseconds ?? 0
        lease = max(policy.lease.saturatedNanoseconds, timeout.saturatingMultiply(2))
        self.pipeline = pipeline.insideGate
    }

    /// Creates a gate for a receiver, with the defaults of ``/RetryCore/EffectGatePolicy``.
    ///
    /// - Parameters:
    ///   - pipeline: The settings of the call: the policy, the guards, the classifier, the observers.
    ///   - store: The effect store.
    ///   - receiver: The receiver's treatment of a repeated request.
    public init(
        _ pipeline: RetryPipeline = .default, store: any EffectStore, receiver: EffectReceiver = .mayRepeat
    ) {
        self.init(pipeline, store: store, policy: EffectGatePolicy(receiver: receiver))
    }

    /// Runs an effect once: if it has been run before, returns the recorded result.
    ///
    /// - Parameters:
    ///   - key: The key of the effect.
    ///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
    ///   - codec: The codec of the recorded result, which later callers get.
    ///   - effect: The effect. It runs on the caller's actor until it succeeds, or until the policy or the gate gives
    ///     up. A call from within it, with its own key, does not wait for itself: it ends as in progress.
    /// - Returns: The result, and whether it is a replay.
    /// - Throws: The effect's last error if it certainly did not happen; `EffectError` if it was not run, or if its
    ///   outcome is unknown; `CancellationError` if the call was cancelled; `ActionIDError` if the key is invalid; and
    ///   the store's errors.
    public nonisolated(nonsending) func once<Value>(
        _ key: some EffectKey, fingerprint: EffectFingerprint = .none, as codec: EffectCodec<Value>,
        effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async throws -> OnceResult<Value> {
        let call = EffectCall(self, try key.actionID(), fingerprint)
        let (result, reason) = await call.run(codec, effect)
        call.events?.end(reason, result)
        return try result.get()
    }

    /// Runs an effect once, with the codec of its result type: if it has been run before, returns the recorded result.
    ///
    /// - Parameters:
    ///   - key: The key of the effect.
    ///   - fingerprint: The fingerprint of the request: a second call of the key with another one is refused.
    ///   - effect: The effect. It runs on the caller's actor until it succeeds, or until the policy or the gate gives
    ///     up.
    /// - Returns: The result, and whether it is a replay.
    /// - Throws: As ``once(_:fingerprint:as:effect:)`` does.
    public nonisolated(nonsending) func once<Value: EffectResult>(
        _ key: some EffectKey, fingerprint: EffectFingerprint = .none,
        effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async throws -> OnceResult<Value> {
        try await once(key, fingerprint: fingerprint, as: Value.effectCodec, effect: effect)
    }

    var setup: CallSetup { pipeline.setup }

    var clock: RetryClock { setup.clock }

    var waitsForOwnProcess: Bool { settings.waitLimit == nil }

    /// The maximum wait for an owner in another process.
    var waitLimit: Duration { settings.waitLimit ?? .zero }
}
