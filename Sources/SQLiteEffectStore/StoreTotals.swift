#if SQLite
import RetryCore

/// The state that the records of a store share: the tokens, the number of records, and the time.
final class StoreTotals {
    /// The row of the store.
    struct Totals: Equatable {
        /// The token of the last claim.
        var token: Int64
        /// The number of records.
        var count: Int64
    }

    private let read: Statement
    private let write: Statement
    private let writeCount: Statement
    private let readTenant: Statement
    private let writeTenant: Statement
    private let forgetTenant: Statement

    init(_ connection: Connection) throws {
        read = try connection.prepare("SELECT token, count FROM store")
        write = try connection.prepare("UPDATE store SET token = ?, count = ?, clock = ?, calendar = ?")
        writeCount = try connection.prepare("UPDATE store SET count = count + ?")
        readTenant = try connection.prepare("SELECT count FROM tenants WHERE tenant = ?")
        writeTenant = try connection.prepare(
            "INSERT INTO tenants VALUES (?1, ?2) ON CONFLICT DO UPDATE SET count = count + ?2")
        forgetTenant = try connection.prepare("DELETE FROM tenants WHERE tenant = ? AND count <= 0")
    }

    func totals() throws -> Totals {
        let totals = try read.first { Totals(token: $0.integer(0), count: $0.integer(1)) }
        guard let totals, totals.token >= 0, totals.token < .max, totals.count >= 0 else {
            throw EffectStoreError.unreadableRecord(field: "store", value: totals.map { "\($0)" } ?? "no row")
        }
        return totals
    }

    func record(_ totals: Totals, clock: Int64, calendar: Int64) throws {
        try write.run(.integer(totals.token), .integer(totals.count), .integer(clock), .integer(calendar))
    }

    /// Changes the count of records without a new token.
    func add(_ count: Int) throws {
        try writeCount.run(.integer(Int64(count)))
    }

    /// Returns the number of records of a tenant.
    func count(of tenant: [UInt8]) throws -> Int64 {
        try readTenant.first(.bytes(tenant)) { $0.integer(0) } ?? 0
    }

    /// Changes the count of a tenant's records.
    func add(_ count: Int, to tenant: [UInt8]) throws {
        if tenant.isEmpty { return }
        try writeTenant.run(.bytes(tenant), .integer(Int64(count)))
        if count < 0 { try forgetTenant.run(.bytes(tenant)) }
    }
}
#endif
