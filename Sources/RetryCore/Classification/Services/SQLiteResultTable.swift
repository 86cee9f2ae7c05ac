/// The result codes of SQLite, and the class of failure that each stands for.
///
/// A statement that fails with a lock often needs its whole transaction to be repeated: `SQLITE_BUSY_SNAPSHOT` always
/// does.
public enum SQLiteResultTable: Sendable {
    /// Returns the class of a result code, or `nil` if the code alone says too little.
    ///
    /// | code | class |
    /// |---|---|
    /// | `BUSY`, `LOCKED` (`…_SNAPSHOT`, `…_RECOVERY`, `…_SHAREDCACHE` as well), `PROTOCOL`, `SCHEMA` | concurrency |
    /// | `ERROR_RETRY`, `ERROR_SNAPSHOT` | concurrency |
    /// | `NOMEM` | transient |
    /// | `PERM`, `AUTH` | permission |
    /// | `CONSTRAINT`, `MISMATCH`, `TOOBIG`, `RANGE` | permanent |
    /// | `ERROR`, `MISUSE`, `NOTFOUND`, `NOLFS` | permanent |
    /// | `READONLY`, `CANTOPEN`, `CORRUPT`, `NOTADB`, `FORMAT` | permanent |
    /// | `IOERR`, `FULL`: of the system below | none |
    /// | `INTERRUPT`, `ABORT`: ended on request | none |
    ///
    /// - Parameter code: The extended result code, or the primary one, which is its lowest eight bits.
    /// - Returns: The class.
    public static func errorClass(_ code: Int) -> ErrorClass? {
        switch code {
        case 513, 769: .concurrency  // SQLITE_ERROR_RETRY, SQLITE_ERROR_SNAPSHOT
        default: errorClass(ofPrimary: code & 0xff)
        }
    }

    private static func errorClass(ofPrimary code: Int) -> ErrorClass? {
        switch code {
        case 5, 6, 15, 17: .concurrency  // BUSY, LOCKED, PROTOCOL, SCHEMA
        case 7: .transient  // NOMEM
        case 3, 23: .permission  // PERM, AUTH
        case 18, 19, 20, 25: .permanent  // TOOBIG, CONSTRAINT, MISMATCH, RANGE
        case 1, 12, 21, 22: .permanent  // ERROR, NOTFOUND, MISUSE, NOLFS
        case 8, 11, 14, 24, 26: .permanent  // READONLY, CORRUPT, CANTOPEN, FORMAT, NOTADB
        default: nil
        }
    }
}
