public import RetryCore

// Each function stands here twice: called from a task, it leaves the thread to others.
extension SQLiteEffectStore {
    /// How many records are looked at in one transaction, so that nobody waits for long.
    private static let batch = 500

    /// Returns how many records the store has, those included that it keeps for a moment after a release.
    ///
    /// - Returns: The count.
    /// - Throws: What kept the store from its work.
    public func count() async throws -> Int {
        try await queue.async { try $0.count() }
    }

    /// Returns how many records the store has, as the asynchronous `count()` does; blocks the thread.
    public func count() throws -> Int {
        try queue.sync { try $0.count() }
    }

    /// Returns how many records a tenant has.
    ///
    /// - Parameter tenant: The tenant, as it is in the ids.
    /// - Returns: The count; 0 for the empty tenant, whose records are not counted.
    /// - Throws: What kept the store from its work.
    public func count(ofTenant tenant: String) async throws -> Int {
        try await queue.async { try $0.count(of: tenant) }
    }

    /// Returns how many records a tenant has, as the asynchronous `count(ofTenant:)` does; blocks the thread.
    public func count(ofTenant tenant: String) throws -> Int {
        try queue.sync { try $0.count(of: tenant) }
    }

    /// Lets settled records go whose time is over, in transactions of at most 500.
    ///
    /// A store in use does not need it: every claim and every settlement lets two of them go. The file does not become
    /// smaller; its free pages are used again.
    ///
    /// - Parameter limit: How many records go at most.
    /// - Returns: How many records went.
    /// - Throws: What kept the store from its work. What went before stays away.
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

    /// Lets settled records go whose time is over, as the asynchronous `sweep(limit:)` does; blocks the thread.
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

    /// Returns keys that have no outcome, for those who reconcile, in the order of their bytes.
    ///
    /// It reads no settled record, and the others in short portions, not all at one moment.
    ///
    /// - Parameter limit: How many keys at most.
    /// - Returns: The keys and what is known of them.
    /// - Throws: What kept the store from its work.
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

    /// Returns keys that have no outcome, as the asynchronous `unsettled(limit:)` does; blocks the thread.
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
