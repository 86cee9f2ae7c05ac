/// A fingerprint of a request: distinguishes a repeated call from one that uses the key for another request.
///
/// ```swift
/// let fingerprint = EffectFingerprint(of: requestBody)
/// ```
///
/// A claim of a key with another fingerprint than the recorded one is refused. Callers without a fingerprint share
/// ``none``, which is compared like any other.
public struct EffectFingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The digest of the request.
    public let digest: EffectDigest

    /// Creates a fingerprint from a digest.
    public init(digest: EffectDigest) {
        self.digest = digest
    }

    /// Creates the fingerprint of a request.
    public init(of request: some Sequence<UInt8>) {
        digest = SHA256.digest(of: request)
    }

    /// Creates the fingerprint of a request in JSON, the same for any order of its members.
    public init(of request: CanonicalJSON) {
        self.init(of: request.bytes)
    }

    /// The fingerprint of callers that pass none.
    public static let none = EffectFingerprint(of: [])

    /// Eight hexadecimal digits for logs and messages.
    public var description: String { digest.shortHex }
}
