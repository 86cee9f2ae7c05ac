#if PostgreSQL
public import RetryCore

/// The result of an effect that commits with its record.
public enum PostgresTransactionAnswer: Sendable, Hashable {
    /// The effect and its record are committed, with this result.
    case committed(FencingToken, result: [UInt8])
    /// Nothing was done: the store's answer to the claim of the key.
    case notOwner(EffectClaimAnswer)
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
    /// Either all of it is committed or nothing: no crash leaves a claim behind, and nothing is ever indeterminate. Use
    /// it if the whole effect is in this database. Other callers of the key meanwhile wait for the transaction for up
    /// to a second, and then get the answer that it is in progress. Keep it short, and do nothing outside the database
    /// in it: a sent request cannot be rolled back. Of settings use `SET LOCAL` alone: other transactions use the
    /// connection afterwards.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - fingerprint: The fingerprint of the request.
    ///   - body: The effect, on a thread of the store; returns the result, for later callers. It can be called for a
    ///     key again if it throws, or if the transaction is rolled back.
    /// - Returns: The token and the result, or the store's answer to the claim, such as a replay.
    /// - Throws: The error of the body; ``PostgresEffectStoreError`` or `EffectStoreError` if the transaction is not
    ///   committed, and ``PostgresEffectStoreError/commitUnknown(_:)`` if that is unknown.
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
    /// This is for an effect inside the gate, which has claimed already: other callers get the answer that it is in
    /// progress, and the gate renews and retries. The effect returns the bytes that its codec makes of its value; the
    /// gate's own settlement finds them recorded.
    ///
    /// ```swift
    /// let receipt = try await once("pay-17", in: store, as: .bytes) { effect in
    ///     try await store.withTransaction(settling: EffectClaimTicket(effect.id, effect.token)) { transaction in
    ///         try transaction.execute("UPDATE accounts SET cents = cents - 500 WHERE id = 1")
    ///         return Array("paid".utf8)
    ///     }
    /// }
    /// ```
    ///
    /// After an error nothing was done, and the gate may try again; the exception is
    /// ``PostgresEffectStoreError/commitUnknown(_:)``.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - body: The effect, on a thread of the store; returns the result, for later callers.
    /// - Returns: The result.
    /// - Throws: The error of the body, as a `NotExecutedError`; ``PostgresEffectStoreError`` or `EffectStoreError` if
    ///   the transaction is not committed.
    public func withTransaction(
        settling ticket: EffectClaimTicket, _ body: @escaping @Sendable (PostgresTransaction) throws -> [UInt8]
    ) async throws -> [UInt8] {
        let run = TransactionRun(settings: settings, schema: schema)
        return try await perform(isTransaction: true) { session in try run.settle(ticket, session, body) }
    }
}
#endif
