#if PostgreSQL
import RetryCore

/// The tables and functions of a store, in a schema of the database of their own.
package struct Schema: Sendable {
    private let schema: String
    /// The name in SQL, in double quotes.
    let name: String
    let migrations: [String]

    package init(_ name: String, migrations: [String] = Schema.migrations) {
        schema = name
        self.name = "\"\(name)\""
        self.migrations = migrations
    }

    /// The version that this library knows.
    var version: Int { migrations.count }

    /// A number for advisory locks, which other schemas are unlikely to have.
    var lockSpace: Int32 {
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int32(bitPattern: hash)
    }

    /// Returns SQL with the schema's name in place of `@`.
    func text(_ sql: String) -> String {
        sql.split(separator: "@.", omittingEmptySubsequences: false).joined(separator: "\(name).")
    }

    /// Checks that the schema exists in a known version, or creates it.
    ///
    /// A role without the right to create can use a schema that is up to date.
    func open(_ connection: ServerConnection) throws {
        if try version(of: connection) != version { try migrate(connection) }
    }

    private func version(of connection: ServerConnection) throws -> Int? {
        // A read of the catalogue itself: a name is looked up in a cache, which can be behind within a transaction.
        let found = try connection.query(
            """
            SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relname = 'store' AND n.nspname = $1
            """, [.text(schema)])
        if found.isEmpty { return nil }
        let rows = try connection.query(text("SELECT version FROM @.store"), [])
        guard let text = rows.first?.first ?? nil, let version = Int(text) else { return nil }
        if version > self.version { throw EffectStoreError.newerSchema(found: version, known: self.version) }
        return version
    }

    /// Migrates the schema, in one transaction, while every other migration waits.
    private func migrate(_ connection: ServerConnection) throws {
        try connection.command("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        do {
            try connection.command("SET LOCAL lock_timeout = 0")
            try connection.command("SELECT pg_advisory_xact_lock(\(lockSpace), -1)")
            let found = try version(of: connection) ?? 0
            if found == 0 { try connection.command("CREATE SCHEMA IF NOT EXISTS \(name)") }
            if found < version {
                try connection.command("SET LOCAL client_min_messages = warning")
                for migration in migrations[found...] { try connection.command(text(migration)) }
                for function in Self.functions { try connection.command(text(function)) }
                try connection.command(
                    text(
                        """
                        INSERT INTO @.store (version) VALUES (\(version))
                        ON CONFLICT (single) DO UPDATE SET version = \(version)
                        """))
            }
            try connection.command("COMMIT")
        } catch {
            _ = try? connection.command("ROLLBACK")
            throw error
        }
    }

    /// Checks that the schema has the limits of the store's settings: they are the schema's, for all its stores.
    ///
    /// A store without limits accepts them as they are; the first store with limits sets them.
    func checkLimits(_ connection: ServerConnection, _ given: PostgresEffectStoreError.Limits) throws {
        guard given.capacity != nil || given.tenantQuota != nil else { return }
        let row = try connection.query(text("SELECT capacity, tenant_quota FROM @.store"), []).first ?? []
        let recorded = PostgresEffectStoreError.Limits(
            capacity: row.first.flatMap { $0 }.flatMap(Int.init), tenantQuota: row.last.flatMap { $0 }.flatMap(Int.init)
        )
        if recorded == given { return }
        // Stores that start at once all set the same.
        if recorded.capacity == nil, recorded.tenantQuota == nil {
            try setLimits(connection, capacity: given.capacity, tenantQuota: given.tenantQuota)
        } else {
            throw PostgresEffectStoreError.limitsDiffer(recorded: recorded, given: given)
        }
    }

    func setLimits(_ connection: ServerConnection, capacity: Int?, tenantQuota: Int?) throws {
        func number(_ limit: Int?) -> String { limit.map { "\($0)" } ?? "NULL" }
        _ = try connection.asNeeded {
            try connection.command(text("SELECT @.set_limits(\(number(capacity)), \(number(tenantQuota)))"))
        }
    }
}
#endif
