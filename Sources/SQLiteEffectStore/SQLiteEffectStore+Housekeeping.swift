#if SQLite
public import RetryCore

// Each function has two forms: called from a task, it does not block the thread.
extension SQLiteEffectStore {
    /// The number of records in one transaction, so that no caller waits for long.
    private static let batch = 500

    /// Returns the number of records, including those kept for a moment after a release.
    ///
    /// - Returns: The count.
    /// - Throws: An error if the store cannot do its work.
    public func count() async throws -> Int {
        try await queue.async { try $0.count() }
    }

    /// Returns the number of records, as the asynchronous `count()` does; blocks the thread.
    public func count() throws -> Int {
        try queue.sync { try $0.count() }
    }

    /// Returns the number of records of a tenant.
    ///
    /// - Parameter tenant: The tenant, as it is in the ids.
    /// - Returns: The count; 0 for the empty tenant, whose records are not counted.
    /// - Throws: An error if the store cannot do its work.
    public func count(ofTenant tenant: String) async throws -> Int {
        try await queue.async { try $0.count(of: tenant) }
    }

    /// Returns the number of records of a tenant, as the asynchronous `count(ofTenant:)` does; blocks the thread.
    public func count(ofTenant tenant: String) throws -> Int {
        try queue.sync { try $0.count(of: tenant) }
    }

    /// Evicts settled records whose time is over, in transactions of at most 500.
    ///
    /// A store in use does not need it: every claim and every settlement evicts two of them. The file does not become
    /// smaller; its free pages are used again.
    ///
    /// - Parameter limit: The maximum number of evicted records.
    /// - Returns: The number of evicted records.
    /// - Throws: An error if the store cannot do its work. Records evicted before stay evicted.
    @discardableResult
    public func sweep(limit: Int = .max) async throws -> Int {
        var count = 0
        while count < limit {
            let batch = min(Self.batch, limit - count)
            let gone = try await queue.async { try $0.sweep(limit: batch) }
            count += gone
            if gone < batch { break }
        }
        return count
    }

    /// Evicts settled records whose time is over, as the asynchronous `sweep(limit:)` does; blocks the thread.
    @discardableResult
    public func sweep(limit: Int = .max) throws -> Int {
        var count = 0
        while count < limit {
            let batch = min(Self.batch, limit - count)
            let gone = try queue.sync { try $0.sweep(limit: batch) }
            count += gone
            if gone < batch { break }
        }
        return count
    }

    /// Returns keys without an outcome, for reconciliation, in the order of their bytes.
    ///
    /// It reads no settled record, and the others in short portions, not all at one moment.
    ///
    /// - Parameter limit: The maximum number of keys.
    /// - Returns: The keys and their records.
    /// - Throws: An error if the store cannot do its work.
    public func unsettled(limit: Int = 1_000) async throws -> [(id: ActionID, record: EffectRecord)] {
        var found: [(id: ActionID, record: EffectRecord)] = []
        var last: RowKey? = .first
        while let key = last, found.count < limit {
            let count = min(Self.batch, limit - found.count)
            let page = try await queue.async { try $0.unsettled(after: key, limit: count) }
            found.append(contentsOf: page.found)
            last = page.last
        }
        return found
    }

    /// Returns keys without an outcome, as the asynchronous `unsettled(limit:)` does; blocks the thread.
    public func unsettled(limit: Int = 1_000) throws -> [(id: ActionID, record: EffectRecord)] {
        var found: [(id: ActionID, record: EffectRecord)] = []
        var last: RowKey? = .first
        while let key = last, found.count < limit {
            let count = min(Self.batch, limit - found.count)
            let page = try queue.sync { try $0.unsettled(after: key, limit: count) }
            found.append(contentsOf: page.found)
            last = page.last
        }
        return found
    }
}
#endif
