#if PostgreSQL
import RetryCore
import Testing

@testable import PostgresEffectStore

/// Printed, dumped and thrown values hold no password.
@Suite("The PostgreSQL store and secrets", .timeLimit(.minutes(5)))
struct SecretTests {
    private static let databases = [
        "host=db.example user=shop dbname=orders password=s3cret", "host=db.example user=shop password='s3cret'",
        "postgres://shop:s3cret@db.example:5432/orders",
        "postgresql://shop:s3%63ret@db.example/orders?sslpassword=s3cret",
    ]

    /// Returns every text that Swift makes of a value: printed, for debugging, dumped, and reflected to its depths.
    private func texts(_ value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        func reflected(_ value: Any, _ depth: Int) -> [String] {
            ["\(value)"]
                + (depth == 0 ? [] : Mirror(reflecting: value).children.flatMap { reflected($0.value, depth - 1) })
        }
        return [String(describing: value), String(reflecting: value), "\([value])", dumped] + reflected(value, 4)
    }

    @Test("settings and stores show where the database is, and no password", arguments: databases)
    func settings(_ database: String) throws {
        let settings = PostgresEffectStore.Settings(database: database)
        let store = try PostgresEffectStore(settings)
        for value in [settings, store, store.blocking, Optional(settings) as Any, ServerSession.Shared()] as [Any] {
            for text in texts(value) { #expect(!text.contains("s3cret") && !text.contains("s3%63ret"), "\(text)") }
        }
        #expect("\(settings)".contains("host=db.example") && "\(settings)".contains("user=shop"))
        #expect("\(settings)".contains("retention: 86400"))
        #expect(PostgresEffectStore.Settings(database: database) == settings && settings.database == database)
    }

    @Test("what cannot be read is not shown at all, also not in the error")
    func unreadable() async throws {
        for database in [
            "host=db password=s3cret nonsense", "host=db password=s3cret nonsense=1",
            "postgres://shop:s3cret@db:port/x",
            "postgres://shop:s3cret@[db/x", "password=s3cret 'host=",
        ] {
            let settings = PostgresEffectStore.Settings(database: database, connectTimeout: .seconds(2))
            for text in texts(settings) { #expect(!text.contains("s3cret"), "\(text)") }
            let store = try PostgresEffectStore(settings)
            let error = await #expect(throws: (any Error).self) { try await store.record(for: ActionID("a")) }
            for text in texts(error as Any) {
                #expect(!text.contains("s3cret"), "\(text)")
            }
        }
    }

    @Test("the first word of a statement, behind comments")
    func commands() {
        for sql in [
            "commit", " ; COMMIT AND CHAIN", "-- x\n/* a /* b */ */end", "Rollback", "ABORT", "prepare transaction 'a'",
        ] {
            #expect(SQLCommand(sql).endingTransaction != nil, "\(sql)")
        }
        for sql in ["", "SELECT 'COMMIT'", "-- COMMIT", "/* COMMIT", "committed()", "UPDATE a SET b = 'END'"] {
            #expect(SQLCommand(sql).endingTransaction == nil, "\(sql)")
        }
    }
}
#endif
