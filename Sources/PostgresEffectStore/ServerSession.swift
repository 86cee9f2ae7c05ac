#if PostgreSQL
import RetryCore

/// The session of one thread of a store: a connection, made again when it is lost.
final class ServerSession {
    private let settings: PostgresEffectStore.Settings
    let schema: Schema
    private let shared: Monitor<Shared>
    private let oldestServer: ServerVersion
    private var connection: ServerConnection?

    /// The state that the sessions of a store share.
    struct Shared: Sendable {
        var roundTrips = 0
        /// A Boolean value that indicates whether the schema's limits have been compared with the store's: that is done
        /// once, so that a change of them takes no running store out of service.
        var areLimitsChecked = false
    }

    init(
        _ settings: PostgresEffectStore.Settings, _ schema: Schema, _ shared: Monitor<Shared>,
        oldestServer: ServerVersion
    ) {
        self.settings = settings
        self.schema = schema
        self.shared = shared
        self.oldestServer = oldestServer
    }

    /// Performs idempotent work: after a lost connection it is repeated, once.
    func repeatable<Result>(_ work: (ServerConnection) throws -> Result) throws -> Result {
        do {
            return try once(work)
        } catch is ConnectionLost {
            return try mapped { try once(work) }
        }
    }

    /// Performs work whose outcome is unknown after a lost connection.
    func unrepeatable<Result>(_ work: (ServerConnection) throws -> Result) throws -> Result {
        if let connection, !connection.isAlive { self.connection = nil }
        return try mapped { try once(work) }
    }

    private func once<Result>(_ work: (ServerConnection) throws -> Result) throws -> Result {
        let connection = try self.connection ?? connect()
        self.connection = connection
        let before = connection.roundTrips
        defer { shared.update { $0.roundTrips += connection.roundTrips - before } }
        do {
            let result = try work(connection)
            if !connection.isIdle { self.connection = nil }
            return result
        } catch {
            if error is ConnectionLost || !connection.isIdle { self.connection = nil }
            throw error
        }
    }

    func mapped<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let lost as ConnectionLost {
            throw lost.asStoreError
        }
    }

    private func connect() throws -> ServerConnection {
        let connection = try ServerConnection(
            to: settings.database, connectTimeout: settings.connectTimeout, timeout: settings.timeout)
        try connection.serverVersion.check(atLeast: oldestServer)
        try prepare(connection)
        try schema.open(connection)
        if !shared.update({ $0.areLimitsChecked }) {
            try schema.checkLimits(
                connection, .init(capacity: settings.capacity, tenantQuota: settings.tenantQuota))
            shared.update { $0.areLimitsChecked = true }
        }
        return connection
    }

    /// Checks the properties that the store depends on, for any role and database.
    ///
    /// A connection through a pooler may be handed to another server process after each transaction: there nothing is
    /// set for the session and no statement has a name, and each transaction requests the settings that the defaults
    /// lack.
    private func prepare(_ connection: ServerConnection) throws {
        let facts =
            try connection.query(
                """
                SELECT pg_backend_pid(), pg_is_in_recovery(), current_setting('default_transaction_isolation'),
                current_setting('default_transaction_read_only')
                """, []
            ).first?.map { $0 ?? "" } ?? []
        guard facts.count == 4 else { throw ConnectionLost(reason: "the server does not say what it is") }
        if facts[1] == "t" {
            throw EffectStoreError.unavailable(
                reason: "the server is a standby, which cannot record anything. Name the primary, or set "
                    + "target_session_attrs=read-write.")
        }
        let areDefaultsRight = facts[2] == "read committed" && facts[3] == "off"
        if Int32(facts[0]) == connection.process {
            connection.usesNames = true
            try connection.command(
                """
                SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;
                SET statement_timeout = \(max(1, settings.timeout.milliseconds));
                """)
        } else if !areDefaultsRight {
            connection.asksForTransactions = true
        }
    }
}

extension Duration {
    /// The duration in whole milliseconds, for a short one.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// The duration in whole nanoseconds, at most what fits into 64 bits, and at least zero.
    var wholeNanoseconds: Int64 { max(0, Int64(clamping: attoseconds / 1_000_000_000)) }
}
#endif
