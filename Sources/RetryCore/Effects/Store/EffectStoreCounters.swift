import Synchronization

/// The state that the shards of a store share: the tokens, and the counts of records with their limits.
final class EffectStoreCounters: Sendable {
    private let capacity: Int
    private let tenantQuota: Int?
    private let tokens = Atomic<Int64>(0)
    private let total = Atomic<Int>(0)
    private let tenants = Locked<[ArraySlice<UInt8>: Int]>([:])

    init(capacity: Int, tenantQuota: Int?) {
        self.capacity = capacity
        self.tenantQuota = tenantQuota
    }

    /// The limit that leaves no room for one more record.
    enum Refusal: Sendable, Hashable {
        case store(count: Int, limit: Int)
        case tenant(count: Int, limit: Int)
    }

    var count: Int { total.load(ordering: .relaxed) }

    var tenantCounts: [String: Int] {
        tenants.withLock { counts in
            var named: [String: Int] = [:]
            for (tenant, count) in counts { named[String(decoding: tenant, as: UTF8.self), default: 0] += count }
            return named
        }
    }

    func nextToken() -> FencingToken {
        FencingToken(tokens.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Counts one more record, unless there is no room for it.
    func add(_ id: ActionID) -> Refusal? {
        let count = total.wrappingAdd(1, ordering: .relaxed).oldValue
        if count >= capacity {
            total.wrappingSubtract(1, ordering: .relaxed)
            return .store(count: count, limit: capacity)
        }
        guard let refusal = addToTenant(id) else { return nil }
        total.wrappingSubtract(1, ordering: .relaxed)
        return refusal
    }

    /// Counts one record less.
    func remove(_ id: ActionID) {
        total.wrappingSubtract(1, ordering: .relaxed)
        let tenant = id.tenantBytes
        if tenant.isEmpty { return }
        tenants.withLock { counts in
            let left = counts[tenant, default: 1] - 1
            counts[tenant] = left == 0 ? nil : left
        }
    }

    private func addToTenant(_ id: ActionID) -> Refusal? {
        let tenant = id.tenantBytes
        if tenant.isEmpty { return nil }
        return tenants.withLock { counts in
            let count = counts[tenant, default: 0]
            if let tenantQuota, count >= tenantQuota { return .tenant(count: count, limit: tenantQuota) }
            counts[tenant] = count + 1
            return nil
        }
    }
}
