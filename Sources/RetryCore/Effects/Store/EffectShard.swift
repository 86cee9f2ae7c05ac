/// A part of an in-memory store, with its own lock around it: the records of all keys whose hash falls here.
struct EffectShard: Sendable {
    typealias Notify = @Sendable () -> Void

    private let counters: EffectStoreCounters
    private let retention: Int64
    private var index = EffectIndex()
    private(set) var slots = EffectSlots()
    private var waiters: [ActionID: [Int: Notify]] = [:]
    private var lastWaiter = 0
    private var lastNow = Int64.min
    /// The number of records in each phase.
    private(set) var counts = [Int](repeating: 0, count: EffectStateMachine.Phase.allCases.count)

    init(counters: EffectStoreCounters, retention: Int64) {
        self.counters = counters
        self.retention = retention
    }

    /// Returns the time, which never goes back here even if the clock does.
    mutating func advance(to now: Int64) -> Int64 {
        lastNow = max(lastNow, now)
        return lastNow
    }

    enum Claim: Sendable {
        case answer(EffectClaimAnswer, notify: [Notify])
        case noRoom(EffectStoreCounters.Refusal)
    }

    mutating func claim(
        _ key: HashedKey, fingerprint: EffectFingerprint, lease: Int64, ifAbandoned rule: AbandonedClaimBehavior,
        now: Int64
    ) -> Claim {
        evictExpired(now: now, atMost: 2)
        let slot: Int
        if let known = find(key) {
            slot = known
        } else {
            if let refusal = counters.add(key.id) { return .noRoom(refusal) }
            slot = slots.add(key.id, hash: key.low)
            index.insert(key.low, slot: slot)
            counts[Int(EffectStateMachine.Phase.absent.rawValue)] += 1
        }
        let (answer, notify) = change(slot) { [counters] machine in
            machine.claim(fingerprint: fingerprint, lease: lease, ifAbandoned: rule, now: now) { counters.nextToken() }
        }
        return .answer(answer, notify: notify)
    }

    mutating func renew(_ key: HashedKey, token: FencingToken, lease: Int64, now: Int64) -> EffectRenewAnswer {
        guard let slot = find(key) else { return .lost(current: nil) }
        return slots[slot].machine.renew(token: token, lease: lease, now: now)
    }

    mutating func settle(
        _ key: HashedKey, token: FencingToken, _ outcome: EffectOutcome, now: Int64
    ) -> (EffectSettleAnswer, notify: [Notify]) {
        evictExpired(now: now, atMost: 2)
        guard let slot = find(key) else { return (.fenced(current: nil), []) }
        return change(slot) { [retention] in $0.settle(token: token, outcome, retention: retention, now: now) }
    }

    mutating func reconcile(
        _ key: HashedKey, expectedToken: FencingToken, _ verdict: EffectVerdict, now: Int64
    ) -> (EffectReconcileAnswer, notify: [Notify]) {
        guard let slot = find(key) else { return (.notIndeterminate, []) }
        return change(slot) { [retention] in
            $0.reconcile(expectedToken: expectedToken, verdict, retention: retention, now: now)
        }
    }

    func record(_ key: HashedKey, now: Int64) -> EffectRecord? {
        find(key).flatMap { slots[$0].machine.record(now: now) }
    }

    /// Evicts the expired records, oldest first.
    ///
    /// - Returns: The number of evicted records.
    @discardableResult
    mutating func evictExpired(now: Int64, atMost limit: Int) -> Int {
        var count = 0
        for list in [.settled, .released] as [EffectSlots.List] {
            while count < limit, let slot = slots.first(of: list), slots[slot].machine.isExpired(now: now) {
                remove(slot)
                count += 1
            }
        }
        return count
    }

    /// Evicts records to make room: the expired ones, and those that were released.
    mutating func makeRoom(now: Int64, atMost limit: Int) -> Int {
        var count = evictExpired(now: now, atMost: limit)
        while count < limit, let slot = slots.first(of: .released) {
            remove(slot)
            count += 1
        }
        return count
    }

    /// Enrols a caller that waits for the owner of a key; `nil` if the key has no owner.
    mutating func enrol(_ key: HashedKey, now: Int64, _ notify: @escaping Notify) -> Int? {
        guard let record = record(key, now: now), case .running = record.state else { return nil }
        lastWaiter += 1
        waiters[key.id, default: [:]][lastWaiter] = notify
        return lastWaiter
    }

    mutating func dismiss(_ waiter: Int, of id: ActionID) {
        waiters[id]?[waiter] = nil
        if waiters[id]?.isEmpty == true { waiters[id] = nil }
    }

    /// The number of callers that wait for owners of keys.
    var waiterCount: Int { waiters.values.reduce(0) { $0 + $1.count } }

    private func find(_ key: HashedKey) -> Int? {
        index.find(key.low) { slots[$0].id == key.id }
    }

    /// Changes a record, moves it to the list of its new phase, and returns the subscribers to notify.
    private mutating func change<Answer>(
        _ slot: Int, _ event: (inout EffectStateMachine) -> Answer
    ) -> (Answer, notify: [Notify]) {
        let (before, end) = (slots[slot].machine.phase, slots[slot].machine.until)
        let answer = event(&slots[slot].machine)
        let after = slots[slot].machine.phase
        let (old, new) = (Self.list(of: before), Self.list(of: after))
        // A settled record that a verdict changes expires later than those behind it.
        let expiresLater = new == .settled && slots[slot].machine.until != end
        if before == after, !expiresLater { return (answer, []) }
        counts[Int(before.rawValue)] -= 1
        counts[Int(after.rawValue)] += 1
        let notify = before == .running ? takeWaiters(of: slot) : []
        if after == .absent {
            remove(slot, from: old)
        } else if old != new || expiresLater {
            slots.move(slot, from: old, to: new)
        }
        return (answer, notify)
    }

    private mutating func takeWaiters(of slot: Int) -> [Notify] {
        guard !waiters.isEmpty, let id = slots[slot].id, let all = waiters.removeValue(forKey: id) else { return [] }
        return all.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func remove(_ slot: Int) {
        remove(slot, from: Self.list(of: slots[slot].machine.phase))
    }

    private mutating func remove(_ slot: Int, from list: EffectSlots.List) {
        counts[Int(slots[slot].machine.phase.rawValue)] -= 1
        if let id = slots[slot].id { counters.remove(id) }
        index.remove(slots[slot].hash, slot: slot)
        slots.remove(slot, from: list)
    }

    private static func list(of phase: EffectStateMachine.Phase) -> EffectSlots.List {
        switch phase {
        case .absent, .running, .abandoned, .indeterminate: .open
        case .succeeded, .failed: .settled
        case .released: .released
        }
    }
}

/// A key, and its hash, which is computed once and outside the lock.
struct HashedKey: Sendable {
    let id: ActionID
    private let hash: Int

    init(_ id: ActionID) {
        self.id = id
        hash = id.hashValue
    }

    /// The half that finds the record within its shard.
    var low: UInt32 { UInt32(truncatingIfNeeded: hash) }

    /// The half that finds the shard.
    var high: Int { Int(UInt(bitPattern: hash) >> 32) }
}
