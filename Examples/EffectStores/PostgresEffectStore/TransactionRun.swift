import RetryCore

/// One transaction with an effect of the caller's in it, from its begin until it is known what became of it.
struct TransactionRun: Sendable {
    let settings: PostgresEffectStore.Settings
    let schema: Schema

    typealias Body = (PostgresTransaction) throws -> [UInt8]

    /// Somebody else has the key, or had it.
    private struct NotOwner: Error {
        let answer: ClaimAnswer
    }

    func claimAndSettle(
        _ claim: StoreRequest.Claim, _ session: ServerSession, _ body: Body
    ) throws -> PostgresTransactionAnswer {
        do {
            let (ticket, result) = try run(session) { connection in
                let answer: ClaimAnswer
                do {
                    answer = try claim.ask(connection, schema)
                } catch PostgresEffectStoreError.refused(let state, _) where state == "55P03" {
                    throw NotOwner(answer: .inProgress(runningFor: .zero, leaseLeft: .seconds(1)))
                }
                guard case .execute(let token, _) = answer else {
                    // What a claim finds out, it records: that a run was abandoned.
                    try connection.command("COMMIT")
                    throw NotOwner(answer: answer)
                }
                return ClaimTicket(claim.id, token)
            } body: {
                try body($0)
            }
            return .committed(ticket.token, result: result)
        } catch let other as NotOwner {
            return .notOwner(other.answer)
        }
    }

    func settle(_ ticket: ClaimTicket, _ session: ServerSession, _ body: Body) throws -> [UInt8] {
        try run(session) { _ in
            ticket
        } body: { transaction in
            do { return try body(transaction) } catch { throw NotExecutedError(error) }
        }.result
    }

    private func run(
        _ session: ServerSession, begin: (ServerConnection) throws -> ClaimTicket, body: Body
    ) throws -> (ticket: ClaimTicket, result: [UInt8]) {
        var committing: (ticket: ClaimTicket, result: [UInt8])?
        do {
            return try session.unrepeatable { connection in
                try connection.command("BEGIN ISOLATION LEVEL READ COMMITTED")
                do {
                    let ticket = try begin(connection)
                    try hold(ticket.token, connection)
                    let result = try run(body, on: connection)
                    let answer = try StoreRequest.settle(
                        ticket, .succeeded(result), settings.retention, connection, schema)
                    guard answer == .recorded else { throw fenced(ticket, answer) }
                    committing = (ticket, result)
                    let ending = try connection.command("COMMIT")
                    // The server calls it so if something in the transaction had failed.
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
        }
    }

    private func run(_ body: Body, on connection: ServerConnection) throws -> [UInt8] {
        let transaction = PostgresTransaction(connection)
        defer { transaction.end() }
        let result = try body(transaction)
        if result.count > settings.maxResultBytes {
            throw EffectStoreError.resultTooLong(count: result.count, limit: settings.maxResultBytes)
        }
        return result
    }

    private func fenced(_ ticket: ClaimTicket, _ answer: SettleAnswer) -> any Error {
        var current: FencingToken?
        if case .fenced(let token) = answer { current = token }
        return EffectError.fenced(ticket.id, own: ticket.token, current: current)
    }

    /// Takes a lock that goes with the transaction, so that another connection can wait for its end.
    private func hold(_ token: FencingToken, _ connection: ServerConnection) throws {
        try connection.command(
            "SELECT pg_advisory_xact_lock(\(schema.lockSpace), \(token.rawValue % 2_147_483_647))")
    }

    /// Whether a transaction is there whose commit was not answered: looks when it is through.
    private func isCommitted(_ ticket: ClaimTicket, _ session: ServerSession) throws -> Bool {
        for _ in 0..<5 {
            let answer = try? session.repeatable { connection in
                try StoreRequest.isCommitted(ticket, connection, schema)
            }
            if let answer { return answer }
        }
        throw PostgresEffectStoreError.commitUnknown(ticket.token)
    }
}
