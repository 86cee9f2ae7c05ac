#if PostgreSQL
import PostgresEffectStore
import RetryCore
import Testing

@Suite(
    "The PostgreSQL store and locks of others", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct LockTests {
    private let schema = ServerForTests.newSchema()
    private let store: PostgresEffectStore

    init() throws {
        store = try PostgresEffectStore(.init(schema: schema))
    }

    private func claim(_ key: String, _ tenant: String = "", _ store: PostgresEffectStore? = nil) async throws
        -> EffectClaimAnswer
    {
        try await (store ?? self.store).claim(
            ActionID(key, tenant: tenant), fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
    }

    /// Creates records of every kind, which must be distinguished under any lock.
    private func fill(_ tenant: String = "") async throws {
        for key in ["running", "settled", "released"] {
            guard case .execute(let token, _) = try await claim(key, tenant) else { throw Admin.Failure(message: key) }
            let ticket = EffectClaimTicket(try ActionID(key, tenant: tenant), token)
            if key == "settled" { _ = try await store.settle(ticket, .succeeded([7])) }
            if key == "released" { _ = try await store.settle(ticket, .failedBeforeEffect) }
        }
    }

    /// Expects that a new key cannot be claimed for now: no other caller runs it.
    private func expectUnavailable(_ key: String, _ tenant: String = "") async {
        let error = await #expect(throws: EffectStoreError.self) { try await claim(key, tenant) }
        #expect(error?.classification == .transient && "\(error as Any)".contains("another transaction"))
    }

    private func expectKnown(_ tenant: String = "") async throws {
        guard case .replay = try await claim("settled", tenant) else {
            Issue.record("a settled key is not replayed")
            return
        }
        guard case .inProgress(_, let left) = try await claim("running", tenant), left > .seconds(100) else {
            Issue.record("a running key says nothing of its lease")
            return
        }
    }

    @Test("a key's own row that is locked is in progress, a settled one is replayed")
    func ownRow() async throws {
        try await fill()
        let admin = try ServerForTests.admin()
        try admin.run("BEGIN; SELECT FROM \(schema).effects FOR UPDATE")
        try await expectKnown()
        #expect(try await claim("released") == .inProgress(runningFor: .zero, leaseLeft: .seconds(1)))
        guard case .execute = try await claim("new") else {
            Issue.record("another key waits")
            return
        }
        try admin.run("ROLLBACK")
        guard case .execute = try await claim("released") else {
            Issue.record("a key that was given back is not free")
            return
        }
    }

    @Test("the count of a limit that is locked is no key in progress")
    func limit() async throws {
        try await store.setLimits(capacity: nil, tenantQuota: 10)
        try await fill("t")
        let admin = try ServerForTests.admin()
        try admin.run("BEGIN; UPDATE \(schema).counts SET n = n WHERE scope = 't'")
        try await expectKnown("t")
        await expectUnavailable("new", "t")
        guard case .execute = try await claim("new", "other") else {
            Issue.record("another tenant waits")
            return
        }
        try admin.run("ROLLBACK")
        guard case .execute = try await claim("new", "t") else {
            Issue.record("the claim that gave up counts")
            return
        }
        #expect(try admin.run("SELECT n FROM \(schema).counts WHERE scope = 't'") == [["4"]])
    }

    @Test("a table that is locked is no key in progress", arguments: ["EXCLUSIVE", "ACCESS EXCLUSIVE"])
    func table(_ mode: String) async throws {
        try await fill()
        let admin = try ServerForTests.admin()
        try admin.run("BEGIN; LOCK TABLE \(schema).effects IN \(mode) MODE")
        for key in ["new", "released"] { await expectUnavailable(key) }
        if mode == "EXCLUSIVE" {
            try await expectKnown()
        } else {
            await expectUnavailable("settled")
        }
        try admin.run("ROLLBACK")
        guard case .execute = try await claim("new") else {
            Issue.record("the key cannot be had")
            return
        }
    }

    @Test("nothing is set for the session but what statements of the store need")
    func session() async throws {
        _ = try await claim("a")
        let limits = SharedValue<[[String?]]>([])
        _ = try await store.withTransaction(ActionID("b")) { transaction in
            let found = try transaction.execute("SELECT current_setting('lock_timeout')")
            limits.withLock { $0 = found }
            return []
        }
        #expect(limits.withLock { $0 } == [["0"]])
    }

    @Test("a request whose statement the server does not know any more is asked again without a name")
    func forgottenStatements() async throws {
        let store = try PostgresEffectStore(.init(schema: schema, connections: 2))
        _ = try await claim("a", "", store)
        for number in 0..<4 {
            _ = try await store.withTransaction(ActionID("forget \(number)")) { transaction in
                try transaction.execute("DEALLOCATE ALL")
                return []
            }
            guard case .execute(let token, _) = try await claim("key \(number)", "", store) else {
                Issue.record("the key cannot be had")
                return
            }
            let ticket = EffectClaimTicket(try ActionID("key \(number)"), token)
            #expect(try await store.settle(ticket, .succeeded([1])) == .recorded)
        }
    }

    @Test("a transaction that waits for a connection waits as long as it may, and no longer")
    func waitingForAConnection() async throws {
        // Of two connections, one is left to claims and settlements.
        let store = try PostgresEffectStore(
            .init(schema: schema, connections: 2, connectTimeout: .seconds(2), timeout: .milliseconds(500)))
        _ = try await claim("a", "", store)
        let (isRunning, mayEnd) = (SharedValue(false), SharedValue(false))
        let first = Task {
            try await store.withTransaction(ActionID("long")) { transaction in
                isRunning.withLock { $0 = true }
                while !mayEnd.withLock({ $0 }) {
                    try transaction.execute("SELECT 1")
                }
                return []
            }
        }
        while !isRunning.withLock({ $0 }) { await Task.yield() }
        let start = ContinuousClock.now
        let error = await #expect(throws: EffectStoreError.self) {
            try await store.withTransaction(ActionID("waits")) { _ in [] }
        }
        let time = start.duration(to: .now)
        #expect("\(error as Any)".contains("no connection was free") && error?.classification == .transient)
        #expect(time >= .milliseconds(2_400) && time < .seconds(6), "\(time)")
        #expect(throws: EffectStoreError.self) {
            try store.blocking.withTransaction(ActionID("waits")) { _ in [] }
        }
        // What is no transaction has a connection of its own.
        guard case .execute = try await claim("b", "", store) else {
            Issue.record("a claim waits for a transaction")
            return
        }
        mayEnd.withLock { $0 = true }
        guard case .committed = try await first.value,
            case .committed = try await store.withTransaction(ActionID("waits"), { _ in [] })
        else {
            Issue.record("the transactions are not committed")
            return
        }
    }
}
#endif
