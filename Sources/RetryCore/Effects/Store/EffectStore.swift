/// A thread-safe store of effects by their idempotency keys, so that none happens twice.
///
/// A store has one atomic step for each of its functions, and decides as ``EffectStateMachine`` does. It never waits
/// for another caller. Its guarantee holds among callers that share the store and a key, within the retention of its
/// records. `EffectStoreConformance` of RetryTesting checks a custom store.
///
/// | here | in nodus-retry |
/// |---|---|
/// | ``record(for:)`` | `resolve`, which alone decides nothing: two callers can both find no record |
/// | ``claim(_:fingerprint:lease:ifAbandoned:)`` | `pending`, here with an answer that only one caller gets |
/// | ``settle(_:_:)`` | `complete`, here only for the owner of the claim |
///
/// A store throws only when it cannot do its work: an unreachable server, a full disk. Its answers are no errors.
public protocol EffectStore: Sendable {
    /// Claims a key: of all concurrent callers, one gets the answer to run the effect.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - fingerprint: The fingerprint of the caller's request.
    ///   - lease: The time for which the caller owns it without a renewal; above zero.
    ///   - rule: The treatment of a claim whose lease expired without settlement.
    /// - Returns: The answer: run the effect, or the reason why not.
    /// - Throws: An error if the store cannot do its work.
    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) async throws -> EffectClaimAnswer

    /// Extends the lease of a claim, counted from now.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - lease: The new lease; above zero.
    /// - Returns: The answer: renewed, or lost.
    /// - Throws: An error if the store cannot do its work.
    func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer

    /// Records the outcome of an effect, if the key is still the caller's. It is idempotent.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - outcome: The outcome of the effect.
    /// - Returns: The answer: recorded, or the reason why not.
    /// - Throws: An error if the store cannot do its work; ``EffectStoreError`` if the result is too long to be kept.
    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer

    /// Records a verdict about an effect whose outcome is unknown, or which failed: this clears the record.
    ///
    /// If the effect happened and its result is not kept, a verdict with the result adds it.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about, so that it cannot meet a newer one.
    ///   - verdict: The verdict about the effect.
    /// - Returns: The answer: reconciled, or the reason why not.
    /// - Throws: An error if the store cannot do its work; ``EffectStoreError`` if the result is too long to be kept.
    func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> EffectReconcileAnswer

    /// Returns the record of a key, and changes nothing.
    ///
    /// - Parameter id: The key.
    /// - Returns: The record, or `nil` if there is none, or none any more.
    /// - Throws: An error if the store cannot do its work.
    func record(for id: ActionID) async throws -> EffectRecord?
}

/// An effect store with synchronous functions.
///
/// A store implements these alone: a synchronous function meets the asynchronous requirement too.
public protocol BlockingEffectStore: EffectStore {
    /// Claims a key, as ``EffectStore/claim(_:fingerprint:lease:ifAbandoned:)`` does.
    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) throws -> EffectClaimAnswer

    /// Extends the lease of a claim, as ``EffectStore/renew(_:lease:)`` does.
    func renew(_ ticket: EffectClaimTicket, lease: Duration) throws -> EffectRenewAnswer

    /// Records the outcome of an effect, as ``EffectStore/settle(_:_:)`` does.
    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer

    /// Records a verdict, as ``EffectStore/reconcile(_:expectedToken:verdict:)`` does.
    func reconcile(_ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict) throws -> EffectReconcileAnswer

    /// Returns the record of a key, as ``EffectStore/record(for:)`` does.
    func record(for id: ActionID) throws -> EffectRecord?
}

/// An effect store that notifies callers that wait for another caller's outcome.
///
/// Callers that wait on another store poll it.
public protocol ObservableEffectStore: EffectStore {
    /// Calls `notify` once, when the key is settled or loses its owner; at once if it has none.
    ///
    /// It is called outside the store's locks, by the thread that settles, and guarantees nothing: ask the store again.
    /// The end of a lease is not reported, because no call causes it.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - notify: The notification, sent once, unless the subscription is cancelled before.
    /// - Returns: The subscription.
    func subscribe(to id: ActionID, _ notify: @escaping @Sendable () -> Void) -> EffectSubscription
}

/// The subscription of a caller that waits for the outcome of a key.
public struct EffectSubscription: Sendable {
    private let onCancel: @Sendable () -> Void

    /// Creates a subscription.
    ///
    /// - Parameter onCancel: Removes the subscriber, if it is still there.
    public init(onCancel: @escaping @Sendable () -> Void) {
        self.onCancel = onCancel
    }

    /// Ends the subscription: the store removes the subscriber.
    ///
    /// A notification that has begun already is not stopped.
    public func cancel() { onCancel() }
}
