extension InMemoryEffectStore {
    /// What a store holds, for a dashboard.
    public struct Snapshot: Sendable, Hashable {
        /// How many effects are being run, or were when their lease ended.
        public let running: Int
        /// How many effects nobody knows the outcome of, and somebody has been told so.
        public let indeterminate: Int
        /// How many effects are settled, succeeded and failed together.
        public let settled: Int
        /// How many records the store has, those included that it keeps for a moment after a release.
        public let count: Int
        /// How many records the store has at most.
        public let capacity: Int
        /// How many records each tenant has.
        public let tenants: [String: Int]
        /// How many callers wait for the outcome of another one's run.
        public let waiters: Int
    }

    /// How many records the store has.
    public var count: Int { census.count }

    /// What the store holds.
    ///
    /// Its parts are looked at in turn, not all at one moment.
    public func snapshot() -> Snapshot {
        var counts = [Int](repeating: 0, count: EffectLedger.Phase.allCases.count)
        var waiters = 0
        for shard in shards {
            shard.withLock { shard in
                for index in counts.indices { counts[index] += shard.counts[index] }
                waiters += shard.waiterCount
            }
        }
        func count(_ phase: EffectLedger.Phase) -> Int { counts[Int(phase.rawValue)] }
        return Snapshot(
            running: count(.running), indeterminate: count(.abandoned) + count(.indeterminate),
            settled: count(.succeeded) + count(.failed), count: census.count, capacity: settings.capacity,
            tenants: census.tenantCounts, waiters: waiters)
    }

    /// Returns keys that have no outcome, for those who reconcile: those that were claimed first in each part.
    ///
    /// - Parameter limit: How many keys at most.
    /// - Returns: The keys and what is known of them.
    public func unsettled(limit: Int = 1_000) -> [(id: ActionID, record: EffectRecord)] {
        var found: [(id: ActionID, record: EffectRecord)] = []
        for shard in shards where found.count < limit {
            shard.withLock { shard in
                let now = shard.advance(to: clock.nanoseconds)
                var slot = shard.slots.first(of: .open)
                while let current = slot, found.count < limit {
                    if let id = shard.slots[current].id, let record = shard.slots[current].ledger.record(now: now) {
                        found.append((id, record))
                    }
                    slot = shard.slots.next(after: current)
                }
            }
        }
        return found
    }

    /// Lets settled records go whose time is over.
    ///
    /// Nobody needs to call it: every claim and every settlement lets two of them go. It gives memory back to a store
    /// that nobody asks for a while.
    ///
    /// - Parameter limit: How many records at most go from each part of the store, so that no lock is held for long.
    /// - Returns: How many records went.
    @discardableResult
    public func sweep(limit: Int = 1_000) -> Int {
        shards.reduce(0) { count, shard in
            count
                + shard.withLock { shard in
                    shard.evictExpired(now: shard.advance(to: clock.nanoseconds), atMost: max(0, limit))
                }
        }
    }

    /// Makes room for one more record where nothing needs to be kept any more; whether there is some.
    ///
    /// A tenant's own records can be anywhere: more of them are let go, and still in small portions.
    func makeRoom(after refusal: EffectCensus.Refusal) -> Bool {
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
