public import RetryCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension EffectCodec where Value: Codable & SendableMetatype {
    /// Everything that is `Codable`, as JSON.
    ///
    /// ```swift
    /// let receipt = try onceBlocking("pay-17", in: store, as: .json) { effect in try psp.charge(order) }
    /// ```
    ///
    /// The result is read back by whatever version of the type asks again: add optional members only.
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
    /// The value as JSON.
    public static var effectCodec: EffectCodec<Self> { .json }
}

extension EffectFingerprint {
    /// Creates the fingerprint of a request that is `Encodable`, by its JSON with sorted keys.
    ///
    /// - Parameter request: The request. It must be written the same each time: sets and dictionaries with keys that
    ///   are no strings are not.
    /// - Throws: Whatever keeps the request from being written.
    public init(encoding request: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self.init(of: try encoder.encode(request))
    }
}
