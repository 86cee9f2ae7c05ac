import Foundation
import GRDB

extension Provocation {
    static var grdb: [Provocation] { locks + constraints + files + statements }

    private static func grdb(_ name: String, _ run: @escaping @Sendable () async throws -> Void) -> Provocation {
        Provocation("GRDB", name, run)
    }

    // MARK: Locks

    private static var locks: [Provocation] {
        [
            grdb("busy: another connection writes") {
                try withFile { path in
                    let (one, two) = (try DatabaseQueue(path: path), try DatabaseQueue(path: path))
                    try one.inTransaction(.immediate) { _ in
                        try two.inTransaction(.immediate) { _ in .commit }
                        return .commit
                    }
                }
            },
            grdb("busy: the snapshot is old") {
                try withFile { path in
                    let (one, two) = (try DatabaseQueue(path: path), try DatabaseQueue(path: path))
                    try one.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
                    try one.write { try $0.execute(sql: "CREATE TABLE t (a)") }
                    try one.inTransaction(.deferred) { database in
                        _ = try Row.fetchAll(database, sql: "SELECT * FROM t")
                        try two.write { try $0.execute(sql: "INSERT INTO t VALUES (1)") }
                        try database.execute(sql: "INSERT INTO t VALUES (2)")
                        return .commit
                    }
                }
            },
            grdb("locked: the table is being read") {
                try withTable("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)") { database in
                    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM t")
                    _ = try rows.next()
                    try database.execute(sql: "DROP TABLE t")
                }
            },
            grdb("locked: another connection of a shared cache") {
                let name = UUID().uuidString
                let (one, two) = (try DatabaseQueue(named: name), try DatabaseQueue(named: name))
                try one.write { database in
                    try database.execute(sql: "CREATE TABLE t (a)")
                    try two.read { _ = try Row.fetchAll($0, sql: "SELECT * FROM t") }
                }
            },
        ]
    }

    // MARK: Constraints

    private static var constraints: [Provocation] {
        [
            grdb("unique") {
                try withTable("CREATE TABLE t (a UNIQUE)") { try $0.execute(sql: "INSERT INTO t VALUES (1), (1)") }
            },
            grdb("primary key") {
                try withTable("CREATE TABLE t (a INTEGER PRIMARY KEY)") {
                    try $0.execute(sql: "INSERT INTO t VALUES (1), (1)")
                }
            },
            grdb("foreign key") {
                try withTable("CREATE TABLE t (a PRIMARY KEY); CREATE TABLE u (a REFERENCES t)") {
                    try $0.execute(sql: "INSERT INTO u VALUES (1)")
                }
            },
            grdb("not null") {
                try withTable("CREATE TABLE t (a NOT NULL)") { try $0.execute(sql: "INSERT INTO t VALUES (NULL)") }
            },
            grdb("check") {
                try withTable("CREATE TABLE t (a CHECK (a > 0))") { try $0.execute(sql: "INSERT INTO t VALUES (0)") }
            },
            grdb("trigger that raises") {
                try withTable(
                    """
                    CREATE TABLE t (a);
                    CREATE TRIGGER u BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'no'); END
                    """
                ) { try $0.execute(sql: "INSERT INTO t VALUES (1)") }
            },
            grdb("mismatch") {
                try withTable("CREATE TABLE t (a INTEGER PRIMARY KEY)") {
                    try $0.execute(sql: "INSERT INTO t VALUES ('text')")
                }
            },
        ]
    }

    // MARK: Files

    private static var files: [Provocation] {
        [
            grdb("read-only") {
                try withFile { path in
                    _ = try DatabaseQueue(path: path)
                    var configuration = Configuration()
                    configuration.readonly = true
                    try DatabaseQueue(path: path, configuration: configuration).writeWithoutTransaction {
                        try $0.execute(sql: "CREATE TABLE t (a)")
                    }
                }
            },
            grdb("full") {
                try withTable("CREATE TABLE t (a)") { database in
                    try database.execute(sql: "PRAGMA max_page_count = 2")
                    try database.execute(sql: "INSERT INTO t VALUES (zeroblob(1000000))")
                }
            },
            grdb("cannot open") { _ = try DatabaseQueue(path: "/nonexistent/database") },
            grdb("not a database") {
                try withFile { path in
                    try Data(repeating: 0x41, count: 4_096).write(to: URL(filePath: path))
                    try read(path)
                }
            },
            grdb("corrupt") {
                try withFile { path in
                    try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE t (a)") }
                    var bytes = try Data(contentsOf: URL(filePath: path))
                    // The schema's page, after the file's header.
                    bytes.replaceSubrange(100..<4_096, with: repeatElement(0x41, count: 3_996))
                    try bytes.write(to: URL(filePath: path))
                    try read(path)
                }
            },
        ]
    }

    // MARK: Statements

    private static var statements: [Provocation] {
        [
            grdb("interrupted") {
                let queue = try DatabaseQueue()
                try queue.read { database in
                    database.add(
                        function: DatabaseFunction("interrupts") { _ in
                            queue.interrupt()
                            return 1
                        })
                    _ = try Row.fetchAll(database, sql: endless)
                }
            },
            grdb("task cancelled") {
                let queue = try DatabaseQueue()
                let (starts, start) = AsyncStream.makeStream(of: Void.self)
                let task = Task {
                    try await queue.read { database in
                        database.add(
                            function: DatabaseFunction("interrupts") { _ in
                                start.yield()
                                return 1
                            })
                        _ = try Row.fetchAll(database, sql: endless)
                    }
                }
                _ = await starts.first { _ in true }
                task.cancel()
                try await task.value
            },
            grdb("syntax") { try await DatabaseQueue().write { try $0.execute(sql: "SELEC 1") } },
            grdb("no such table") { try withTable("SELECT 1") { try $0.execute(sql: "SELECT * FROM nowhere") } },
            grdb("transaction in a transaction") {
                try withTable("SELECT 1") { try $0.execute(sql: "BEGIN") }
            },
            grdb("too big") {
                try withTable("CREATE TABLE t (a)") {
                    try $0.execute(sql: "INSERT INTO t VALUES (zeroblob(2000000000))")
                }
            },
            grdb("denied") {
                try withTable("CREATE TABLE t (a)") { _ in throw DatabaseError(resultCode: .SQLITE_AUTH) }
            },
            grdb("row without the column") {
                try withTable("SELECT 1") { database in
                    struct Record: FetchableRecord, Decodable { let name: String }
                    _ = try Record.fetchOne(database, sql: "SELECT 1 AS number")
                }
            },
            grdb("record that is gone") {
                try withTable("CREATE TABLE player (id INTEGER PRIMARY KEY)") { try Player(id: 1).update($0) }
            },
            grdb("pool that is closed") {
                try withFile { path in
                    let pool = try DatabasePool(path: path)
                    try pool.close()
                    try pool.read { _ = try Row.fetchAll($0, sql: "SELECT 1") }
                }
            },
        ]
    }
}

private let endless = """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + interrupts() FROM n) SELECT count(*) FROM n
    """

private struct Player: Codable, PersistableRecord {
    let id: Int
}

private func withTable(_ schema: String, _ body: (Database) throws -> Void) throws {
    try DatabaseQueue().write { database in
        try database.execute(sql: schema)
        try body(database)
    }
}

private func withFile(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(component: "database").path)
}

private func read(_ path: String) throws {
    try DatabaseQueue(path: path).read { _ = try Row.fetchAll($0, sql: "SELECT * FROM sqlite_schema") }
}
