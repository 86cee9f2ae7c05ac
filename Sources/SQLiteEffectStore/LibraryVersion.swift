#if SQLite
import CRetrySQLite

/// The version of SQLite's library that the program has loaded; it may be older than the headers it was built with.
struct LibraryVersion: CustomStringConvertible {
    /// The oldest version that the store works with: the first with strict tables.
    static let oldest = LibraryVersion(number: 3_037_000)

    /// The version of the library that is loaded.
    static var loaded: LibraryVersion { LibraryVersion(number: sqlite3_libversion_number()) }

    /// The version as SQLite counts, such as 3_037_002 for 3.37.2.
    let number: Int32

    /// Checks that the store works with it.
    func check() throws(SQLiteEffectStoreError) {
        if number < Self.oldest.number { throw SQLiteEffectStoreError(.outdatedLibrary, description) }
    }

    var description: String { "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)" }
}
#endif
