import Foundation
import GRDB
import RetryAsync
import Shared

extension DatabaseWriter {
    /// Runs a transaction: again, as a whole, while the database is busy or locked.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline, such as `.fast`.
    ///   - updates: The transaction. What it does outside of the database is done again by each attempt.
    /// - Returns: The result of the attempt that was committed.
    /// - Throws: The error of the last attempt, whose changes were rolled back.
    func write<Value: Sendable>(
        retry pipeline: RetryPipeline, _ updates: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await pipeline.execute { try await write(updates) }
    }
}

// MARK: - The check

extension Recipes {
    func grdb() async throws {
        begin("GRDB")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("recipes-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("database.sqlite").path
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        let database = try DatabaseQueue(path: path)
        try await database.write { try $0.execute(sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text)") }

        // Another connection holds the lock until the first retry.
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let events = Notes()
        let policy = RetryPipeline.fast.onRetry { notice in
            events.add((notice.error as? DatabaseError)?.resultCode == .SQLITE_BUSY ? "busy" : "\(notice.error)")
            try? other.writeWithoutTransaction { if $0.isInsideTransaction { try $0.execute(sql: "ROLLBACK") } }
        }
        let id = try await database.write(retry: policy) { database in
            events.add("transaction")
            try database.execute(sql: "INSERT INTO notes (text) VALUES ('once')")
            return database.lastInsertedRowID
        }
        checks.expect("id", id, is: 1)
        checks.expect("events", events.all.filter { $0 == "busy" }.count, is: 1)

        // A transaction that fails in its middle leaves nothing behind.
        let attempts = Notes()
        try await database.write(retry: .fast) { database in
            attempts.add("attempt")
            try database.execute(sql: "INSERT INTO notes (text) VALUES ('whole')")
            if attempts.all.count == 1 { throw DatabaseError(resultCode: .SQLITE_BUSY) }
        }
        let texts = try await database.read { try String.fetchAll($0, sql: "SELECT text FROM notes ORDER BY id") }
        checks.expect("texts", texts, is: ["once", "whole"])
        checks.expect("attempts", attempts.all.count, is: 2)

        // A constraint fails again: no retry.
        let inserts = Notes()
        let error = await failure {
            try await database.write(retry: .fast) { database in
                inserts.add("insert")
                try database.execute(sql: "INSERT INTO notes (id) VALUES (1)")
            }
        }
        checks.expect("constraint", (error as? DatabaseError)?.resultCode, is: .SQLITE_CONSTRAINT)
        checks.expect("inserts", inserts.all.count, is: 1)
    }
}
