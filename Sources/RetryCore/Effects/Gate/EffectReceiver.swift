/// The receiver's treatment of a repeated request.
public enum EffectReceiver: Sendable, Hashable {
    /// The receiver may execute it again: an attempt with an unknown outcome ends the call. The default.
    case mayRepeat
    /// The receiver deduplicates by the idempotency key of the request, ``EffectContext/key``: an attempt with an
    /// unknown outcome is tried again.
    case deduplicates
}
