#if SQLite
import RetryCore
import Testing

@testable import SQLiteEffectStore

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

@Suite(.timeLimit(.minutes(5)))
struct MigrationTests {
    private let folder: TemporaryFolder
    private let next = Schema(
        migrations: Schema.current.migrations
            + [["ALTER TABLE effects ADD COLUMN note TEXT", "CREATE TABLE notes (a)"]])

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ schema: Schema) throws -> SQLiteEffectStore {
        try SQLiteEffectStore(path: folder.file, .init(), time: .system, schema: schema)
    }

    @Test func aNewFileHasTheCurrentVersion() throws {
        _ = try folder.store()
        #expect(try folder.run("PRAGMA user_version") == 2)
        #expect(try folder.run("PRAGMA application_id") == Schema.applicationID)
    }

    @Test func anEarlierVersionIsBroughtUp() throws {
        try folder.store().settled("a", .succeeded([1]))
        let store = try open(next)
        #expect(try store.claim(ActionID("a"), lease: .seconds(1)).result == [1])
        #expect(try folder.run("PRAGMA user_version") == 3)
        #expect(try folder.run("SELECT count(*) FROM notes") == 0)
        #expect(try open(next).own("b").token == FencingToken(2))
    }

    @Test func theFirstVersionIsBroughtUp() throws {
        close(creat(folder.file, 0o600))
        let first = Schema(migrations: Array(Schema.current.migrations.prefix(1)))
        try first.migrate(Connection(path: folder.file))
        let fingerprint = EffectFingerprint.none.digest.hex
        for phase in [1, 4] {
            try folder.run(
                """
                INSERT INTO effects VALUES (x'', x'6\(phase)', \(phase), \(phase), x'\(fingerprint)', 1, 1, \
                \(phase == 4 ? "x'07'" : "NULL"), NULL, NULL, NULL)
                """)
        }
        try folder.run("UPDATE store SET token = 4, count = 2")
        let store = try folder.store()
        let open = EffectClaimTicket(try ActionID("a"), FencingToken(1))
        #expect(try store.unsettled().map(\.id) == [open.id])
        #expect(try store.settle(open, .succeeded([1])) == .recorded)
        #expect(try folder.run("PRAGMA user_version") == 2)
    }

    @Test func aMigrationThatFailsChangesNothing() throws {
        try folder.store().settled("a", .succeeded([1]))
        let broken = Schema(migrations: next.migrations + [["CREATE TABLE more (a)", "CREATE TABLE effects (a)"]])
        #expect(try kind { _ = try open(broken) } == .failed)
        #expect(try folder.run("PRAGMA user_version") == 2)
        #expect(try folder.run("SELECT count(*) FROM sqlite_master WHERE name IN ('notes', 'more')") == 0)
        #expect(try folder.store().claim(ActionID("a"), lease: .seconds(1)).result == [1])
    }

    @Test func aProcessOfBeforeStopsAfterAMigration() throws {
        let old = try folder.store()
        _ = try open(next)
        #expect(throws: EffectStoreError.newerSchema(found: 3, known: 2)) { try old.own("a") }
        #expect(try folder.run("SELECT count(*) FROM effects") == 0)
    }
}
#endif
