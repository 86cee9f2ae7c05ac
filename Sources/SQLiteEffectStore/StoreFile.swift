#if SQLite
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

/// The path of a store: checks the file before SQLite opens it, and creates an empty file if there is none.
struct StoreFile {
    let path: String
    /// The users besides this one and root that may own the file.
    var trustedUsers: Set<UInt32> = []

    /// The directory of the file.
    var directory: String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Throws if the file cannot be used, or must not be; creates it if it is not there.
    func prepare() throws(SQLiteEffectStoreError) {
        try checkPath()
        try checkDirectory()
        if status(of: path) == nil { try create() }
        try check()
    }

    /// Throws if the file, or a file of SQLite beside it, cannot be used or must not be.
    func check() throws(SQLiteEffectStoreError) {
        guard let status = status(of: path) else { throw SQLiteEffectStoreError(.notAFile, path) }
        try check(path, status)
        // A journal that another user has put there would be played back into the file.
        for suffix in ["-journal", "-wal", "-shm"] {
            if let status = self.status(of: path + suffix) { try check(path + suffix, status) }
        }
        if access(path, R_OK | W_OK) != 0 { throw SQLiteEffectStoreError(.readOnly, path) }
    }

    /// Creates an empty file that was not there, for a backup.
    func createNew() throws(SQLiteEffectStoreError) {
        try checkPath()
        try checkDirectory()
        if status(of: path) != nil { throw SQLiteEffectStoreError(.alreadyExists, path) }
        try create()
        try check()
    }

    /// Removes the file of a backup that failed.
    func remove() {
        for suffix in ["", "-journal"] { unlink(path + suffix) }
    }

    private func checkPath() throws(SQLiteEffectStoreError) {
        if path.isEmpty || path.utf8.contains(0) {
            throw SQLiteEffectStoreError(.notAFile, path, "the path is invalid")
        }
    }

    private func checkDirectory() throws(SQLiteEffectStoreError) {
        var status = stat()
        // A link to a directory is followed: its target is checked.
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw SQLiteEffectStoreError(.missingDirectory, directory)
        }
        // In a directory such as /tmp, which is sticky, no user can replace the file of another one.
        if status.st_mode & S_ISVTX == 0 { try checkWriters(directory, status) }
        try checkOwner(directory, status)
        if access(directory, W_OK | X_OK) != 0 { throw SQLiteEffectStoreError(.readOnly, directory) }
    }

    private func check(_ path: String, _ status: stat) throws(SQLiteEffectStoreError) {
        if status.st_mode & S_IFMT == S_IFLNK { throw SQLiteEffectStoreError(.symbolicLink, path) }
        if status.st_mode & S_IFMT != S_IFREG { throw SQLiteEffectStoreError(.notAFile, path) }
        try checkOwner(path, status)
        try checkWriters(path, status)
    }

    private func checkOwner(_ path: String, _ status: stat) throws(SQLiteEffectStoreError) {
        let owner = UInt32(status.st_uid)
        if owner != geteuid(), owner != 0, !trustedUsers.contains(owner) {
            throw SQLiteEffectStoreError(.foreignOwner, path, "its owner is the user \(owner)")
        }
    }

    private func checkWriters(_ path: String, _ status: stat) throws(SQLiteEffectStoreError) {
        if status.st_mode & S_IWOTH != 0 { throw SQLiteEffectStoreError(.worldWritable, path) }
        // A group of the user's own, as many systems have it, has the number of the user.
        let isOwnGroup = status.st_gid == getegid() && UInt32(status.st_gid) == UInt32(geteuid())
        if status.st_mode & S_IWGRP != 0, !isOwnGroup, trustedUsers.isEmpty {
            throw SQLiteEffectStoreError(.groupWritable, path)
        }
    }

    /// Creates an empty file that no other user can read: results may be secrets.
    ///
    /// The file is closed at once, and that ends every lock which this process has on it. There is none yet: another
    /// store of this process comes here only after the queue of all openings has released this one.
    private func create() throws(SQLiteEffectStoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 {
            close(file)
        } else if errno != EEXIST {
            let kind: SQLiteEffectStoreError.Kind = [ENOSPC, EDQUOT].contains(errno) ? .diskFull : .inputOutput
            throw SQLiteEffectStoreError(kind, path, String(cString: strerror(errno)))
        }
    }

    /// Returns the status of the path itself, and not of a link's target.
    private func status(of path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }
}
#endif
