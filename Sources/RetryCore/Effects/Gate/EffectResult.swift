/// A type whose values a store can keep by a codec of their own.
///
/// Text and bytes conform. With RetryFoundation, a `Codable` type of yours needs only the conformance:
///
/// ```swift
/// struct Receipt: Codable, EffectResult { var number: Int }
///
/// let receipt = try await once("pay-17", in: store) { effect in try await psp.charge(order, key: effect.key) }
/// ```
///
/// Without an explicit codec, `once` and
/// ``onceBlocking(_:in:fingerprint:through:receiver:effect:)``
/// use this one.
public protocol EffectResult: SendableMetatype {
    /// The codec of the recorded value, which later callers get.
    static var effectCodec: EffectCodec<Self> { get }
}

extension String: EffectResult {
    /// The codec for text in UTF-8.
    public static var effectCodec: EffectCodec<String> { .utf8 }
}

extension Array: EffectResult where Element == UInt8 {
    /// The codec for bytes, which keeps them unchanged.
    public static var effectCodec: EffectCodec<[UInt8]> { .bytes }
}
