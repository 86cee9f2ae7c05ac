/// Turns the result of an effect into the bytes that a store keeps, and back.
///
/// ```swift
/// let receipt = try onceBlocking("pay-17", in: store, as: .utf8) { effect in try charge(effect.key) }
/// ```
///
/// A type that conforms to ``EffectResult`` has one of its own, and nobody names it. RetryFoundation has one for
/// everything that is `Codable`. A result that holds a secret is better left out: return what it can be found by.
public struct EffectCodec<Value>: Sendable {
    private let encodeValue: @Sendable (Value) throws -> [UInt8]
    private let decodeBytes: @Sendable ([UInt8]) throws -> Value

    /// Creates a codec.
    ///
    /// - Parameters:
    ///   - encode: Turns a result into bytes.
    ///   - decode: Turns the bytes back into a result that means the same.
    public init(
        encode: @escaping @Sendable (Value) throws -> [UInt8], decode: @escaping @Sendable ([UInt8]) throws -> Value
    ) {
        encodeValue = encode
        decodeBytes = decode
    }

    /// Turns a result into bytes.
    ///
    /// - Parameter value: The result.
    /// - Returns: The bytes.
    /// - Throws: Whatever keeps the result from being written.
    public func encode(_ value: Value) throws -> [UInt8] { try encodeValue(value) }

    /// Turns bytes back into a result.
    ///
    /// - Parameter bytes: What ``encode(_:)`` returned, perhaps in another process and another version.
    /// - Returns: The result.
    /// - Throws: Whatever keeps the bytes from being read.
    public func decode(_ bytes: [UInt8]) throws -> Value { try decodeBytes(bytes) }
}

extension EffectCodec<[UInt8]> {
    /// Bytes as they are.
    public static var bytes: EffectCodec { EffectCodec(encode: { $0 }, decode: { $0 }) }
}

extension EffectCodec<String> {
    /// Text in UTF-8.
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
    /// Nothing but that it happened.
    public static var nothing: EffectCodec { EffectCodec(encode: { [] }, decode: { _ in }) }
}
