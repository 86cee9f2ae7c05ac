/// A type whose values a store can keep without being told how.
///
/// Text and bytes are. With RetryFoundation, a type of yours that is `Codable` has to say no more than that:
///
/// ```swift
/// struct Receipt: Codable, EffectResult { var number: Int }
///
/// let receipt = try await once("pay-17", in: store) { effect in try await psp.charge(order, key: effect.key) }
/// ```
///
/// Where no codec is named, `once` and ``onceBlocking(_:in:fingerprint:policy:receiver:redirects:lease:ifAbandoned:waitingUpTo:named:breaker:budget:classifier:retryOn:execution:storesMessages:observer:onRetry:sleeper:cancellation:clock:random:effect:)``
/// use this one.
public protocol EffectResult: SendableMetatype {
    /// How a value is kept for those who ask again.
    static var effectCodec: EffectCodec<Self> { get }
}

extension String: EffectResult {
    /// Text in UTF-8.
    public static var effectCodec: EffectCodec<String> { .utf8 }
}

extension Array: EffectResult where Element == UInt8 {
    /// Bytes as they are.
    public static var effectCodec: EffectCodec<[UInt8]> { .bytes }
}
