#if PostgreSQL
import RetryCore

/// The requests of a store to its server, each in one round trip, and the parsers of the answers.
enum StoreRequest {
    /// A claim, with the number by which the server recognises its repetition if the reply is lost.
    struct Claim: Sendable {
        let id: ActionID
        let fingerprint: EffectFingerprint
        let lease: Duration
        let rule: AbandonedClaimBehavior
        let nonce = Int64.random(in: .min ... .max)

        init(_ id: ActionID, _ fingerprint: EffectFingerprint, _ lease: Duration, _ rule: AbandonedClaimBehavior) {
            self.id = id
            self.fingerprint = fingerprint
            self.lease = lease
            self.rule = rule
        }

        func run(_ session: ServerSession) throws -> EffectClaimAnswer {
            try session.repeatable { try ask($0, session.schema) }
        }

        func ask(_ connection: ServerConnection, _ schema: Schema) throws -> EffectClaimAnswer {
            let reply = try connection.reply(
                "claim", schema.text("SELECT * FROM @.claim($1, $2, $3, $4, $5, $6)"),
                id.values + [
                    .bytes(fingerprint.digest.bytes), .integer(lease.wholeNanoseconds), .boolean(rule == .takeOver),
                    .integer(nonce),
                ])
            switch reply.answer {
            case 1: return .execute(try reply.needToken(), isTakeover: reply.isTakeover)
            case 2: return .replay(try replay(reply))
            case 3: return .inProgress(runningFor: reply.age, leaseLeft: reply.timeLeft)
            case 4:
                return .indeterminate(try reply.needToken(), age: reply.age, lastErrorType: reply.failure?.type)
            case 5: return .fingerprintMismatch(recorded: try reply.fingerprint(), given: fingerprint)
            case 6: return .full(count: reply.used, limit: reply.most)
            default: throw reply.unreadable("answer", "\(reply.answer)")
            }
        }

        private func replay(_ reply: SchemaReply) throws -> EffectReplay {
            if reply.phase == Int64(EffectStateMachine.Phase.succeeded.rawValue) {
                guard let result = reply.result else {
                    return EffectReplay(.succeededWithoutResult(try reply.reason()), age: reply.age)
                }
                return EffectReplay(.succeeded(result), age: reply.age)
            }
            guard let failure = reply.failure else { throw reply.unreadable("failure_type", nil) }
            return EffectReplay(.failed(failure), age: reply.age)
        }
    }

    static func renew(_ ticket: EffectClaimTicket, _ lease: Duration, _ session: ServerSession) throws
        -> EffectRenewAnswer
    {
        let reply = try session.repeatable {
            try $0.reply(
                "renew", session.schema.text("SELECT * FROM @.renew($1, $2, $3, $4)"),
                ticket.values + [.integer(lease.wholeNanoseconds)])
        }
        switch reply.answer {
        case 7: return .renewed(leaseLeft: reply.timeLeft)
        case 8: return .lost(current: reply.token)
        default: throw reply.unreadable("answer", "\(reply.answer)")
        }
    }

    static func settle(
        _ ticket: EffectClaimTicket, _ outcome: EffectOutcome, _ retention: Duration, _ session: ServerSession
    ) throws -> EffectSettleAnswer {
        try session.repeatable { try settle(ticket, outcome, retention, $0, session.schema) }
    }

    static func settle(
        _ ticket: EffectClaimTicket, _ outcome: EffectOutcome, _ retention: Duration, _ connection: ServerConnection,
        _ schema: Schema
    ) throws -> EffectSettleAnswer {
        let reply = try connection.reply(
            "settle", schema.text("SELECT * FROM @.settle($1, $2, $3, $4::bigint::smallint, $5, $6, $7, $8, $9)"),
            ticket.values + outcome.values + [.integer(retention.wholeNanoseconds)])
        switch reply.answer {
        case 9: return .recorded
        case 10: return .alreadyRecorded
        case 11: return .fenced(current: reply.token)
        default: throw reply.unreadable("answer", "\(reply.answer)")
        }
    }

    static func reconcile(
        _ id: ActionID, _ token: FencingToken, _ verdict: EffectVerdict, _ retention: Duration,
        _ session: ServerSession
    ) throws -> EffectReconcileAnswer {
        var values = id.values + [.integer(token.rawValue)]
        switch verdict {
        case .happened(let result): values += [.boolean(true), .bytes(result)]
        case .didNotHappen: values += [.boolean(false), .bytes([])]
        }
        let reply = try session.unrepeatable {
            try $0.reply(
                "reconcile", session.schema.text("SELECT * FROM @.reconcile($1, $2, $3, $4, $5, $6)"),
                values + [.integer(retention.wholeNanoseconds)])
        }
        switch reply.answer {
        case 12: return .reconciled
        case 13: return .otherToken(current: try reply.needToken())
        case 14: return .notIndeterminate
        default: throw reply.unreadable("answer", "\(reply.answer)")
        }
    }

    static func record(_ id: ActionID, _ session: ServerSession) throws -> EffectRecord? {
        let reply = try session.repeatable {
            try $0.reply("record", session.schema.text("SELECT * FROM @.record($1, $2)"), id.values)
        }
        return try record(reply)
    }

    /// Returns whether the transaction that settles a claim was committed; waits until it is through.
    static func isCommitted(
        _ ticket: EffectClaimTicket, _ connection: ServerConnection, _ schema: Schema
    ) throws -> Bool {
        let reply = try connection.reply(
            "resolve", schema.text("SELECT * FROM @.resolve($1::bigint::integer, $2, $3, $4)"),
            [.integer(Int64(schema.lockSpace))] + ticket.values)
        guard let record = try record(reply), record.token == ticket.token else { return false }
        if case .succeeded = record.state { return true }
        return false
    }

    static func record(_ reply: SchemaReply) throws -> EffectRecord? {
        if reply.answer == 16 { return nil }
        guard reply.answer == 15, let phase = reply.phase.flatMap({ UInt8(exactly: $0) }) else {
            throw reply.unreadable("answer", "\(reply.answer)")
        }
        let state: EffectRecord.State
        switch EffectStateMachine.Phase(rawValue: phase) {
        case .running: state = .running(leaseLeft: reply.timeLeft)
        case .abandoned, .indeterminate: state = .indeterminate(reply.failure)
        case .succeeded:
            state = try reply.result.map { .succeeded($0) } ?? .succeededWithoutResult(reply.reason())
        case .failed:
            guard let failure = reply.failure else { throw reply.unreadable("failure_type", nil) }
            state = .failed(failure)
        case .absent, .released, nil: throw reply.unreadable("phase", "\(phase)")
        }
        return EffectRecord(
            state: state, token: try reply.needToken(), fingerprint: try reply.fingerprint(), age: reply.age)
    }
}

extension ServerConnection {
    fileprivate func reply(
        _ name: String, _ sql: @autoclosure () -> String, _ values: [PostgresValue]
    ) throws -> SchemaReply {
        do { return try SchemaReply(run(name, sql(), values)) } catch PostgresEffectStoreError.refused(
            let state, let message)
            where state == "55P03"
        {
            throw EffectStoreError.unavailable(
                reason: "another transaction holds a table of the store, the count of a limit or the key for too long "
                    + "(\(message)). Keep transactions short.")
        }
    }
}

extension SchemaReply {
    /// Returns the reason why a success has no result.
    fileprivate func reason() throws -> EffectFailure {
        guard let failure else { throw unreadable("result", "NULL") }
        return failure
    }
}

extension ActionID {
    /// Tenant and key, as they are stored.
    var values: [PostgresValue] { [.bytes(Array(tenant.utf8)), .bytes(Array(key))] }
}

extension EffectClaimTicket {
    var values: [PostgresValue] { id.values + [.integer(token.rawValue)] }
}

extension EffectOutcome {
    /// Phase, result, and type, code and text of the failure, as they are stored.
    fileprivate var values: [PostgresValue] {
        func phase(_ phase: EffectStateMachine.Phase) -> PostgresValue { .integer(Int64(phase.rawValue)) }
        func bytes(_ text: String?) -> PostgresValue { text.map { .bytes(Array($0.utf8)) } ?? .null }
        func failure(_ failure: EffectFailure?) -> [PostgresValue] {
            [bytes(failure?.type), bytes(failure?.code), bytes(failure?.message)]
        }
        switch self {
        case .succeeded(let result): return [phase(.succeeded), .bytes(result)] + failure(nil)
        case .succeededWithoutResult(let reason): return [phase(.succeeded), .null] + failure(reason)
        case .failedFinal(let error): return [phase(.failed), .null] + failure(error)
        case .failedBeforeEffect: return [phase(.released), .null] + failure(nil)
        case .indeterminate(let error): return [phase(.indeterminate), .null] + failure(error)
        }
    }
}
#endif
