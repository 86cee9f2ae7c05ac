extension ActionID {
    /// Creates an id from the action itself: the same type, payload, scope and tenant make the same id.
    ///
    /// The key is a digest, in which each part is preceded by its length: no two different actions share one.
    ///
    /// - Parameters:
    ///   - type: The kind of action, such as `"mail.send"`.
    ///   - payload: The input of the action, in any form that is the same each time; ``CanonicalJSON/bytes`` is one.
    ///   - scope: The scope within which it must happen once: a run, an order, a day.
    ///   - tenant: The tenant that the action belongs to; at most 255 bytes in UTF-8.
    /// - Throws: ``ActionIDError`` if the tenant's name is too long.
    public init(
        type: String, payload: some Sequence<UInt8>, scope: String, tenant: String = ""
    ) throws(ActionIDError) {
        var hash = SHA256()
        hash.update(Self.message(type: type, payload: payload, scope: scope, tenant: tenant))
        try self.init(digest: hash.finalize(), tenant: tenant)
    }

    /// Creates an id from the action itself, keyed with a secret: without the secret, no payload can be found by trial.
    ///
    /// - Parameters:
    ///   - type: The kind of action, such as `"sms.send"`.
    ///   - payload: The input of the action, in any form that is the same each time.
    ///   - scope: The scope within which it must happen once: a run, an order, a day.
    ///   - tenant: The tenant that the action belongs to; at most 255 bytes in UTF-8.
    ///   - secret: The secret of all callers that share a store; use at least 32 random bytes. Another secret makes
    ///     other ids.
    /// - Throws: ``ActionIDError`` if the tenant's name is too long.
    public init(
        type: String, payload: some Sequence<UInt8>, scope: String, tenant: String = "", secret: some Sequence<UInt8>
    ) throws(ActionIDError) {
        let message = Self.message(type: type, payload: payload, scope: scope, tenant: tenant)
        try self.init(digest: HMACSHA256.digest(of: message, key: secret), tenant: tenant)
    }

    /// Returns the id that nodus-retry computes: services in Python and in Swift can share a store's records.
    ///
    /// It is the SHA-256 of type, payload and scope as canonical JSON.
    ///
    /// ```swift
    /// let id = ActionID.nodus(type: "memory.write", payload: ["key": "k", "value": "v"], scope: "run-001")
    /// // cd1263b27de834f99b1054a6bca58bfc663add498a2663d63b15c5b64e549377
    /// ```
    ///
    /// - Parameters:
    ///   - type: The kind of action.
    ///   - payload: The input of the action; an object in nodus-retry.
    ///   - scope: The scope within which it must happen once.
    /// - Returns: The id, without a tenant.
    public static func nodus(type: String, payload: CanonicalJSON, scope: String) -> ActionID {
        let document: CanonicalJSON = ["action_type": .string(type), "payload": payload, "scope": .string(scope)]
        return ActionID(digits: SHA256.digest(of: document.bytes))
    }

    /// A version tag and the parts, each after its length in eight bytes.
    private static func message(
        type: String, payload: some Sequence<UInt8>, scope: String, tenant: String
    ) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(256)
        append("retrykit.action.1".utf8, to: &message)
        append(tenant.utf8, to: &message)
        append(type.utf8, to: &message)
        append(scope.utf8, to: &message)
        append(payload, to: &message)
        return message
    }

    private static func append(_ part: some Sequence<UInt8>, to message: inout [UInt8]) {
        let start = message.count
        for _ in 0..<8 { message.append(0) }
        message.append(contentsOf: part)
        let length = UInt64(message.count - start - 8)
        for index in 0..<8 {
            message[start + index] = UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * index))
        }
    }
}
