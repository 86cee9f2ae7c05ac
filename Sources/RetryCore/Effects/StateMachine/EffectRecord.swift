/// The record of a key in a store.
public struct EffectRecord: Sendable, Hashable {
    /// The state of the effect.
    public enum State: Sendable, Hashable {
        /// A caller runs it, and has this long to renew or settle.
        case running(leaseLeft: Duration)
        /// The outcome is unknown (indeterminate).
        case indeterminate(EffectFailure?)
        /// It happened; this is its result.
        case succeeded([UInt8])
        /// It happened, and its result is not kept, because of this failure.
        case succeededWithoutResult(EffectFailure)
        /// It did not happen, and will not.
        case failed(EffectFailure)
    }

    /// The state of the effect.
    public let state: State
    /// The token of the last claim.
    public let token: FencingToken
    /// The fingerprint of the request that the key was claimed for.
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
