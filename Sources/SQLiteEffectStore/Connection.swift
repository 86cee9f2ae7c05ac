#if SQLite
import CRetrySQLite

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("SQLiteEffectStore needs POSIX, which Windows and WASI lack: leave out the trait SQLite.")
#endif

/// An open SQLite file, used by one thread at a time.
final class Connection {
    let path: String
    let handle: OpaquePointer
    private let busy: BusyWait

    /// Opens a file that is there already, for reading and writing.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - busyTimeout: The maximum wait of statements for other processes.
    /// - Throws: An error if the file cannot be used.
    init(path: String, busyTimeout: Duration = .seconds(1)) throws {
        self.path = path
        busy = BusyWait(limit: busyTimeout.clampedNanoseconds)
        var opened: OpaquePointer?
        // No mutex: the store's queue is one. The prefix keeps SQLite from reading a URI or `:memory:` into a path.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path.hasPrefix("/") ? path : "./" + path, &opened, flags, nil)
        guard let opened else { throw SQLiteEffectStoreError(.failed, path, code: code, "out of memory") }
        handle = opened
        if code != SQLITE_OK { throw failure(code) }
        if sqlite3_db_readonly(handle, "main") != 0 { throw SQLiteEffectStoreError(.readOnly, path) }
        effect_harden(handle)
        busy.serve(handle)
    }

    deinit { sqlite3_close_v2(handle) }

    func prepare(_ sql: String) throws -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        return Statement(statement, of: self)
    }

    /// Runs a statement once.
    func execute(_ sql: String) throws {
        try prepare(sql).run()
    }

    /// Returns the first value of a statement's first row; 0 if there is none.
    func integer(_ sql: String) throws -> Int64 {
        try prepare(sql).first { $0.integer(0) } ?? 0
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rolls a transaction back, if there is one.
    func rollBack() {
        // If this fails, SQLite undoes the changes from the journal when the file is used next.
        if isInTransaction { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    /// A Boolean value that indicates whether the file is not at its path any more.
    var isMoved: Bool {
        var answer: Int32 = 0
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &answer)
        return code == SQLITE_OK && answer != 0
    }

    func failure(_ code: Int32) -> SQLiteEffectStoreError {
        let text = String(cString: sqlite3_errmsg(handle))
        return SQLiteEffectStoreError(kind(of: code), path, code: code, text)
    }

    private func kind(of code: Int32) -> SQLiteEffectStoreError.Kind {
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_READONLY: code == SQLITE_READONLY | (4 << 8) ? .moved : .readOnly
        case SQLITE_CORRUPT: .damaged
        // The end of the file came too early.
        case SQLITE_IOERR where code == SQLITE_IOERR | (2 << 8): .damaged
        case SQLITE_NOTADB: .foreignFile
        case SQLITE_FULL: .diskFull
        case SQLITE_IOERR, SQLITE_CANTOPEN:
            [ENOSPC, EDQUOT].contains(sqlite3_system_errno(handle)) ? .diskFull : .inputOutput
        default: .failed
        }
    }
}
#endif
