#if PostgreSQL
import CRetryPostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#else
#error("This file needs POSIX.")
#endif

/// The server that the environment names, by libpq's own variables.
enum ServerForTests {
    static let isThere = getenv("PGHOST") != nil
    static let hint: Comment = "PGHOST names no PostgreSQL server: run the tests by .ci/postgres"

    /// Returns a name for a schema that no other test has.
    static func newSchema() -> String {
        "t\(UInt64.random(in: 0 ..< .max))"
    }

    /// Creates the test's own connection to the server.
    static func admin() throws -> Admin { try Admin() }

    /// Lets time pass for the records of some schemas: it moves all of them into the past.
    static func pass(_ duration: Duration, in schemas: [String], _ admin: Admin? = nil) throws {
        let nanoseconds = Int64(duration.attoseconds / 1_000_000_000)
        let admin = try admin ?? self.admin()
        for schema in schemas {
            try admin.run(
                """
                UPDATE \(schema).effects SET since = since - \(nanoseconds),
                until = CASE WHEN until = 9223372036854775807 THEN until ELSE until - \(nanoseconds) END
                """)
        }
    }

    /// Returns the conformance kit for stores of a database, each in a schema of its own.
    static func kit(database: String = "") -> EffectStoreConformance {
        let schemas = SharedValue<[String]>([])
        return EffectStoreConformance(
            time: .external { duration in try pass(duration, in: schemas.withLock { $0 }) }, unit: .seconds(100)
        ) { settings, _ in
            let schema = newSchema()
            let store = try PostgresEffectStore(
                .init(
                    database: database, schema: schema, capacity: settings.capacity, tenantQuota: settings.tenantQuota,
                    retention: settings.retention, maxResultBytes: settings.maxResultBytes ?? 65_536))
            _ = try await store.record(for: ActionID("made"))
            schemas.withLock { $0 = [schema] }
            return store
        }
    }
}

/// A value that many threads change.
///
/// Behind a pthread mutex, because the thread sanitizer does not know the one of `Synchronization` on Linux.
final class SharedValue<Value: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<Result: Sendable>(_ body: @Sendable (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}

/// A plain connection, for requests that a store has no function for.
final class Admin {
    struct Failure: Error {
        let message: String
    }

    private let handle: OpaquePointer

    init(_ database: String = "") throws {
        guard let handle = PQconnectdb(database), PQstatus(handle) == CONNECTION_OK else {
            throw Failure(message: "no connection")
        }
        self.handle = handle
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
    }

    deinit {
        PQfinish(handle)
    }

    /// Runs a statement; returns its rows as text.
    @discardableResult
    func run(_ sql: String) throws -> [[String?]] {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
            throw Failure(message: String(cString: PQerrorMessage(handle)))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }
}
#endif
