#if PostgreSQL
import RetryCore

/// One transaction with an effect of the caller's in it, from its begin until its outcome is known.
struct TransactionRun: Sendable {
    let settings: PostgresEffectStore.Settings
    let schema: Schema

    typealias Body = (PostgresTransaction) throws -> [UInt8]

    /// An error for a key that another caller has, or had.
    private struct NotOwner: Error {
        let answer: EffectClaimAnswer
    }

    func claimAndSettle(
        _ claim: StoreRequest.Claim, _ session: ServerSession, _ body: Body
    ) throws -> PostgresTransactionAnswer {
        do {
            let (ticket, result) = try run(session) { connection in
                let answer = try claim.ask(connection, schema)
                guard case .execute(let token, _) = answer else {
                    // The claim records its finding: that a run was abandoned.
                    try connection.command("COMMIT")
                    throw NotOwner(answer: answer)
                }
                return EffectClaimTicket(claim.id, token)
            } body: {
                try body($0)
            }
            return .committed(ticket.token, result: result)
        } catch let other as NotOwner {
            return .notOwner(other.answer)
        }
    }

    func settle(_ ticket: EffectClaimTicket, _ session: ServerSession, _ body: Body) throws -> [UInt8] {
        try run(session) { _ in
            ticket
        } body: { transaction in
            do { return try body(transaction) } catch { throw NotExecutedError(error) }
        }.result
    }

    private func run(
        _ session: ServerSession, begin: (ServerConnection) throws -> EffectClaimTicket, body: Body
    ) throws -> (ticket: EffectClaimTicket, result: [UInt8]) {
        var owned: EffectClaimTicket?
        var committing: (ticket: EffectClaimTicket, result: [UInt8])?
        do {
            return try session.unrepeatable { connection in
                let transaction = try PostgresTransaction.begin(connection, timeout: settings.timeout)
                do {
                    let ticket = try begin(connection)
                    owned = ticket
                    try hold(ticket.token, connection)
                    let result = try run(body, in: transaction)
                    let answer = try StoreRequest.settle(
                        ticket, .succeeded(result), settings.retention, connection, schema)
                    guard answer == .recorded else { throw fenced(ticket, answer) }
                    committing = (ticket, result)
                    let ending = try connection.command("COMMIT")
                    // The server's name of a commit if a part of the transaction had failed.
                    if ending != "COMMIT" { throw PostgresEffectStoreError.transactionIsOver }
                    return (ticket, result)
                } catch {
                    if !connection.isIdle { _ = try? connection.command("ROLLBACK") }
                    throw error
                }
            }
        } catch EffectStoreError.unavailable(let reason) {
            guard let committing else { throw NotExecutedError(EffectStoreError.unavailable(reason: reason)) }
            if try isCommitted(committing.ticket, session) { return committing }
            throw NotExecutedError(EffectStoreError.unavailable(reason: reason))
        } catch let error as PostgresEffectStoreError {
            if case .transactionEnded = error, let owned { recordUnknown(owned, error, session) }
            throw error
        }
    }

    private func run(_ body: Body, in transaction: PostgresTransaction) throws -> [UInt8] {
        defer { transaction.end() }
        let result = Result { try body(transaction) }
        // For any end of the body.
        if let command = transaction.endedBy { throw PostgresEffectStoreError.transactionEnded(by: command) }
        let bytes = try result.get()
        if bytes.count > settings.maxResultBytes {
            throw EffectStoreError.resultTooLong(count: bytes.count, limit: settings.maxResultBytes)
        }
        return bytes
    }

    private func fenced(_ ticket: EffectClaimTicket, _ answer: EffectSettleAnswer) -> any Error {
        var current: FencingToken?
        if case .fenced(let token) = answer { current = token }
        return EffectError.fenced(ticket.id, own: ticket.token, current: current)
    }

    /// Takes a lock that ends with the transaction, so that another connection can wait for its end.
    private func hold(_ token: FencingToken, _ connection: ServerConnection) throws {
        try connection.command(
            "SELECT pg_advisory_xact_lock(\(schema.lockSpace), \(token.rawValue % 2_147_483_647))")
    }

    /// Records that the outcome of a claim is unknown, so that its lease need not end first.
    private func recordUnknown(_ ticket: EffectClaimTicket, _ error: any Error, _ session: ServerSession) {
        _ = try? StoreRequest.settle(ticket, .indeterminate(EffectFailure(error)), settings.retention, session)
    }

    /// Returns whether a transaction was committed whose commit was not answered: reads when it has ended.
    private func isCommitted(_ ticket: EffectClaimTicket, _ session: ServerSession) throws -> Bool {
        for _ in 0..<5 {
            let answer = try? session.repeatable { connection in
                try StoreRequest.isCommitted(ticket, connection, schema)
            }
            if let answer { return answer }
        }
        throw PostgresEffectStoreError.commitUnknown(ticket.token)
    }
}
#endif
