/// The store's answer to a claim.
public enum EffectClaimAnswer: Sendable, Hashable {
    /// The caller owns the key now, by this token, and must run the effect.
    ///
    /// In a takeover an earlier owner may have run it already.
    case execute(FencingToken, isTakeover: Bool)
    /// The effect has been settled before.
    case replay(EffectReplay)
    /// Another caller owns the key, since this long and for this long at least.
    case inProgress(runningFor: Duration, leaseLeft: Duration)
    /// The outcome of the effect is unknown (indeterminate): claimed by this token, this long ago.
    case indeterminate(FencingToken, age: Duration, lastErrorType: String?)
    /// The key has been used for another request.
    case fingerprintMismatch(recorded: EffectFingerprint, given: EffectFingerprint)
    /// There is no room: the store, or the key's tenant, has this many records out of its limit.
    case full(count: Int, limit: Int)
}

/// A settled effect, replayed to later callers.
public struct EffectReplay: Sendable, Hashable {
    /// The ending of a settled effect.
    public enum Ending: Sendable, Hashable {
        /// It happened; this is its result.
        case succeeded([UInt8])
        /// It happened, and its result is not kept, because of this failure.
        case succeededWithoutResult(EffectFailure)
        /// It did not happen, and will not.
        case failed(EffectFailure)
    }

    /// The ending of the effect.
    public let ending: Ending
    /// The time since the settlement.
    public let age: Duration

    /// Creates a replay.
    public init(_ ending: Ending, age: Duration) {
        self.ending = ending
        self.age = age
    }
}

/// The store's answer to a renewal.
public enum EffectRenewAnswer: Sendable, Hashable {
    /// The key is still the caller's, for this long.
    case renewed(leaseLeft: Duration)
    /// The key is not the caller's any more. This is the token of the record, if there is one.
    case lost(current: FencingToken?)
}

/// The store's answer to a settlement.
public enum EffectSettleAnswer: Sendable, Hashable {
    /// The outcome is recorded.
    case recorded
    /// The same outcome was recorded before.
    case alreadyRecorded
    /// Nothing is recorded: the key is not the caller's any more. This is the token of the record, if there is one.
    case fenced(current: FencingToken?)
}

/// The store's answer to a reconciliation.
public enum EffectReconcileAnswer: Sendable, Hashable {
    /// The verdict is recorded.
    case reconciled
    /// Nothing is recorded: the record has another token than the verdict expects.
    case otherToken(current: FencingToken)
    /// Nothing is recorded: there is no record, the effect is known to have happened, or its owner still has time.
    case notIndeterminate
}
