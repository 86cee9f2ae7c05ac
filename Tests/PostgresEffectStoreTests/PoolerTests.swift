#if PostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// The pooler that the environment names.
enum PoolerForTests {
    static let database = getenv("RETRY_POOLER").map { String(cString: $0) }
    static let hint: Comment = "RETRY_POOLER names no pooler: run the tests by .ci/pgbouncer"
}

/// Through a pooler that hands each transaction to another server process.
@Suite(
    "The PostgreSQL store and a pooler", .timeLimit(.minutes(5)),
    .enabled(if: PoolerForTests.database != nil, PoolerForTests.hint))
struct PoolerTests {
    private let database = PoolerForTests.database ?? ""

    @Test("the store keeps every rule")
    func kit() async throws {
        let report = await ServerForTests.kit(database: database).run()
        #expect(report.violations.isEmpty, "\(report)")
    }

    @Test("stores of two schemas share server processes, and neither asks by the other's statements")
    func schemas() async throws {
        let stores = try (0..<2).map { _ in
            try PostgresEffectStore(.init(database: database, schema: ServerForTests.newSchema(), connections: 4))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<8 {
                group.addTask {
                    let store = stores[caller % 2]
                    for number in 0..<40 {
                        let id = try ActionID("\(number)", tenant: "\(caller)")
                        let answer = try await store.claim(
                            id, fingerprint: .none, lease: .seconds(60), ifAbandoned: .halt)
                        guard case .execute(let token, _) = answer else { throw Admin.Failure(message: "\(answer)") }
                        let ticket = EffectClaimTicket(id, token)
                        guard try await store.settle(ticket, .succeeded([UInt8(number)])) == .recorded,
                            try await stores[1 - caller % 2].record(for: id) == nil
                        else { throw Admin.Failure(message: "not recorded, or in another schema") }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("effects in the record's transaction happen once, and nothing is left in the server's sessions")
    func transactions() async throws {
        let schema = ServerForTests.newSchema()
        let store = try PostgresEffectStore(.init(database: database, schema: schema))
        let admin = try ServerForTests.admin()
        try admin.run("CREATE SCHEMA \(schema)x; CREATE TABLE \(schema)x.machine (key text)")
        let committed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<30 {
                group.addTask {
                    let answer = try await store.withTransaction(ActionID("\(number % 10)")) { transaction in
                        try transaction.execute("INSERT INTO \(schema)x.machine VALUES ($1)", [.text("\(number % 10)")])
                        return []
                    }
                    return if case .committed = answer { true } else { false }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(committed == 10)
        #expect(try admin.run("SELECT count(*), count(DISTINCT key) FROM \(schema)x.machine") == [["10", "10"]])
        // Another client of the pooler, which gets the same server processes.
        for _ in 0..<10 {
            let other = try Admin(database)
            let found = try other.run(
                """
                SELECT (SELECT count(*) FROM pg_prepared_statements), current_setting('lock_timeout'),
                current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')
                """)
            #expect(found == [["0", "0", "0", "0"]])
        }
    }

    @Test("a database whose defaults are against the store's needs is none the worse for it")
    func defaults() async throws {
        let admin = try ServerForTests.admin()
        let name = ServerForTests.newSchema()
        try admin.run("CREATE DATABASE \(name)")
        try admin.run("ALTER DATABASE \(name) SET default_transaction_isolation = 'serializable'")
        try admin.run("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        try admin.run("ALTER DATABASE \(name) SET synchronous_commit = off")
        let own = database.split(separator: " ").filter { !$0.hasPrefix("dbname=") }.joined(separator: " ")
        let store = try PostgresEffectStore(.init(database: own + " dbname=\(name)", schema: "s", connections: 8))
        let owners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let answer = try await store.claim(
                        ActionID("a"), fingerprint: .none, lease: .seconds(60), ifAbandoned: .halt)
                    return if case .execute = answer { true } else { false }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(owners == 1)
        #expect(try await store.sweep() == 0)
        try await store.setLimits(capacity: 10, tenantQuota: nil)
        let answer = try await store.withTransaction(ActionID("b")) { transaction in
            let rows = try transaction.execute("SELECT current_setting('synchronous_commit')")
            return Array((rows.first?.first.flatMap { $0 } ?? "").utf8)
        }
        guard case .committed(_, Array("on".utf8)) = answer else {
            Issue.record("\(answer)")
            return
        }
    }
}
#endif
