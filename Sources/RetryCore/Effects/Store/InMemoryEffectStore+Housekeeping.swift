extension InMemoryEffectStore {
    /// The contents of a store, for a dashboard.
    public struct Snapshot: Sendable, Hashable {
        /// The number of effects that are running, or were when their lease ended.
        public let running: Int
        /// The number of effects with an unknown outcome that a claim was answered with.
        public let indeterminate: Int
        /// The number of settled effects, succeeded and failed together.
        public let settled: Int
        /// The number of records, including those kept for a moment after a release.
        public let count: Int
        /// The maximum number of records.
        public let capacity: Int
        /// The number of records of each tenant.
        public let tenants: [String: Int]
        /// The number of callers that wait for the outcome of another caller's run.
        public let waiters: Int
    }

    /// The number of records in the store.
    public var count: Int { counters.count }

    /// Returns the contents of the store.
    ///
    /// Its parts are read in turn, not all at one moment.
    public func snapshot() -> Snapshot {
        var counts = [Int](repeating: 0, count: EffectStateMachine.Phase.allCases.count)
        var waiters = 0
        for shard in shards {
            shard.withLock { shard in
                for index in counts.indices { counts[index] += shard.counts[index] }
                waiters += shard.waiterCount
            }
        }
        func count(_ phase: EffectStateMachine.Phase) -> Int { counts[Int(phase.rawValue)] }
        return Snapshot(
            running: count(.running), indeterminate: count(.abandoned) + count(.indeterminate),
            settled: count(.succeeded) + count(.failed), count: counters.count, capacity: settings.capacity,
            tenants: counters.tenantCounts, waiters: waiters)
    }

    /// Returns keys without an outcome, for reconciliation: those that were claimed first in each part.
    ///
    /// - Parameter limit: The maximum number of keys.
    /// - Returns: The keys and their records.
    public func unsettled(limit: Int = 1_000) -> [(id: ActionID, record: EffectRecord)] {
        var found: [(id: ActionID, record: EffectRecord)] = []
        for shard in shards where found.count < limit {
            shard.withLock { shard in
                let now = shard.advance(to: clock.nanoseconds)
                var slot = shard.slots.first(of: .open)
                while let current = slot, found.count < limit {
                    if let id = shard.slots[current].id, let record = shard.slots[current].machine.record(now: now) {
                        found.append((id, record))
                    }
                    slot = shard.slots.next(after: current)
                }
            }
        }
        return found
    }

    /// Evicts settled records whose time is over.
    ///
    /// A call of it is never needed: every claim and every settlement evicts two of them. It gives memory back while a
    /// store is idle.
    ///
    /// - Parameter limit: The maximum number of records from each part of the store, so that no lock is held for long.
    /// - Returns: The number of evicted records.
    @discardableResult
    public func sweep(limit: Int = 1_000) -> Int {
        shards.reduce(0) { count, shard in
            count
                + shard.withLock { shard in
                    shard.evictExpired(now: shard.advance(to: clock.nanoseconds), atMost: max(0, limit))
                }
        }
    }

    /// Evicts records that need not be kept, for one more record; returns whether there is room.
    ///
    /// A tenant's own records can be anywhere: more of them are evicted, still in small portions.
    func makeRoom(after refusal: EffectStoreCounters.Refusal) -> Bool {
        var isForTenant = false
        if case .tenant = refusal { isForTenant = true }
        var hasRoom = false
        for shard in shards {
            let count = shard.withLock { shard in
                shard.makeRoom(now: shard.advance(to: clock.nanoseconds), atMost: isForTenant ? 64 : 1)
            }
            hasRoom = hasRoom || count > 0
            if hasRoom, !isForTenant { return true }
        }
        return hasRoom
    }
}
