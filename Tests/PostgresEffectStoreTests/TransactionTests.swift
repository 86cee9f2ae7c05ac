#if PostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

@Suite(
    "Effects in the record's transaction", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct TransactionTests {
    private let schema = ServerForTests.newSchema()
    private let store: PostgresEffectStore

    init() throws {
        store = try PostgresEffectStore(.init(schema: schema, timeout: .seconds(20)))
        let admin = try ServerForTests.admin()
        try admin.run("CREATE SCHEMA \(schema)x")
        try admin.run("CREATE TABLE \(schema)x.machine (key text PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
    }

    private func insert(_ key: String) -> @Sendable (PostgresTransaction) throws -> [UInt8] {
        { [schema] transaction in
            try transaction.execute("INSERT INTO \(schema)x.machine VALUES ($1)", [.text(key)])
            return Array(key.utf8)
        }
    }

    private func rows() throws -> [String?] {
        try ServerForTests.admin().run("SELECT key FROM \(schema)x.machine ORDER BY key").map { $0[0] }
    }

    @Test("the effect and its record are committed together, once")
    func together() async throws {
        let id = try ActionID("a", tenant: "t")
        guard case .committed(let token, [0x61]) = try await store.withTransaction(id, insert("a")) else {
            Issue.record("not committed")
            return
        }
        #expect(try await store.record(for: id)?.state == .succeeded([0x61]))
        #expect(try await store.record(for: id)?.token == token)
        guard case .notOwner(.replay(let replay)) = try await store.withTransaction(id, insert("b")) else {
            Issue.record("no replay")
            return
        }
        #expect(replay.ending == .succeeded([0x61]))
        #expect(try rows() == ["a"])
    }

    @Test("of many transactions at once, one has the effect")
    func race() async throws {
        let id = try ActionID("a")
        let committed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<10 {
                group.addTask {
                    let answer = try await store.withTransaction(id, insert("\(number)"))
                    return if case .committed = answer { true } else { false }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(committed == 1)
        #expect(try rows().count == 1)
    }

    @Test("a body that throws leaves nothing behind, and the key is free")
    func throwing() async throws {
        struct Declined: Error {}
        let id = try ActionID("a")
        await #expect(throws: Declined.self) {
            try await store.withTransaction(id) { transaction in
                _ = try insert("a")(transaction)
                throw Declined()
            }
        }
        #expect(try rows().isEmpty)
        #expect(try await store.record(for: id) == nil)
        guard case .committed = try await store.withTransaction(id, insert("a")) else {
            Issue.record("the key is not free")
            return
        }
    }

    @Test("a commit that the server refuses leaves nothing behind")
    func refusedCommit() async throws {
        _ = try await store.withTransaction(ActionID("a"), insert("same"))
        // The constraint is looked at when the transaction is committed.
        let error = await #expect(throws: PostgresEffectStoreError.self) {
            try await store.withTransaction(ActionID("b"), insert("same"))
        }
        #expect(error?.execution == .notExecuted)
        #expect(try await store.record(for: ActionID("b")) == nil)
        #expect(try rows() == ["same"])
    }

    @Test("a body that hides a failed statement commits nothing")
    func hiddenFailure() async throws {
        await #expect(throws: (any Error).self) {
            try await store.withTransaction(ActionID("a")) { transaction in
                _ = try insert("a")(transaction)
                _ = try? transaction.execute("SELECT 1 / 0")
                return []
            }
        }
        #expect(try rows().isEmpty)
        #expect(try await store.record(for: ActionID("a")) == nil)
    }

    private static let endings = [
        "COMMIT", "COMMIT AND CHAIN", "ROLLBACK", "ROLLBACK AND CHAIN", "END", "ABORT", "/* a /* b */ c */ commit",
        "-- a comment\nEND AND CHAIN",
    ]

    @Test("a body that ends the transaction leaves the outcome unknown, and nothing is done twice", arguments: endings)
    func ending(_ sql: String) async throws {
        let isCommitted = sql.uppercased().contains("COMMIT") || sql.uppercased().contains("END")
        for isHidden in [true, false] {
            let id = try ActionID("\(isHidden)")
            let error = await #expect(throws: PostgresEffectStoreError.self) {
                try await store.withTransaction(id) { transaction in
                    let result = try insert("before \(isHidden)")(transaction)
                    if isHidden { _ = try? transaction.execute(sql) } else { try transaction.execute(sql) }
                    _ = try? insert("after")(transaction)
                    return result
                }
            }
            guard case .transactionEnded = error else { return }
            #expect(error?.execution == .unknown && error?.classification == .permanent)
            guard isCommitted else {
                #expect(try await store.record(for: id) == nil)
                continue
            }
            guard case .notOwner(.indeterminate) = try await store.withTransaction(id, insert("again")) else {
                Issue.record("what may be committed is run again")
                return
            }
            let reason = EffectFailure(type: "PostgresEffectStoreError")
            #expect(try await store.record(for: id)?.state == .indeterminate(reason))
        }
        #expect(try rows() == (isCommitted ? ["before false", "before true"] : []))
    }

    @Test("inside a gate, a body that commits is indeterminate, and is not tried again", arguments: endings)
    func endingInGate(_ sql: String) throws {
        let attempts = SharedValue(0)
        let gate = BlockingEffectGate(RetryPipeline().sleeper(ManualSleeper().sleeper), store: store.blocking)
        for _ in 0..<2 {
            let error = #expect(throws: EffectError.self) {
                try gate.once("a", as: .bytes) { effect in
                    attempts.withLock { $0 += 1 }
                    return try store.blocking.withTransaction(settling: EffectClaimTicket(effect.id, effect.token)) {
                        let result = try insert("a")($0)
                        _ = try? $0.execute(sql)
                        return result
                    }
                }
            }
            guard case .indeterminate = error else {
                Issue.record("\(error as Any)")
                return
            }
        }
        #expect(attempts.withLock { $0 } == 1)
    }

    @Test("several commands in one statement are refused, and nothing is committed")
    func severalCommands() async throws {
        await #expect(throws: (any Error).self) {
            try await store.withTransaction(ActionID("a")) { transaction in
                _ = try? transaction.execute("COMMIT; SELECT 1")
                return try insert("a")(transaction)
            }
        }
        #expect(try rows().isEmpty)
        #expect(try await store.record(for: ActionID("a")) == nil)
    }

    @Test("savepoints are the body's")
    func savepoints() async throws {
        let answer = try await store.withTransaction(ActionID("a")) { transaction in
            _ = try insert("kept")(transaction)
            try transaction.execute("SAVEPOINT one")
            _ = try? transaction.execute("SELECT 1 / 0")
            try transaction.execute("ROLLBACK TO SAVEPOINT one")
            _ = try insert("undone")(transaction)
            try transaction.execute("ROLLBACK TO one")
            try transaction.execute("RELEASE SAVEPOINT one")
            return try insert("also kept")(transaction)
        }
        guard case .committed = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(try rows() == ["also kept", "kept"])
    }

    @Test("a body's statements wait for locks as long as the server lets them, and not as the store's own do")
    func ownLocks() async throws {
        try ServerForTests.admin().run("INSERT INTO \(schema)x.machine VALUES ('row')")
        let isLocked = SharedValue(false)
        startThread { [schema] in
            guard let admin = try? ServerForTests.admin(), let watcher = try? ServerForTests.admin() else { return }
            _ = try? admin.run("BEGIN; UPDATE \(schema)x.machine SET key = 'changed'")
            isLocked.withLock { $0 = true }
            // Until the body's statement waits for this lock.
            let waiting =
                "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%\(schema)x.machine%'"
            while (try? watcher.run(waiting).isEmpty) == true {}
            _ = try? admin.run("COMMIT")
        }
        while !isLocked.withLock({ $0 }) { await Task.yield() }
        let answer = try await store.withTransaction(ActionID("a")) { [schema] transaction in
            let limit = try transaction.execute("SHOW lock_timeout").first?.first
            try transaction.execute("UPDATE \(schema)x.machine SET key = 'mine'")
            return Array((limit.flatMap { $0 } ?? "").utf8)
        }
        guard case .committed(_, Array("0".utf8)) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(try rows() == ["mine"])
    }

    @Test("a transaction that is kept beyond its body does nothing")
    func kept() async throws {
        final class Box: @unchecked Sendable {
            var transaction: PostgresTransaction?
        }
        let box = Box()
        _ = try await store.withTransaction(ActionID("a")) { transaction in
            box.transaction = transaction
            return []
        }
        #expect(throws: PostgresEffectStoreError.transactionIsOver) {
            try box.transaction?.execute("INSERT INTO \(schema)x.machine VALUES ('late')")
        }
        #expect(try rows().isEmpty)
    }

    @Test("values of every kind arrive as they are, and text with a NUL does not")
    func values() async throws {
        let rows = SharedValue<[[String?]]>([])
        _ = try await store.withTransaction(ActionID("a")) { transaction in
            let found = try transaction.execute(
                "SELECT $1::bigint, $2::boolean, encode($3::bytea, 'hex'), $4::text, $5::int, $6::text",
                [.integer(.min), .boolean(true), .bytes([0, 255]), .text("é'; --"), .text("7"), .null])
            rows.withLock { $0 = found }
            return []
        }
        #expect(rows.withLock { $0 } == [["-9223372036854775808", "t", "00ff", "é'; --", "7", nil]])
        let error = await #expect(throws: PostgresEffectStoreError.self) {
            try await store.withTransaction(ActionID("b")) { transaction in
                try transaction.execute("SELECT $1::text", [.text("a\u{0}b")])
                return []
            }
        }
        guard case .refused("22021", _) = error else {
            Issue.record("\(error as Any)")
            return
        }
    }

    @Test("other claims of the key meanwhile end as in progress, and no caller waits for long")
    func meanwhile() async throws {
        let id = try ActionID("a")
        let answers = SharedValue<[EffectClaimAnswer]>([])
        let blocking = store.blocking
        _ = try await store.withTransaction(id) { [schema] transaction in
            // On the transaction's thread: the other connections of the store answer.
            let answer = try blocking.claim(id, fingerprint: .none, lease: .seconds(1), ifAbandoned: .takeOver)
            answers.withLock { $0.append(answer) }
            try transaction.execute("INSERT INTO \(schema)x.machine VALUES ('a')")
            return [1]
        }
        #expect(answers.withLock { $0 } == [.inProgress(runningFor: .zero, leaseLeft: .seconds(1))])
        #expect(try await store.record(for: id)?.state == .succeeded([1]))
    }

    @Test("inside a gate the effect settles its own claim, and the gate finds it settled")
    func inGate() async throws {
        let gate = BlockingEffectGate(RetryPipeline().sleeper(ManualSleeper().sleeper), store: store.blocking)
        let attempts = SharedValue(0)
        let run: @Sendable (EffectContext) throws -> [UInt8] = { effect in
            try store.blocking.withTransaction(settling: EffectClaimTicket(effect.id, effect.token)) { transaction in
                let number = attempts.withLock { count in
                    count += 1
                    return count
                }
                let result = try insert("a")(transaction)
                // A conflict is tried again: it was rolled back.
                if number == 1 { throw PostgresEffectStoreError.refused(sqlState: "40001", message: "a conflict") }
                return result
            }
        }
        let first = try gate.once("a", as: .bytes, effect: run)
        let second = try gate.once("a", as: .bytes, effect: run)
        #expect(!first.isReplay && second.isReplay && second.value == [0x61])
        #expect(attempts.withLock { $0 } == 2)
        #expect(try rows() == ["a"])
    }

    @Test("who is not the owner any more commits nothing")
    func fenced() async throws {
        let id = try ActionID("a")
        guard
            case .execute(let token, _) = try await store.claim(
                id, fingerprint: .none, lease: .zero, ifAbandoned: .halt),
            case .execute(let newer, true) = try await store.claim(
                id, fingerprint: .none, lease: .seconds(500), ifAbandoned: .takeOver)
        else {
            Issue.record("the key cannot be had")
            return
        }
        let error = await #expect(throws: EffectError.self) {
            try await store.withTransaction(settling: EffectClaimTicket(id, token), insert("a"))
        }
        guard case .fenced(_, token, newer) = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(try rows().isEmpty)
    }
}

extension EffectRecord.State {
    fileprivate var isOver: Bool {
        switch self {
        case .succeeded, .succeededWithoutResult, .failed: true
        case .running, .indeterminate: false
        }
    }
}
#endif
