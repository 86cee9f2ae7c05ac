#if PostgreSQL
extension PostgresEffectStore {
    /// The settings of a store: its place, its limits and its times.
    ///
    /// Printed, dumped or reflected, settings show the server and the database, and never a password.
    public struct Settings: Sendable, Hashable {
        /// The server and the database, in libpq's form: a URI, or words such as `host=db dbname=shop`.
        ///
        /// Missing parts come from libpq's variables, such as `PGHOST`.
        public var database: String
        /// The schema with the store's tables; 1 to 63 lower-case ASCII letters, digits and underscores.
        public var schema: String
        /// The maximum number of connections; from 2 to 100.
        public var connections: Int
        /// The maximum number of records in the schema, at least 1; `nil` for any number.
        ///
        /// Claims of new keys wait for each other at its count: prefer ``tenantQuota`` if many callers claim.
        public var capacity: Int?
        /// The maximum number of records of a tenant, at least 1; `nil` for any number.
        public var tenantQuota: Int?
        /// The time for which a settled effect is replayed; above zero.
        public var retention: Duration
        /// The maximum size of a result in bytes; from 0 to 100,000,000.
        public var maxResultBytes: Int
        /// The maximum wait for a connection; rounded to seconds, from 2 s to an hour.
        public var connectTimeout: Duration
        /// The maximum wait for the answer to a statement; from 100 ms to an hour.
        public var timeout: Duration

        /// Creates settings.
        ///
        /// - Parameters:
        ///   - database: The server and the database, in libpq's form; empty for libpq's variables alone.
        ///   - schema: The schema with the store's tables.
        ///   - connections: The maximum number of connections; from 2 to 100.
        ///   - capacity: The maximum number of records in the schema; `nil` for any number.
        ///   - tenantQuota: The maximum number of records of a tenant; `nil` for any number.
        ///   - retention: The time for which a settled effect is replayed; above zero.
        ///   - maxResultBytes: The maximum size of a result in bytes; from 0 to 100,000,000.
        ///   - connectTimeout: The maximum wait for a connection; from 2 s to an hour.
        ///   - timeout: The maximum wait for the answer to a statement; from 100 ms to an hour.
        public init(
            database: String = "", schema: String = "retrykit", connections: Int = 4, capacity: Int? = nil,
            tenantQuota: Int? = nil, retention: Duration = .seconds(86_400), maxResultBytes: Int = 1_048_576,
            connectTimeout: Duration = .seconds(5), timeout: Duration = .seconds(10)
        ) {
            self.database = database
            self.schema = schema
            self.connections = connections
            self.capacity = capacity
            self.tenantQuota = tenantQuota
            self.retention = retention
            self.maxResultBytes = maxResultBytes
            self.connectTimeout = connectTimeout
            self.timeout = timeout
        }

        func check() throws(PostgresEffectStoreError) {
            try check(
                "schema", schema,
                (1...63).contains(schema.utf8.count)
                    && schema.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
                    && !schema.hasPrefix("pg_"),
                "must be 1 to 63 of a to z, 0 to 9 and _, and not begin with pg_")
            try check("connections", connections, (2...100).contains(connections), "must be from 2 to 100")
            try check("capacity", capacity ?? 1, capacity ?? 1 >= 1, "must be at least 1")
            try check("tenantQuota", tenantQuota ?? 1, tenantQuota ?? 1 >= 1, "must be at least 1")
            try check("retention", retention, retention > .zero, "must be above zero")
            try check(
                "maxResultBytes", maxResultBytes, (0...100_000_000).contains(maxResultBytes),
                "must be from 0 to 100,000,000")
            try check(
                "connectTimeout", connectTimeout, connectTimeout >= .seconds(2) && connectTimeout <= .seconds(3_600),
                "must be from 2 s to an hour")
            try check(
                "timeout", timeout, timeout >= .milliseconds(100) && timeout <= .seconds(3_600),
                "must be from 100 ms to an hour")
        }

        private func check(
            _ name: String, _ value: some CustomStringConvertible, _ isRight: Bool, _ requirement: String
        ) throws(PostgresEffectStoreError) {
            if !isRight {
                throw .invalidSetting(name: name, value: value.description, requirement: requirement)
            }
        }
    }
}

extension PostgresEffectStore.Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private var facts: KeyValuePairs<String, Any> {
        [
            "database": ConnectionString(database).shown, "schema": schema, "connections": connections,
            "capacity": capacity as Any, "tenantQuota": tenantQuota as Any, "retention": retention,
            "maxResultBytes": maxResultBytes, "connectTimeout": connectTimeout, "timeout": timeout,
        ]
    }

    /// The settings, without any word of the connection string that may be secret.
    public var description: String {
        "PostgresEffectStore.Settings(\(facts.map { "\($0.key): \($0.value)" }.joined(separator: ", ")))"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// The same as ``description``, field by field.
    public var customMirror: Mirror { Mirror(self, children: facts, displayStyle: .struct) }
}
#endif
