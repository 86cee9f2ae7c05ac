/// Remembers which effects have happened, for callers that must not make one happen twice.
///
/// A store has one atomic step for each of its functions, and decides as ``EffectLedger`` does. It never waits for
/// another caller. What it promises holds among callers that share the store and a key, within the time that it keeps
/// records for. `EffectStoreConformance` of RetryTesting checks a store of your own.
///
/// | here | in nodus-retry |
/// |---|---|
/// | ``record(for:)`` | `resolve`, which alone decides nothing: two callers can both see that nothing is there |
/// | ``claim(_:fingerprint:lease:ifAbandoned:)`` | `pending`, here with an answer that only one caller gets |
/// | ``settle(_:_:)`` | `complete`, here only for the owner of the claim |
///
/// A store throws only when it cannot do its work: an unreachable server, a full disk. Its answers are no errors.
public protocol EffectStore: Sendable {
    /// Claims a key: of all callers at once, one is told to run the effect.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - fingerprint: What the caller means by the key.
    ///   - lease: For how long the caller owns it without a renewal; above zero.
    ///   - rule: What happens where an earlier owner has gone without an outcome.
    /// - Returns: Whether the caller is to run the effect; if not, why.
    /// - Throws: What kept the store from its work.
    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaim
    ) async throws -> ClaimAnswer

    /// Extends the lease of a claim, counted from now.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - lease: For how long; above zero.
    /// - Returns: Whether the key is still the caller's.
    /// - Throws: What kept the store from its work.
    func renew(_ ticket: ClaimTicket, lease: Duration) async throws -> RenewAnswer

    /// Records how an effect ended, if the key is still the caller's. Asking twice is safe.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - outcome: How the effect ended.
    /// - Returns: Whether the outcome is recorded.
    /// - Throws: What kept the store from its work; ``EffectStoreError`` if the result is too long to be kept.
    func settle(_ ticket: ClaimTicket, _ outcome: EffectOutcome) async throws -> SettleAnswer

    /// Records a verdict about an effect whose outcome is not known, or which failed: the record is cleared.
    ///
    /// Where the effect happened and its result is not kept, a verdict with the result adds it.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about, so that it cannot meet a newer one.
    ///   - verdict: What was found out.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: What kept the store from its work; ``EffectStoreError`` if the result is too long to be kept.
    func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> ReconcileAnswer

    /// Returns what is known of a key, and changes nothing.
    ///
    /// - Parameter id: The key.
    /// - Returns: The record, or `nil` if nothing is known, or nothing any more.
    /// - Throws: What kept the store from its work.
    func record(for id: ActionID) async throws -> EffectRecord?
}

/// An effect store that can be asked from synchronous code.
///
/// A store implements these alone: a synchronous function meets the asynchronous requirement too.
public protocol BlockingEffectStore: EffectStore {
    /// Claims a key, as ``EffectStore/claim(_:fingerprint:lease:ifAbandoned:)`` does.
    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaim
    ) throws -> ClaimAnswer

    /// Extends the lease of a claim, as ``EffectStore/renew(_:lease:)`` does.
    func renew(_ ticket: ClaimTicket, lease: Duration) throws -> RenewAnswer

    /// Records how an effect ended, as ``EffectStore/settle(_:_:)`` does.
    func settle(_ ticket: ClaimTicket, _ outcome: EffectOutcome) throws -> SettleAnswer

    /// Records a verdict, as ``EffectStore/reconcile(_:expectedToken:verdict:)`` does.
    func reconcile(_ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict) throws -> ReconcileAnswer

    /// Returns what is known of a key, as ``EffectStore/record(for:)`` does.
    func record(for id: ActionID) throws -> EffectRecord?
}

/// An effect store that tells those who wait for somebody else's outcome when to ask again.
///
/// Whoever waits on another store asks it from time to time.
public protocol ObservableEffectStore: EffectStore {
    /// Calls `notify` once, when the key is settled or otherwise not somebody's any more; at once if it is nobody's.
    ///
    /// It is called outside the store's locks, by the thread that settles, and is no promise: ask the store again. The
    /// end of a lease is not told, because nothing happens then.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - notify: Called once, unless the subscription is cancelled before.
    /// - Returns: The subscription.
    func subscribe(to id: ActionID, _ notify: @escaping @Sendable () -> Void) -> EffectSubscription
}

/// Somebody waits for the outcome of a key.
public struct EffectSubscription: Sendable {
    private let onCancel: @Sendable () -> Void

    /// Creates a subscription.
    ///
    /// - Parameter onCancel: Takes the subscriber out, if it is still there.
    public init(onCancel: @escaping @Sendable () -> Void) {
        self.onCancel = onCancel
    }

    /// Ends the subscription: the store forgets the subscriber.
    ///
    /// A call that has begun already is not held up.
    public func cancel() { onCancel() }
}
