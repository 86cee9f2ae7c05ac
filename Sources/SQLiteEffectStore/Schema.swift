#if SQLite
import RetryCore

/// The tables of a store, and the migrations from earlier versions.
struct Schema {
    /// The migrations from each version to the next; the first makes an empty file a store.
    ///
    /// Released ones never change.
    let migrations: [[String]]

    static let current = Schema(migrations: [version1, version2])

    /// Marks a file as an effect store, for this library and for the `file` command.
    static let applicationID: Int64 = 0x5254_4546

    var version: Int { migrations.count }

    /// Migrates a file to this version, in one transaction.
    func migrate(_ connection: Connection) throws {
        if try found(in: connection) == version { return }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            // Another process may have been faster.
            for number in try found(in: connection)..<version {
                for sql in migrations[number] { try connection.execute(sql) }
            }
            try connection.execute("PRAGMA application_id = \(Self.applicationID)")
            try connection.execute("PRAGMA user_version = \(version)")
            try connection.execute("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
    }

    /// Returns the version of the file, if it can be migrated to this one.
    private func found(in connection: Connection) throws -> Int {
        let found = Int(try connection.integer("PRAGMA user_version"))
        let isOurs = try connection.integer("PRAGMA application_id") == Self.applicationID
        let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_master") == 0
        guard isOurs || isEmpty && found == 0 else { throw SQLiteEffectStoreError(.foreignFile, connection.path) }
        guard found >= 0, found <= version else { throw EffectStoreError.newerSchema(found: found, known: version) }
        return found
    }

    private static let version1 = [
        // One row. `clock` is the store's time when the row was written last, `calendar` the calendar's.
        """
        CREATE TABLE store (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            token INTEGER NOT NULL, count INTEGER NOT NULL,
            clock INTEGER NOT NULL, calendar INTEGER NOT NULL
        ) STRICT
        """,
        "INSERT INTO store VALUES (1, 0, 0, 0, 0)",
        // The distance of the store's time from the monotonic clock, for each run of the machine.
        """
        CREATE TABLE clocks (
            id INTEGER PRIMARY KEY, boot TEXT NOT NULL UNIQUE, shift INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE tenants (
            tenant BLOB PRIMARY KEY NOT NULL, count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        // Times are nanoseconds of the store's time. The phases are those of EffectStateMachine.
        """
        CREATE TABLE effects (
            tenant BLOB NOT NULL, key BLOB NOT NULL,
            phase INTEGER NOT NULL, token INTEGER NOT NULL, fingerprint BLOB NOT NULL,
            since INTEGER NOT NULL, until INTEGER NOT NULL,
            result BLOB, failure_type TEXT, failure_code TEXT, failure_message TEXT,
            PRIMARY KEY (tenant, key)
        ) STRICT, WITHOUT ROWID
        """,
        // The records that may be evicted, by time: in the store, in a tenant, and at once if there is no room.
        "CREATE INDEX effects_ending ON effects (until) WHERE phase >= 4",
        "CREATE INDEX effects_ending_of_tenant ON effects (tenant, until) WHERE phase >= 4 AND tenant <> x''",
        "CREATE INDEX effects_released ON effects (tenant, until) WHERE phase = 6",
    ]

    private static let version2 = [
        // The records without an outcome: few, and found without reading settled ones.
        "CREATE INDEX effects_open ON effects (tenant, key) WHERE phase < 4"
    ]
}
#endif
