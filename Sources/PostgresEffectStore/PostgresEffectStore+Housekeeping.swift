#if PostgreSQL
public import RetryCore

extension PostgresEffectStore {
    /// Evicts settled records whose time is over, a batch at a time.
    ///
    /// Call it from time to time, from one machine or from several: a key whose record is over can be claimed before
    /// that, but its row takes up room. A batch is a transaction of its own, and skips rows that other transactions
    /// hold.
    ///
    /// - Parameters:
    ///   - batch: The number of records in a batch; at least 1.
    ///   - batches: The maximum number of batches.
    /// - Returns: The number of evicted records.
    /// - Throws: An error if the store cannot do its work.
    @discardableResult
    public func sweep(batch: Int = 1_000, batches: Int = 1_000) async throws -> Int {
        var count = 0
        for _ in 0..<max(0, batches) {
            let gone = try await perform { session in
                try session.repeatable { connection in
                    try connection.asNeeded {
                        try connection.query(
                            session.schema.text("SELECT @.sweep($1)"), [.integer(Int64(max(1, batch)))])
                    }
                }
            }
            let number = gone.first?.first.flatMap { $0 }.flatMap(Int.init) ?? 0
            count += number
            if number < max(1, batch) || Task.isCancelled { break }
        }
        return count
    }

    /// Returns keys with an unknown outcome, or whose lease is over, for reconciliation.
    ///
    /// - Parameter limit: The maximum number of keys.
    /// - Returns: The keys and their records, each at the moment when it was read.
    /// - Throws: An error if the store cannot do its work.
    public func unsettled(limit: Int = 1_000) async throws -> [(id: ActionID, record: EffectRecord)] {
        let rows = try await perform { session in
            try session.repeatable { connection in
                try connection.query(
                    session.schema.text(
                        """
                        SELECT encode(t.tenant, 'hex'), encode(t.key, 'hex') FROM @.effects t WHERE t.phase < 4
                        AND (t.phase <> 1 OR t.until <= extract(epoch FROM clock_timestamp()) * 1000000000)
                        ORDER BY t.token LIMIT $1
                        """), [.integer(Int64(max(0, limit)))])
            }
        }
        var found: [(id: ActionID, record: EffectRecord)] = []
        for row in rows {
            guard let id = try Self.id(row), let record = try await record(for: id) else { continue }
            if case .indeterminate = record.state { found.append((id, record)) }
        }
        return found
    }

    /// Sets the limits of the schema, for all its stores.
    ///
    /// It counts the records, and no caller can claim or settle meanwhile. Existing records stay, even above a limit.
    ///
    /// - Parameters:
    ///   - capacity: The maximum number of records; `nil` for any number.
    ///   - tenantQuota: The maximum number of records of a tenant; `nil` for any number.
    /// - Throws: An error if the store cannot do its work.
    public func setLimits(capacity: Int?, tenantQuota: Int?) async throws {
        var checked = settings
        (checked.capacity, checked.tenantQuota) = (capacity, tenantQuota)
        try checked.check()
        try await perform { session in
            try session.repeatable {
                try session.schema.setLimits($0, capacity: capacity, tenantQuota: tenantQuota)
            }
        }
    }

    private static func id(_ row: [String?]) throws -> ActionID? {
        guard row.count == 2, let tenant = row[0], let key = row[1] else { return nil }
        return try ActionID(bytes: bytes(key), tenant: String(decoding: bytes(tenant), as: UTF8.self))
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 0x3a ? $0 &- 0x30 : $0 &- 0x57 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
#endif
