/// The keyed hash of RFC 2104 over SHA-256: without the key, no digest can be computed or tested.
///
/// Use it, by way of ``ActionID/init(type:payload:scope:tenant:secret:)``, if payloads can be guessed: the plain digest
/// of a phone number reveals the number to an attacker who tries all numbers.
///
/// ```swift
/// let digest = HMACSHA256.digest(of: message.utf8, key: secret)
/// ```
package struct HMACSHA256: Sendable {
    private var inner: SHA256
    private let outer: SHA256

    /// Creates the hash of no input so far.
    ///
    /// - Parameter key: The secret; use at least 32 random bytes.
    package init(key: some Sequence<UInt8>) {
        var block = Array(key)
        if block.count > 64 { block = SHA256.digest(of: block).bytes }
        block += [UInt8](repeating: 0, count: 64 - block.count)
        var (inner, outer) = (SHA256(), SHA256())
        inner.update(block.map { $0 ^ 0x36 })
        outer.update(block.map { $0 ^ 0x5c })
        (self.inner, self.outer) = (inner, outer)
    }

    /// Returns the digest of some bytes.
    ///
    /// - Parameters:
    ///   - bytes: The input.
    ///   - key: The secret.
    /// - Returns: The digest.
    package static func digest(of bytes: some Sequence<UInt8>, key: some Sequence<UInt8>) -> EffectDigest {
        var hash = HMACSHA256(key: key)
        hash.update(bytes)
        return hash.finalize()
    }

    /// Adds bytes to the input.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        inner.update(bytes)
    }

    /// Returns the digest of the whole input.
    package func finalize() -> EffectDigest {
        var outer = outer
        outer.update(inner.finalize().bytes)
        return outer.finalize()
    }
}
