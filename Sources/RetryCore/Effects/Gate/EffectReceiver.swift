/// What the receiver of an effect does with a request that it has had before.
public enum EffectReceiver: Sendable, Hashable {
    /// It may do it again: an attempt of which nobody knows whether it was executed ends the call. The default.
    case mayRepeat
    /// It knows the request by the key that it is sent, ``EffectContext/key``, and does it only once: such an attempt is
    /// tried again.
    case deduplicates
}
