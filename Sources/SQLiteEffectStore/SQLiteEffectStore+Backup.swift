#if SQLite
import RetryCore

extension SQLiteEffectStore {
    /// Copies the store into a new file while it is in use.
    ///
    /// The copy holds the contents of the store at one moment, at the end of the call. It is made by SQLite's online
    /// backup, in short steps between which callers claim and settle. Never copy the file by other means while this
    /// process has it open: closing a file ends every lock that the process has on it, and another process may write
    /// then.
    ///
    /// Open a backup in place of the store only if the receivers keep no more than the backup does: effects since then
    /// would be run again.
    ///
    /// - Parameter path: The new file, which must not exist; its directory must.
    /// - Throws: ``SQLiteEffectStoreError`` with the problem of the path, or the error that stopped the store;
    ///   `CancellationError` if the task is cancelled. No file is left behind then.
    public func backup(to path: String) async throws {
        let file = StoreFile(path: path, trustedUsers: settings.trustedUsers)
        try await queue.async { try $0.beginBackup(file) }
        do {
            var isDone = false
            while !isDone {
                try Task.checkCancellation()
                isDone = try await queue.async { try !$0.stepBackup(file) }
            }
        } catch {
            try? await queue.async { $0.endBackup(file) }
            throw error
        }
    }

    /// Copies the store into a new file, as the asynchronous `backup(to:)` does; blocks the thread.
    public func backup(to path: String) throws {
        let file = StoreFile(path: path, trustedUsers: settings.trustedUsers)
        try queue.sync { try $0.beginBackup(file) }
        do {
            var isDone = false
            while !isDone { isDone = try queue.sync { try !$0.stepBackup(file) } }
        } catch {
            queue.sync { $0.endBackup(file) }
            throw error
        }
    }
}

extension OpenStore {
    func beginBackup(_ file: StoreFile) throws {
        try file.createNew()
        do {
            backups[file.path] = try StoreBackup(of: connection, to: Connection(path: file.path))
        } catch {
            file.remove()
            throw error
        }
    }

    /// Copies some pages; returns whether there are more.
    func stepBackup(_ file: StoreFile) throws -> Bool {
        connection.rollBack()
        if connection.isMoved { throw SQLiteEffectStoreError(.moved, connection.path) }
        guard let backup = backups[file.path] else { return false }
        if try backup.step() { return true }
        backups[file.path] = nil
        return false
    }

    /// Cancels a backup.
    func endBackup(_ file: StoreFile) {
        backups[file.path] = nil
        file.remove()
    }
}
#endif
