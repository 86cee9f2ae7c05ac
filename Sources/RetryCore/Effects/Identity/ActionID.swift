/// The idempotency key of one effect: callers that use the same id mean the same effect.
///
/// Choose a key that is the same at every attempt and different for every effect, such as the number of an order. If
/// there is none, derive it from the action:
///
/// ```swift
/// let id = try ActionID("order-\(order.number)", tenant: shop.id)
/// let other = try ActionID(type: "mail.send", payload: message.utf8, scope: run.id)
/// ```
///
/// Ids are compared byte for byte: a key that is composed (NFC) and one that is decomposed (NFD) are different, even
/// if `String` calls them equal. A key with a tenant differs from the same key without.
public struct ActionID: Sendable {
    /// The maximum length of a key, and of the name of a tenant, in bytes.
    public static let maxLength = 255

    // One array for both, so that an id is one word: the length of the key, the key, the tenant.
    let storage: [UInt8]

    /// Creates an id from a key of your choice.
    ///
    /// - Parameters:
    ///   - key: The key: 1 to 255 bytes in UTF-8.
    ///   - tenant: The tenant that the effect belongs to; at most 255 bytes in UTF-8. Stores count and bound the
    ///     records of each tenant.
    /// - Throws: ``ActionIDError`` if a length is out of range.
    public init(_ key: String, tenant: String = "") throws(ActionIDError) {
        try self.init(bytes: key.utf8, tenant: tenant)
    }

    /// Creates an id from bytes of your choice, which need not be text.
    ///
    /// - Parameters:
    ///   - bytes: The key: 1 to 255 bytes.
    ///   - tenant: The tenant that the effect belongs to; at most 255 bytes in UTF-8.
    /// - Throws: ``ActionIDError`` if a length is out of range.
    public init(bytes: some Collection<UInt8>, tenant: String = "") throws(ActionIDError) {
        let (count, tenant) = (bytes.count, tenant.utf8)
        if count == 0 { throw ActionIDError(.emptyKey) }
        if count > Self.maxLength { throw ActionIDError(.longKey(count)) }
        if tenant.count > Self.maxLength { throw ActionIDError(.longTenant(tenant.count)) }
        var storage: [UInt8] = []
        storage.reserveCapacity(1 + count + tenant.count)
        storage.append(UInt8(count))
        storage.append(contentsOf: bytes)
        storage.append(contentsOf: tenant)
        self.storage = storage
    }

    /// Creates an id from a digest, whose digits are the key.
    init(digest: EffectDigest, tenant: String = "") throws(ActionIDError) {
        if tenant.utf8.count > Self.maxLength { throw ActionIDError(.longTenant(tenant.utf8.count)) }
        self.init(digits: digest, tenant: tenant.utf8)
    }

    init(digits digest: EffectDigest, tenant: String.UTF8View = "".utf8) {
        storage = [UInt8](unsafeUninitializedCapacity: 65 + tenant.count) { buffer, count in
            buffer[0] = 64
            digest.writeHex(into: UnsafeMutableBufferPointer(rebasing: buffer[1..<65]))
            _ = UnsafeMutableBufferPointer(rebasing: buffer[65...]).initialize(from: tenant)
            count = 65 + tenant.count
        }
    }

    /// The key, without the tenant.
    public var key: ArraySlice<UInt8> { storage[1...Int(storage[0])] }

    /// The tenant that the effect belongs to; empty without one.
    public var tenant: String { String(decoding: tenantBytes, as: UTF8.self) }

    var tenantBytes: ArraySlice<UInt8> { storage[(1 + Int(storage[0]))...] }

    /// The idempotency key for a receiver that deduplicates requests, as by HTTP's `Idempotency-Key` header.
    ///
    /// The key itself if it is printable ASCII and has no tenant; else an `X` and 63 hexadecimal digits of a digest of
    /// key and tenant. A key that has this form itself is replaced by its digest, too: two ids never share one, and it
    /// can be sent in a header.
    public var idempotencyKey: String {
        if tenantBytes.isEmpty, key.allSatisfy({ (0x21...0x7e).contains($0) }), !Self.isDerived(key) {
            return String(decoding: key, as: UTF8.self)
        }
        return "X" + digest.hex.dropFirst()
    }

    /// Returns whether a key has the form of one that is derived from a digest.
    private static func isDerived(_ key: ArraySlice<UInt8>) -> Bool {
        key.count == 64 && key.first == UInt8(ascii: "X") && key.dropFirst().allSatisfy(isLowerHexDigit)
    }

    private static func isLowerHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// A digest of tenant and key, for values whose size must not depend on them.
    var digest: EffectDigest {
        var hash = SHA256()
        hash.update("retrykit.key.1".utf8)
        hash.update(storage)
        return hash.finalize()
    }
}

extension ActionID: Hashable {
    /// Compares byte for byte.
    public static func == (one: ActionID, other: ActionID) -> Bool { one.storage == other.storage }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        storage.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension ActionID: CustomStringConvertible {
    /// Eight hexadecimal digits for logs; the key may say more than a log should.
    public var description: String {
        let isDigest = key.count == 64 && key.allSatisfy(Self.isLowerHexDigit)
        return isDigest ? String(decoding: key.prefix(8), as: UTF8.self) : digest.shortHex
    }
}

/// A value that can name an effect: a key as text, or an ``ActionID``.
public protocol EffectKey {
    /// Returns the id.
    ///
    /// - Returns: The id.
    /// - Throws: ``ActionIDError`` if this is not a valid key.
    func actionID() throws(ActionIDError) -> ActionID
}

extension ActionID: EffectKey {
    /// Returns this id.
    public func actionID() throws(ActionIDError) -> ActionID { self }
}

extension String: EffectKey {
    /// Returns the id with this text as its key, and without a tenant.
    ///
    /// - Returns: The id.
    /// - Throws: ``ActionIDError`` if the text is empty or longer than 255 bytes in UTF-8.
    public func actionID() throws(ActionIDError) -> ActionID { try ActionID(self) }
}
