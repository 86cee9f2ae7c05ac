#if SQLite
import RetryCore

/// The rows of the records, read and written one by one inside a transaction of the caller.
final class EffectRows {
    private static let columns =
        "phase, token, fingerprint, since, until, result, failure_type, failure_code, failure_message"

    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let delete: Statement
    private let ending: Statement
    private let endingOfTenant: Statement
    private let released: Statement
    private let releasedOfTenant: Statement
    private let open: Statement

    /// The next records without an outcome.
    static let openSQL = """
        SELECT \(columns), tenant, key FROM effects INDEXED BY effects_open
        WHERE phase < 4 AND (tenant, key) > (?, ?) ORDER BY tenant, key LIMIT ?
        """

    init(_ connection: Connection) throws {
        find = try connection.prepare("SELECT \(Self.columns) FROM effects WHERE tenant = ? AND key = ?")
        insert = try connection.prepare(
            "INSERT INTO effects (tenant, key, \(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        update = try connection.prepare(
            """
            UPDATE effects SET phase = ?3, token = ?4, fingerprint = ?5, since = ?6, until = ?7, result = ?8,
                failure_type = ?9, failure_code = ?10, failure_message = ?11
            WHERE tenant = ?1 AND key = ?2
            """)
        delete = try connection.prepare("DELETE FROM effects WHERE tenant = ? AND key = ?")
        ending = try connection.prepare(
            "SELECT tenant, key FROM effects WHERE phase >= 4 AND until <= ? ORDER BY until LIMIT ?")
        endingOfTenant = try connection.prepare(
            """
            SELECT tenant, key FROM effects WHERE tenant = ?3 AND phase >= 4 AND tenant <> x'' AND until <= ?1
            ORDER BY until LIMIT ?2
            """)
        released = try connection.prepare("SELECT tenant, key FROM effects WHERE phase = 6 LIMIT ?")
        releasedOfTenant = try connection.prepare(
            "SELECT tenant, key FROM effects WHERE phase = 6 AND tenant = ?2 ORDER BY until LIMIT ?1")
        open = try connection.prepare(Self.openSQL)
    }

    /// Returns the record of a key; `nil` if there is no row.
    func machine(of key: RowKey) throws -> EffectStateMachine? {
        try find.first(.bytes(key.tenant), .bytes(key.key)) { try Self.machine($0) }
    }

    /// Writes the record of a key that has no row yet.
    func add(_ key: RowKey, _ machine: EffectStateMachine) throws {
        try write(insert, key, machine)
    }

    /// Writes the record of a key that has a row.
    func change(_ key: RowKey, _ machine: EffectStateMachine) throws {
        try write(update, key, machine)
    }

    func remove(_ key: RowKey) throws {
        try delete.run(.bytes(key.tenant), .bytes(key.key))
    }

    /// Returns the keys whose records have had their time, oldest first; those of one tenant, if one is given.
    func ended(_ now: Int64, of tenant: [UInt8]? = nil, limit: Int) throws -> [RowKey] {
        guard let tenant else {
            return try ending.all(.integer(now), .integer(Int64(limit))) { RowKey($0) }
        }
        return try endingOfTenant.all(.integer(now), .integer(Int64(limit)), .bytes(tenant)) { RowKey($0) }
    }

    /// Returns keys that were released, and whose records can be evicted for room.
    func released(of tenant: [UInt8]? = nil, limit: Int) throws -> [RowKey] {
        guard let tenant else { return try released.all(.integer(Int64(limit))) { RowKey($0) } }
        return try releasedOfTenant.all(.integer(Int64(limit)), .bytes(tenant)) { RowKey($0) }
    }

    /// Returns the records without an outcome that follow a key in the order of their bytes.
    func open(after key: RowKey, limit: Int) throws -> [(key: RowKey, machine: EffectStateMachine)] {
        try open.all(.bytes(key.tenant), .bytes(key.key), .integer(Int64(limit))) { row in
            (RowKey(row, firstColumn: 9), try Self.machine(row))
        }
    }

    private func write(_ statement: Statement, _ key: RowKey, _ machine: EffectStateMachine) throws {
        let failure = machine.failure
        try statement.run(
            .bytes(key.tenant), .bytes(key.key), .integer(Int64(machine.phase.rawValue)),
            .integer(machine.token.rawValue), .bytes(machine.fingerprint.digest.bytes), .integer(machine.since),
            .integer(machine.until), machine.result.map { .bytes($0) } ?? .null,
            failure.map { .text($0.type) } ?? .null, failure?.code.map { .text($0) } ?? .null,
            failure?.message.map { .text($0) } ?? .null)
    }

    private static func machine(_ row: Statement) throws -> EffectStateMachine {
        let (number, token, digest) = (row.integer(0), row.integer(1), row.bytes(2))
        guard let phase = EffectStateMachine.Phase(rawValue: UInt8(clamping: number)), phase != .absent, number > 0
        else {
            throw EffectStoreError.unreadableRecord(field: "phase", value: "\(number)")
        }
        guard token > 0 else { throw EffectStoreError.unreadableRecord(field: "token", value: "\(token)") }
        guard let fingerprint = EffectDigest(bytes: digest) else {
            throw EffectStoreError.unreadableRecord(field: "fingerprint", value: "\(digest.count) bytes")
        }
        // A success without a result has the reason.
        if phase == .succeeded, row.isNull(5), row.isNull(6) {
            throw EffectStoreError.unreadableRecord(field: "result", value: "NULL")
        }
        return EffectStateMachine(
            phase: phase, token: FencingToken(token), fingerprint: EffectFingerprint(digest: fingerprint),
            since: row.integer(3), until: row.integer(4), result: row.isNull(5) ? nil : row.bytes(5),
            failure: try failure(row, of: phase))
    }

    private static func failure(_ row: Statement, of phase: EffectStateMachine.Phase) throws -> EffectFailure? {
        guard let type = try text(row, 6, "failure_type") else {
            if phase == .failed { throw EffectStoreError.unreadableRecord(field: "failure_type", value: "NULL") }
            return nil
        }
        return EffectFailure(
            type: type, code: try text(row, 7, "failure_code"), message: try text(row, 8, "failure_message"))
    }

    private static func text(_ row: Statement, _ column: Int32, _ field: String) throws -> String? {
        if row.isNull(column) { return nil }
        let bytes = row.bytes(column)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw EffectStoreError.unreadableRecord(field: field, value: "\(bytes.count) bytes that are no UTF-8")
        }
        return text
    }
}

/// The key of a row: bytes, which SQLite compares as bytes.
struct RowKey: Sendable {
    let tenant: [UInt8]
    let key: [UInt8]

    /// The key before all others.
    static let first = RowKey(tenant: [], key: [])

    init(tenant: [UInt8], key: [UInt8]) {
        self.tenant = tenant
        self.key = key
    }

    init(_ id: ActionID) {
        self.init(tenant: Array(id.tenant.utf8), key: Array(id.key))
    }

    init(_ row: Statement, firstColumn: Int32 = 0) {
        self.init(tenant: row.bytes(firstColumn), key: row.bytes(firstColumn + 1))
    }

    /// The id; `nil` if the row has none that could have been claimed.
    var id: ActionID? {
        guard let tenant = String(validating: tenant, as: UTF8.self) else { return nil }
        return try? ActionID(bytes: key, tenant: tenant)
    }
}
#endif
