#if PostgreSQL
import PostgresEffectStore
import RetryCore
import Testing

@Suite(
    "The PostgreSQL store and what is wrong with a server", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct HostileTests {
    private func claim(_ store: PostgresEffectStore, _ key: String = "a") async throws -> EffectClaimAnswer {
        try await store.claim(ActionID(key), fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
    }

    private func text(_ work: () async throws -> some Any) async -> String {
        do { return "no error, but \(try await work())" } catch { return "\(error)" }
    }

    @Test("invalid settings are refused, with their names")
    func settings() {
        let wrong: [(String, PostgresEffectStore.Settings)] = [
            ("schema", .init(schema: "")), ("schema", .init(schema: "a\"; DROP SCHEMA public; --")),
            ("schema", .init(schema: String(repeating: "a", count: 64))), ("schema", .init(schema: "pg_x")),
            ("connections", .init(connections: 1)), ("connections", .init(connections: 101)),
            ("capacity", .init(capacity: 0)), ("tenantQuota", .init(tenantQuota: -1)),
            ("retention", .init(retention: .zero)), ("maxResultBytes", .init(maxResultBytes: -1)),
            ("connectTimeout", .init(connectTimeout: .zero)), ("timeout", .init(timeout: .milliseconds(1))),
            ("timeout", .init(timeout: .seconds(Int64.max))),
        ]
        for (name, settings) in wrong {
            #expect {
                try PostgresEffectStore(settings)
            } throws: {
                guard case PostgresEffectStoreError.invalidSetting(name, _, _) = $0 else { return false }
                return true
            }
        }
    }

    @Test("a server that is not there is something to wait for")
    func down() async throws {
        let store = try PostgresEffectStore(.init(database: "host=127.0.0.1 port=1"))
        let error = await #expect(throws: EffectStoreError.self) { try await claim(store) }
        #expect(error?.classification == .transient)
        #expect("\(error as Any)".contains("Check that it runs"))
        #expect(await text { try await store.record(for: ActionID("a")) }.contains("cannot be reached"))
    }

    @Test("an older server is refused, with the remedy")
    func olderServer() async throws {
        let store = try PostgresEffectStore(
            .init(), migrations: Schema.migrations, oldestServer: ServerVersion(number: 990_000))
        let error = await #expect(throws: PostgresEffectStoreError.self) { try await claim(store) }
        guard case .outdatedServer(_, "99.0") = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(error?.classification == .permanent)
        #expect("\(error as Any)".contains("Upgrade the server"))
        #expect(throws: PostgresEffectStoreError.outdatedServer(found: "13.21", oldest: "14.0")) {
            try ServerVersion(number: 130_021).check(atLeast: .oldest)
        }
        #expect(throws: PostgresEffectStoreError.outdatedServer(found: "9.6.24", oldest: "14.0")) {
            try ServerVersion(number: 90_624).check(atLeast: .oldest)
        }
        try ServerVersion(number: 140_000).check(atLeast: .oldest)
    }

    @Test("a wrong password, role or database is something to put right")
    func access() async throws {
        let admin = try ServerForTests.admin()
        let role = ServerForTests.newSchema()
        try admin.run("CREATE ROLE \(role) LOGIN PASSWORD 'right'")
        defer { _ = try? admin.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
        for database in [
            "host=127.0.0.1 user=\(role) password=wrong", "host=127.0.0.1 user=\(role)", "user=nobody_at_all",
            "dbname=nothing_at_all", "nonsense=1",
        ] {
            let store = try PostgresEffectStore(.init(database: database))
            let error = await #expect(throws: PostgresEffectStoreError.self) { try await claim(store) }
            guard case .accessDenied = error else {
                Issue.record("\(database): \(error as Any)")
                continue
            }
            #expect(error?.classification == .permanent)
            #expect(!"\(error as Any)".contains("wrong"), "an error names the password")
        }
        // One that may log in, and may not create anything.
        let store = try PostgresEffectStore(
            .init(database: "host=127.0.0.1 user=\(role) password=right", schema: ServerForTests.newSchema()))
        let error = await #expect(throws: PostgresEffectStoreError.self) { try await claim(store) }
        guard case .accessDenied("42501", _) = error else {
            Issue.record("\(error as Any)")
            return
        }
    }

    @Test("a role or a database with too many connections is something to wait for", arguments: ["ROLE", "DATABASE"])
    func tooManyConnections(_ kind: String) async throws {
        let admin = try ServerForTests.admin()
        let name = ServerForTests.newSchema()
        try admin.run("CREATE ROLE \(name) LOGIN PASSWORD 'right'")
        try admin.run("CREATE DATABASE \(name) OWNER \(name)")
        try admin.run("ALTER \(kind) \(name) CONNECTION LIMIT 1")
        let database = "host=127.0.0.1 user=\(name) password=right dbname=\(name)"
        var other: Admin? = try Admin(database)
        let store = try PostgresEffectStore(.init(database: database, schema: "s"))
        let error = await #expect(throws: EffectStoreError.self) { try await claim(store) }
        #expect(error?.classification == .transient, "\(error as Any)")
        other = nil
        #expect(other == nil)
        while try admin.run("SELECT FROM pg_stat_activity WHERE usename = '\(name)'").isEmpty == false {
            await Task.yield()
        }
        guard case .execute = try await claim(store) else {
            Issue.record("the key cannot be had")
            return
        }
    }

    @Test("a role with rights on the tables alone can use a schema that is there")
    func rights() async throws {
        let schema = ServerForTests.newSchema()
        _ = try await claim(PostgresEffectStore(.init(schema: schema)), "made")
        let admin = try ServerForTests.admin()
        let role = ServerForTests.newSchema()
        try admin.run(
            """
            CREATE ROLE \(role) LOGIN PASSWORD 'right'; GRANT USAGE ON SCHEMA \(schema) TO \(role);
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(schema) TO \(role);
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA \(schema) TO \(role)
            """)
        defer { _ = try? admin.run("DROP OWNED BY \(role); DROP ROLE \(role)") }
        let store = try PostgresEffectStore(
            .init(database: "host=127.0.0.1 user=\(role) password=right", schema: schema))
        guard case .execute(let token, _) = try await claim(store) else {
            Issue.record("the key cannot be had")
            return
        }
        #expect(try await store.settle(EffectClaimTicket(ActionID("a"), token), .succeeded([1])) == .recorded)
    }

    @Test("a schema of a newer version is refused, one of an older version is brought up to date")
    func versions() async throws {
        let schema = ServerForTests.newSchema()
        let addition = "ALTER TABLE @.effects ADD COLUMN note text"
        let old = try PostgresEffectStore(.init(schema: schema))
        #expect(try await claim(old) != .full(count: 0, limit: 0))
        let newer = try PostgresEffectStore(.init(schema: schema), migrations: Schema.migrations + [addition])
        guard case .inProgress = try await claim(newer) else {
            Issue.record("a migration loses records")
            return
        }
        let admin = try ServerForTests.admin()
        #expect(try admin.run("SELECT version FROM \(schema).store") == [["3"]])
        // Those that are connected go on; those that connect are refused.
        let late = try PostgresEffectStore(.init(schema: schema))
        await #expect(throws: EffectStoreError.newerSchema(found: 3, known: 2)) { try await claim(late) }
    }

    @Test("many stores that start at once make one schema")
    func start() async throws {
        let schema = ServerForTests.newSchema()
        let tokens = try await withThrowingTaskGroup(of: FencingToken?.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let store = try PostgresEffectStore(.init(schema: schema, connections: 2, tenantQuota: 5))
                    guard case .execute(let token, _) = try await claim(store, "\(number)") else { return nil }
                    return token
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(tokens.compactMap { $0 }).count == 8)
    }

    @Test("rows with unknown values are reported, and not changed")
    func corruptRows() async throws {
        let schema = ServerForTests.newSchema()
        let store = try PostgresEffectStore(.init(schema: schema))
        guard case .execute(let token, _) = try await claim(store) else {
            Issue.record("the key cannot be had")
            return
        }
        let admin = try ServerForTests.admin()
        let id = try ActionID("a")
        for phase in [0, 7, 99, -1] {
            try admin.run("UPDATE \(schema).effects SET phase = \(phase)")
            let wrong = EffectStoreError.unreadableRecord(field: "phase", value: "\(phase)")
            await #expect(throws: wrong) { try await claim(store) }
            await #expect(throws: wrong) { try await store.record(for: id) }
            await #expect(throws: wrong) { try await store.renew(EffectClaimTicket(id, token), lease: .seconds(1)) }
            await #expect(throws: wrong) { try await store.settle(EffectClaimTicket(id, token), .succeeded([1])) }
            await #expect(throws: wrong) {
                try await store.reconcile(id, expectedToken: token, verdict: .didNotHappen)
            }
            #expect(try admin.run("SELECT phase, until > since FROM \(schema).effects") == [["\(phase)", "t"]])
        }
        try admin.run("UPDATE \(schema).effects SET phase = 1, fingerprint = '\\x00'")
        await #expect(throws: EffectStoreError.unreadableRecord(field: "fingerprint", value: "1 bytes")) {
            try await store.record(for: id)
        }
        let fingerprint = "'\\x\(EffectFingerprint.none.digest.hex)'"
        try admin.run(
            "UPDATE \(schema).effects SET phase = 5, fingerprint = \(fingerprint), until = 9223372036854775807")
        await #expect(throws: EffectStoreError.unreadableRecord(field: "failure_type", value: "none")) {
            try await claim(store)
        }
        #expect(EffectStoreError.unreadableRecord(field: "phase", value: "7").classification == .permanent)
    }

    @Test("a damaged schema is reported, and what it takes to mend it is said")
    func damaged() async throws {
        let schema = ServerForTests.newSchema()
        let store = try PostgresEffectStore(.init(schema: schema))
        _ = try await claim(store)
        try ServerForTests.admin().run("DROP FUNCTION \(schema).settle")
        let ticket = EffectClaimTicket(try ActionID("a"), FencingToken(1))
        let error = await #expect(throws: PostgresEffectStoreError.self) {
            try await store.settle(ticket, .succeeded([]))
        }
        guard case .refused("42883", _) = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(try await store.record(for: ticket.id)?.token == ticket.token, "the connection is of no use any more")
    }

    @Test("a database that is set up against the store's needs is none the worse for it")
    func sessionDefaults() async throws {
        let schema = ServerForTests.newSchema()
        let options =
            "-c default_transaction_isolation=serializable -c synchronous_commit=off "
            + "-c default_transaction_read_only=on -c search_path=nowhere -c bytea_output=escape"
        let store = try PostgresEffectStore(
            .init(database: "options='\(options)'", schema: schema, connections: 8))
        let owners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    if case .execute = try await claim(store) { true } else { false }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(owners == 1)
        let answer = try await store.withTransaction(ActionID("b")) { transaction in
            let rows = try transaction.execute("SELECT current_setting('synchronous_commit')")
            return Array((rows.first?.first.flatMap { $0 } ?? "").utf8)
        }
        guard case .committed = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(try await store.record(for: ActionID("b"))?.state == .succeeded(Array("on".utf8)))
    }
}
#endif
