#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The path of a store: looks at what is there before SQLite does, and makes an empty file where nothing is.
struct StoreFile {
    let path: String

    /// The directory of the file.
    var directory: String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Throws if the file cannot be used, or must not be; creates it if it is not there.
    func prepare() throws(SQLiteEffectStoreError) {
        if path.isEmpty || path.utf8.contains(0) { throw SQLiteEffectStoreError(.notAFile, path, "the path is none") }
        try checkDirectory()
        if status(of: path) == nil { try create() }
        try checkFile()
    }

    private func checkDirectory() throws(SQLiteEffectStoreError) {
        guard let status = status(of: directory), status.st_mode & S_IFMT == S_IFDIR else {
            throw SQLiteEffectStoreError(.missingDirectory, directory)
        }
        // In a directory such as /tmp, which is sticky, nobody can replace the file of somebody else.
        if status.st_mode & S_IWOTH != 0, status.st_mode & S_ISVTX == 0 {
            throw SQLiteEffectStoreError(.worldWritable, directory)
        }
        if access(directory, W_OK | X_OK) != 0 { throw SQLiteEffectStoreError(.readOnly, directory) }
    }

    private func checkFile() throws(SQLiteEffectStoreError) {
        guard let status = status(of: path), status.st_mode & S_IFMT == S_IFREG else {
            throw SQLiteEffectStoreError(.notAFile, path)
        }
        if status.st_mode & S_IWOTH != 0 { throw SQLiteEffectStoreError(.worldWritable, path) }
        if access(path, R_OK | W_OK) != 0 { throw SQLiteEffectStoreError(.readOnly, path) }
    }

    /// Creates an empty file that nobody else can read: results may be secrets.
    ///
    /// The file is closed at once, and that ends every lock which this process has on it. There is none yet: another
    /// store of this process comes here only after the queue of all openings has let this one go.
    private func create() throws(SQLiteEffectStoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file >= 0 {
            close(file)
        } else if errno != EEXIST {
            let kind: SQLiteEffectStoreError.Kind = [ENOSPC, EDQUOT].contains(errno) ? .diskFull : .inputOutput
            throw SQLiteEffectStoreError(kind, path, String(cString: strerror(errno)))
        }
    }

    private func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
