/// An effect store in memory, for tests, and for effects that need not survive a crash.
///
/// ```swift
/// let store = InMemoryEffectStore(.init(capacity: 100_000, retention: .seconds(3_600)))
/// let receipt = try onceBlocking("pay-\(order)", in: store, as: .utf8) { effect in
///     try psp.charge(order, idempotencyKey: effect.key)
/// }
/// ```
///
/// It is thread-safe. A full store refuses new keys; it evicts nothing before its time. A record with an unknown
/// outcome stays until it is reconciled or taken over, and counts. After a crash all records are gone: use a store on
/// disk for effects that must survive one.
///
/// Each operation takes the same short time for any number of records: about a third of a microsecond for a claim and
/// its settlement, and never more than a few milliseconds.
public final class InMemoryEffectStore: BlockingEffectStore, ObservableEffectStore {
    /// The bounds of a store.
    public struct Settings: Sendable, Hashable {
        /// The maximum number of records; from 1 to 100,000,000.
        public var capacity: Int
        /// The maximum number of records of a tenant, at least 1; `nil` for no bound but the store's.
        public var tenantQuota: Int?
        /// The time for which a settled effect is replayed; above zero.
        public var retention: Duration
        /// The maximum size of a result in bytes; not negative.
        public var maxResultBytes: Int

        /// Creates settings.
        ///
        /// - Parameters:
        ///   - capacity: The maximum number of records; from 1 to 100,000,000.
        ///   - tenantQuota: The maximum number of records of a tenant, at least 1; `nil` for no bound but the store's.
        ///   - retention: The time for which a settled effect is replayed; above zero.
        ///   - maxResultBytes: The maximum size of a result in bytes; not negative.
        public init(
            capacity: Int = 1_000_000, tenantQuota: Int? = nil, retention: Duration = .seconds(86_400),
            maxResultBytes: Int = 1_048_576
        ) {
            self.capacity = capacity
            self.tenantQuota = tenantQuota
            self.retention = retention
            self.maxResultBytes = maxResultBytes
        }

        func check() throws(InvalidPolicyError) {
            try RetryCore.check(
                "capacity", capacity, (1...100_000_000).contains(capacity), "must be from 1 to 100,000,000")
            try RetryCore.check("tenant_quota", tenantQuota ?? 1, tenantQuota ?? 1 >= 1, "must be at least 1")
            try RetryCore.check("retention", retention, retention > .zero, "must be above zero")
            try RetryCore.check("max_result_bytes", maxResultBytes, maxResultBytes >= 0, "must not be negative")
        }
    }

    /// The bounds of the store.
    public let settings: Settings
    let clock: RetryClock
    let counters: EffectStoreCounters
    let shards: [Locked<EffectShard>]

    /// Creates an empty store.
    ///
    /// - Parameters:
    ///   - settings: Its bounds; invalid ones trap.
    ///   - clock: The time source of leases and retention; the system's if `nil`.
    public convenience init(_ settings: Settings = Settings(), clock: RetryClock? = nil) {
        checked { () throws(InvalidPolicyError) in try settings.check() }
        self.init(checked: settings, clock: clock)
    }

    /// Creates an empty store with settings known only at run time, such as those of a file.
    ///
    /// - Parameters:
    ///   - settings: Its bounds.
    ///   - clock: The time source of leases and retention; the system's if `nil`.
    /// - Throws: ``InvalidPolicyError`` that names the setting and its value.
    public convenience init(validating settings: Settings, clock: RetryClock? = nil) throws(InvalidPolicyError) {
        try settings.check()
        self.init(checked: settings, clock: clock)
    }

    private init(checked settings: Settings, clock: RetryClock?) {
        self.settings = settings
        self.clock = clock ?? .system
        let counters = EffectStoreCounters(capacity: settings.capacity, tenantQuota: settings.tenantQuota)
        self.counters = counters
        // Enough shards that threads rarely contend, and that none has much to copy when it grows.
        var count = 1
        while count * 64 < min(settings.capacity, 1_024) || count * 32_768 < settings.capacity { count *= 2 }
        let retention = settings.retention.saturatedNanoseconds
        shards = (0..<count).map { _ in Locked(EffectShard(counters: counters, retention: retention)) }
    }

    /// Claims a key, as ``EffectStore/claim(_:fingerprint:lease:ifAbandoned:)`` does.
    public func claim(
        _ id: ActionID, fingerprint: EffectFingerprint = .none, lease: Duration,
        ifAbandoned rule: AbandonedClaimBehavior = .halt
    ) -> EffectClaimAnswer {
        let key = HashedKey(id)
        let lease = lease.saturatedNanoseconds
        for isLast in [false, true] {
            let claim = withShard(of: key) { shard, now in
                shard.claim(key, fingerprint: fingerprint, lease: lease, ifAbandoned: rule, now: now)
            }
            switch claim {
            case .answer(let answer, let notify):
                for waiter in notify { waiter() }
                return answer
            case .noRoom(let refusal):
                if isLast || !makeRoom(after: refusal) { return refusal.answer }
            }
        }
        return .full(count: count, limit: settings.capacity)
    }

    /// Extends the lease of a claim, as ``EffectStore/renew(_:lease:)`` does.
    public func renew(_ ticket: EffectClaimTicket, lease: Duration) -> EffectRenewAnswer {
        let key = HashedKey(ticket.id)
        return withShard(of: key) { shard, now in
            shard.renew(key, token: ticket.token, lease: lease.saturatedNanoseconds, now: now)
        }
    }

    /// Records the outcome of an effect, as ``EffectStore/settle(_:_:)`` does.
    ///
    /// - Parameters:
    ///   - ticket: The claim.
    ///   - outcome: The outcome of the effect.
    /// - Returns: Whether the outcome is recorded.
    /// - Throws: ``EffectStoreError`` if the result is too long to be kept.
    public func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws(EffectStoreError)
        -> EffectSettleAnswer
    {
        if case .succeeded(let result) = outcome { try checkLength(result) }
        let key = HashedKey(ticket.id)
        let (answer, notify) = withShard(of: key) { shard, now in
            shard.settle(key, token: ticket.token, outcome, now: now)
        }
        for waiter in notify { waiter() }
        return answer
    }

    /// Records a verdict, as ``EffectStore/reconcile(_:expectedToken:verdict:)`` does.
    ///
    /// - Parameters:
    ///   - id: The key.
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - verdict: The verdict about the effect.
    /// - Returns: Whether the verdict is recorded.
    /// - Throws: ``EffectStoreError`` if the result is too long to be kept.
    public func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) throws(EffectStoreError) -> EffectReconcileAnswer {
        if case .happened(let result) = verdict { try checkLength(result) }
        let key = HashedKey(id)
        let (answer, notify) = withShard(of: key) { shard, now in
            shard.reconcile(key, expectedToken: expectedToken, verdict, now: now)
        }
        for waiter in notify { waiter() }
        return answer
    }

    /// Returns the record of a key, as ``EffectStore/record(for:)`` does.
    public func record(for id: ActionID) -> EffectRecord? {
        let key = HashedKey(id)
        return withShard(of: key) { shard, now in shard.record(key, now: now) }
    }

    /// Calls `notify` once, as ``ObservableEffectStore/subscribe(to:_:)`` does.
    public func subscribe(to id: ActionID, _ notify: @escaping @Sendable () -> Void) -> EffectSubscription {
        let key = HashedKey(id)
        let waiter = withShard(of: key) { shard, now in shard.enrol(key, now: now, notify) }
        guard let waiter else {
            notify()
            return EffectSubscription {}
        }
        return EffectSubscription { [weak self] in
            self?.withShard(of: key) { shard, _ in shard.dismiss(waiter, of: id) }
        }
    }

    /// Runs one step under the lock of the key's shard, at a time that was read under it.
    private func withShard<Result>(of key: HashedKey, _ step: (inout EffectShard, Int64) -> Result) -> Result {
        shards[key.high & (shards.count - 1)].withLock { shard in
            let now = shard.advance(to: clock.nanoseconds)
            return step(&shard, now)
        }
    }

    private func checkLength(_ result: [UInt8]) throws(EffectStoreError) {
        if result.count > settings.maxResultBytes {
            throw .resultTooLong(count: result.count, limit: settings.maxResultBytes)
        }
    }
}

extension EffectStoreCounters.Refusal {
    fileprivate var answer: EffectClaimAnswer {
        switch self {
        case .store(let count, let limit), .tenant(let count, let limit): .full(count: count, limit: limit)
        }
    }
}
