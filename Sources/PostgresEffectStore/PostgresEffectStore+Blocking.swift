#if PostgreSQL
public import RetryCore

extension PostgresEffectStore {
    /// The store for synchronous code, such as `onceBlocking`: each call blocks its thread until the server answers.
    ///
    /// Do not use it in a task: a task's thread that waits is one less for all other tasks.
    public var blocking: Blocking { Blocking(store: self) }

    /// A PostgreSQL store for synchronous code.
    public struct Blocking: BlockingEffectStore, Hashable {
        let store: PostgresEffectStore

        /// Compares the stores, which are objects.
        public static func == (one: Blocking, other: Blocking) -> Bool { one.store === other.store }

        /// Hashes the store's identity.
        public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(store)) }

        /// Claims a key, as `EffectStore.claim(_:fingerprint:lease:ifAbandoned:)` does.
        public func claim(
            _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
        ) throws -> EffectClaimAnswer {
            let claim = StoreRequest.Claim(id, fingerprint, lease, rule)
            return try store.wait { try claim.run($0) }
        }

        /// Extends the lease of a claim, as `EffectStore.renew(_:lease:)` does.
        public func renew(_ ticket: EffectClaimTicket, lease: Duration) throws -> EffectRenewAnswer {
            try store.wait { try StoreRequest.renew(ticket, lease, $0) }
        }

        /// Records the outcome of an effect, as `EffectStore.settle(_:_:)` does.
        public func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer {
            try store.checkLength(outcome)
            let retention = store.settings.retention
            return try store.wait { try StoreRequest.settle(ticket, outcome, retention, $0) }
        }

        /// Records a verdict, as `EffectStore.reconcile(_:expectedToken:verdict:)` does.
        public func reconcile(
            _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
        ) throws -> EffectReconcileAnswer {
            try store.checkLength(verdict)
            let retention = store.settings.retention
            return try store.wait { try StoreRequest.reconcile(id, expectedToken, verdict, retention, $0) }
        }

        /// Returns the record of a key, as `EffectStore.record(for:)` does.
        public func record(for id: ActionID) throws -> EffectRecord? {
            try store.wait { try StoreRequest.record(id, $0) }
        }

        /// Claims, runs an effect in SQL, and settles, as ``PostgresEffectStore/withTransaction(_:fingerprint:_:)`` does.
        public func withTransaction(
            _ id: ActionID, fingerprint: EffectFingerprint = .none,
            _ body: @escaping @Sendable (PostgresTransaction) throws -> [UInt8]
        ) throws -> PostgresTransactionAnswer {
            let claim = StoreRequest.Claim(id, fingerprint, store.settings.timeout, .halt)
            let run = TransactionRun(settings: store.settings, schema: store.schema)
            return try store.wait(isTransaction: true) { try run.claimAndSettle(claim, $0, body) }
        }

        /// Settles a claim together with its effect, as ``PostgresEffectStore/withTransaction(settling:_:)`` does.
        public func withTransaction(
            settling ticket: EffectClaimTicket, _ body: @escaping @Sendable (PostgresTransaction) throws -> [UInt8]
        ) throws -> [UInt8] {
            let run = TransactionRun(settings: store.settings, schema: store.schema)
            return try store.wait(isTransaction: true) { try run.settle(ticket, $0, body) }
        }
    }

    /// Performs work on a connection's thread, and blocks until it is done.
    private func wait<Value: Sendable>(
        isTransaction: Bool = false, _ work: @escaping @Sendable (ServerSession) throws -> Value
    ) throws -> Value {
        let work = inTime(work)
        let outcome = Monitor<Result<Value, any Error>?>(nil)
        pool.submit(isTransaction: isTransaction) { session in
            let result = Result { try work(session) }
            return { outcome.update(waking: .one) { $0 = result } }
        } orAfter: { [tooLate] in
            outcome.update(waking: .one) { $0 = .failure(tooLate) }
        }
        return try outcome.wait { $0 }.get()
    }
}
#endif
