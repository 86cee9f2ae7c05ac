/// A codec between the result of an effect and the bytes that a store keeps.
///
/// ```swift
/// let receipt = try onceBlocking("pay-17", in: store, as: .utf8) { effect in try charge(effect.key) }
/// ```
///
/// A type that conforms to ``EffectResult`` has a codec of its own, and the call names none. RetryFoundation has one
/// for every `Codable` type. Do not keep a result that holds a secret: return a reference by which it can be found.
public struct EffectCodec<Value>: Sendable {
    private let encodeValue: @Sendable (Value) throws -> [UInt8]
    private let decodeBytes: @Sendable ([UInt8]) throws -> Value

    /// Creates a codec.
    ///
    /// - Parameters:
    ///   - encode: Encodes a result.
    ///   - decode: Decodes the bytes to an equivalent result.
    public init(
        encode: @escaping @Sendable (Value) throws -> [UInt8], decode: @escaping @Sendable ([UInt8]) throws -> Value
    ) {
        encodeValue = encode
        decodeBytes = decode
    }

    /// Encodes a result.
    ///
    /// - Parameter value: The result.
    /// - Returns: The bytes.
    /// - Throws: The error of the encoding.
    public func encode(_ value: Value) throws -> [UInt8] { try encodeValue(value) }

    /// Decodes a result.
    ///
    /// - Parameter bytes: The bytes that ``encode(_:)`` returned, perhaps in another process and another version.
    /// - Returns: The result.
    /// - Throws: The error of the decoding.
    public func decode(_ bytes: [UInt8]) throws -> Value { try decodeBytes(bytes) }
}

extension EffectCodec<[UInt8]> {
    /// A codec that keeps bytes unchanged.
    public static var bytes: EffectCodec { EffectCodec(encode: { $0 }, decode: { $0 }) }
}

extension EffectCodec<String> {
    /// A codec for text in UTF-8.
    public static var utf8: EffectCodec {
        EffectCodec(
            encode: { Array($0.utf8) },
            decode: { bytes in
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw EffectStoreError.unreadableRecord(field: "result", value: "\(bytes.count) bytes, not UTF-8")
                }
                return text
            })
    }
}

extension EffectCodec<Void> {
    /// A codec that keeps no result, only that the effect happened.
    public static var nothing: EffectCodec { EffectCodec(encode: { [] }, decode: { _ in }) }
}
