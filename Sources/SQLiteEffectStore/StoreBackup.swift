#if SQLite
import CRetrySQLite

/// A running backup: SQLite itself copies the pages, some at a time, and the store works on in between.
///
/// Changes through the same connection are copied, too. Changes of another process make SQLite begin again; after some
/// of those, the rest is copied at once, while other writers wait.
final class StoreBackup {
    private static let pages: Int32 = 256
    private static let restarts = 4

    private let source: Connection
    private let target: Connection
    private let handle: OpaquePointer
    private var left = Int32.max
    private var restartCount = 0

    /// Begins a backup into a file that was just created.
    init(of source: Connection, to target: Connection) throws {
        self.source = source
        self.target = target
        try target.execute("PRAGMA synchronous = EXTRA")
        try target.execute("PRAGMA fullfsync = ON")
        guard let handle = sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
            throw target.failure(sqlite3_errcode(target.handle))
        }
        self.handle = handle
    }

    deinit { sqlite3_backup_finish(handle) }

    /// Copies the next pages; returns whether there are more.
    func step() throws -> Bool {
        let code = sqlite3_backup_step(handle, restartCount < Self.restarts ? Self.pages : -1)
        switch code {
        case SQLITE_DONE: return false
        case SQLITE_OK: break
        default: throw (code & 0xff == SQLITE_BUSY || code & 0xff == SQLITE_LOCKED ? source : target).failure(code)
        }
        let remaining = sqlite3_backup_remaining(handle)
        if remaining >= left { restartCount += 1 }
        left = remaining
        return true
    }
}
#endif
