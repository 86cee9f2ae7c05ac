public import RetryCore

/// What came of an effect that commits with its record.
public enum PostgresTransactionAnswer: Sendable, Hashable {
    /// The effect and its record are committed, with this result.
    case committed(FencingToken, result: [UInt8])
    /// Nothing was done: what the store says to the claim of the key.
    case notOwner(ClaimAnswer)
}

extension PostgresEffectStore {
    /// Claims a key, runs an effect in SQL, and settles, all in one transaction: exactly once.
    ///
    /// ```swift
    /// let answer = try await store.withTransaction(ActionID("pay-17")) { transaction in
    ///     try transaction.execute("UPDATE accounts SET cents = cents - 500 WHERE id = 1")
    ///     return Array("paid".utf8)
    /// }
    /// ```
    ///
    /// Either all of it is there afterwards or nothing: no crash leaves a claim behind, and nothing is ever
    /// indeterminate. This is right where the whole effect is in this database. Others who claim the key meanwhile wait
    /// for the transaction for up to a second, and are told that it is in progress then. Keep it short, and do nothing
    /// outside the database in it: what is sent cannot be rolled back. Of settings use `SET LOCAL` alone: the connection
    /// is used by others afterwards.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - fingerprint: What the key stands for.
    ///   - body: The effect, on a thread of the store; returns the result, for those who ask again. It can be called for
    ///     a key again if it throws, or if the transaction is rolled back.
    /// - Returns: The token and the result, or what the store says to the claim, such as a replay.
    /// - Throws: What the body throws; ``PostgresEffectStoreError`` or `EffectStoreError` if the transaction is not
    ///   committed, and ``PostgresEffectStoreError/commitUnknown(_:)`` if nobody knows.
    public func withTransaction(
        _ id: ActionID, fingerprint: EffectFingerprint = .none,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> [UInt8]
    ) async throws -> PostgresTransactionAnswer {
        let claim = StoreRequest.Claim(id, fingerprint, settings.timeout, .halt)
        let run = TransactionRun(settings: settings, schema: schema)
        return try await perform(isTransaction: true) { session in try run.claimAndSettle(claim, session, body) }
    }

    /// Settles a claim in the transaction of its effect in SQL.
    ///
    /// This is for an effect inside the gate, which has claimed already: other callers see that it is in progress, and
    /// the gate renews and retries. The effect returns the bytes that its codec makes of its value; the gate's own
    /// settlement finds them recorded.
    ///
    /// ```swift
    /// let receipt = try await once("pay-17", in: store, as: .bytes) { effect in
    ///     try await store.withTransaction(settling: ClaimTicket(effect.id, effect.token)) { transaction in
    ///         try transaction.execute("UPDATE accounts SET cents = cents - 500 WHERE id = 1")
    ///         return Array("paid".utf8)
    ///     }
    /// }
    /// ```
    ///
    /// An error means that nothing was done, and the gate may try again; only
    /// ``PostgresEffectStoreError/commitUnknown(_:)`` does not.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - body: The effect, on a thread of the store; returns the result, for those who ask again.
    /// - Returns: The result.
    /// - Throws: What the body throws, as a `NotExecutedError`; ``PostgresEffectStoreError`` or `EffectStoreError` if the
    ///   transaction is not committed.
    public func withTransaction(
        settling ticket: ClaimTicket, _ body: @escaping @Sendable (PostgresTransaction) throws -> [UInt8]
    ) async throws -> [UInt8] {
        let run = TransactionRun(settings: settings, schema: schema)
        return try await perform(isTransaction: true) { session in try run.settle(ticket, session, body) }
    }
}
