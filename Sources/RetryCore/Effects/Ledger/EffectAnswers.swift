/// What a store says to a claim.
public enum ClaimAnswer: Sendable, Hashable {
    /// The caller owns the key now, by this token, and is to run the effect.
    ///
    /// In a takeover an earlier owner may have done so already.
    case execute(FencingToken, isTakeover: Bool)
    /// The effect has been settled before.
    case replay(EffectReplay)
    /// Somebody else owns the key, since this long and for this long at least.
    case inProgress(runningFor: Duration, leaseLeft: Duration)
    /// Nobody knows whether the effect happened: claimed by this token, this long ago.
    case indeterminate(FencingToken, age: Duration, lastErrorType: String?)
    /// The key has been used for another request.
    case fingerprintMismatch(recorded: EffectFingerprint, given: EffectFingerprint)
    /// There is no room: the store, or the key's tenant, has this many records of as many as it may have.
    case full(count: Int, limit: Int)
}

/// A settled effect, for those who ask again.
public struct EffectReplay: Sendable, Hashable {
    /// How the effect ended.
    public enum Ending: Sendable, Hashable {
        /// It happened; this is its result.
        case succeeded([UInt8])
        /// It happened, and its result is not kept, because of this failure.
        case succeededWithoutResult(EffectFailure)
        /// It did not happen, and will not.
        case failed(EffectFailure)
    }

    /// How the effect ended.
    public let ending: Ending
    /// How long ago it was settled.
    public let age: Duration

    /// Creates a replay.
    public init(_ ending: Ending, age: Duration) {
        self.ending = ending
        self.age = age
    }
}

/// What a store says to a renewal.
public enum RenewAnswer: Sendable, Hashable {
    /// The key is still the caller's, for this long.
    case renewed(leaseLeft: Duration)
    /// The key is not the caller's any more. This is the token of the record, if there is one.
    case lost(current: FencingToken?)
}

/// What a store says to a settlement.
public enum SettleAnswer: Sendable, Hashable {
    /// The outcome is recorded.
    case recorded
    /// The same outcome was recorded before.
    case alreadyRecorded
    /// Nothing is recorded: the key is not the caller's any more. This is the token of the record, if there is one.
    case fenced(current: FencingToken?)
}

/// What a store says to a reconciliation.
public enum ReconcileAnswer: Sendable, Hashable {
    /// The verdict is recorded.
    case reconciled
    /// Nothing is recorded: the record has another token than the caller has looked at.
    case otherToken(current: FencingToken)
    /// Nothing is recorded: there is no record, the effect is known to have happened, or its owner still has time.
    case notIndeterminate
}
