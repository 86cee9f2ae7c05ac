public import RetryCore

extension BlockingEffectGate {
    /// Runs an effect whose result is kept as JSON, unless it has been run before.
    ///
    /// - Parameters:
    ///   - key: Names the effect.
    ///   - fingerprint: What the key stands for: a second call that means something else is refused.
    ///   - effect: Is run until it succeeds, or until the policy or the gate gives up.
    /// - Returns: The result, and whether it is a replay.
    /// - Throws: As the function with a codec does.
    public func once<Value: Codable & SendableMetatype>(
        _ key: some EffectKey, fingerprint: EffectFingerprint = .none, effect: (EffectContext) throws -> Value
    ) throws -> OnceResult<Value> {
        try once(key, fingerprint: fingerprint, as: .json, effect: effect)
    }
}
