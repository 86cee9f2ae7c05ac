public import RetryCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension EffectCodec where Value: Codable & SendableMetatype {
    /// A codec for every `Codable` type, as JSON.
    ///
    /// ```swift
    /// let receipt = try onceBlocking("pay-17", in: store, as: .json) { effect in try psp.charge(order) }
    /// ```
    ///
    /// The result may be decoded by another version of the type: add optional members only.
    public static var json: EffectCodec {
        EffectCodec(
            encode: { value in
                let encoder = JSONEncoder()
                encoder.outputFormatting = .sortedKeys
                return Array(try encoder.encode(value))
            },
            decode: { bytes in try JSONDecoder().decode(Value.self, from: Data(bytes)) })
    }
}

extension EffectResult where Self: Codable {
    /// The codec for the value as JSON.
    public static var effectCodec: EffectCodec<Self> { .json }
}

extension EffectFingerprint {
    /// Creates the fingerprint of a request that is `Encodable`, by its JSON with sorted keys.
    ///
    /// - Parameter request: The request. Its encoding must be the same each time: sets and dictionaries with keys that
    ///   are no strings do not qualify.
    /// - Throws: The error of the encoding.
    public init(encoding request: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self.init(of: try encoder.encode(request))
    }
}
