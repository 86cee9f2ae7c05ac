/// What a store knows of a key.
public struct EffectRecord: Sendable, Hashable {
    /// How far the effect has come.
    public enum State: Sendable, Hashable {
        /// Somebody runs it, and has this long to renew or settle.
        case running(leaseLeft: Duration)
        /// Nobody knows whether it happened.
        case indeterminate(EffectFailure?)
        /// It happened; this is its result.
        case succeeded([UInt8])
        /// It happened, and its result is not kept, because of this failure.
        case succeededWithoutResult(EffectFailure)
        /// It did not happen, and will not.
        case failed(EffectFailure)
    }

    /// How far the effect has come.
    public let state: State
    /// The token of the last claim.
    public let token: FencingToken
    /// What the key stands for.
    public let fingerprint: EffectFingerprint
    /// The time since the effect was claimed, or since it was settled if it is.
    public let age: Duration

    /// Creates a record.
    public init(state: State, token: FencingToken, fingerprint: EffectFingerprint, age: Duration) {
        self.state = state
        self.token = token
        self.fingerprint = fingerprint
        self.age = age
    }
}
