#if SQLite
public import RetryCore

/// An effect store in a file, for the processes of one machine: it survives a crash, a kill and a power loss.
///
/// ```swift
/// let store = try SQLiteEffectStore(path: "/var/lib/shop/effects.db", .init(retention: .seconds(7 * 86_400)))
/// let receipt = try onceBlocking("pay-\(order)", in: store, as: .utf8) { effect in
///     try psp.charge(order, idempotencyKey: effect.key)
/// }
/// ```
///
/// The product of the same name needs the trait `SQLite` of the package, and SQLite 3.37 or later.
///
/// Any number of threads and processes may share the file, on a file system of this machine. A network file system does
/// not lock reliably; for many machines there is `PostgresEffectStore`.
///
/// It is thread-safe. Each answer is on the disk before it is given: a claim and its settlement cost two transactions,
/// a few milliseconds on a disk that syncs them. Called from a task, every function works on the store's own thread; it
/// runs to its end even if the task is cancelled. Called from synchronous code it works on the caller's thread.
///
/// A full store refuses new keys; it evicts nothing before its time. A record with an unknown outcome stays until it is
/// reconciled or taken over, and counts.
///
/// A process that forks must open a store of its own afterwards, as SQLite requires.
public final class SQLiteEffectStore: BlockingEffectStore {
    /// The bounds of the store.
    public let settings: Settings
    let queue: StoreQueue<OpenStore>

    /// Openings come one after the other, because one may create the file.
    private static let openings = StoreQueue(label: "SQLiteEffectStore.open", ())

    /// Opens a store, and creates its file if there is none.
    ///
    /// A new file can be read and written by this user alone. A file that another user owns or may write is refused,
    /// unless ``Settings/trustedUsers`` names that user: for a file that users share, create an empty one with the rights
    /// that they need.
    ///
    /// - Parameters:
    ///   - path: The file; its directory must exist, and be writable.
    ///   - settings: The bounds of the store.
    ///   - clock: The time source of leases and retention, for tests; if `nil`, the machine's monotonic clock, which
    ///     all processes of the machine share and no user can set.
    /// - Throws: ``SQLiteEffectStoreError`` with the problem of the file, the settings or the library of SQLite;
    ///   `EffectStoreError` if a newer version has written the file.
    public convenience init(path: String, _ settings: Settings = Settings(), clock: RetryClock? = nil) throws {
        try self.init(path: path, settings, time: clock.map { StoreTime($0) } ?? .system)
    }

    init(
        path: String, _ settings: Settings, time: StoreTime, schema: Schema = .current,
        library: LibraryVersion = .loaded
    ) throws {
        try settings.check()
        self.settings = settings
        queue = try Self.openings.sync {
            StoreQueue(
                label: "SQLiteEffectStore",
                try OpenStore(path: path, settings: settings, time: time, schema: schema, library: library))
        }
    }

    /// Claims a key, as `EffectStore` requires; blocks the thread.
    public func claim(
        _ id: ActionID, fingerprint: EffectFingerprint = .none, lease: Duration,
        ifAbandoned rule: AbandonedClaimBehavior = .halt
    ) throws -> EffectClaimAnswer {
        try queue.sync { store in
            try store.claim(id, fingerprint: fingerprint, lease: lease.clampedNanoseconds, ifAbandoned: rule)
        }
    }

    /// Extends the lease of a claim, as `EffectStore` requires; blocks the thread.
    public func renew(_ ticket: EffectClaimTicket, lease: Duration) throws -> EffectRenewAnswer {
        try queue.sync(.urgent) { try $0.renew(ticket, lease: lease.clampedNanoseconds) }
    }

    /// Records the outcome of an effect, as `EffectStore` requires; blocks the thread.
    public func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer {
        if case .succeeded(let result) = outcome { try checkLength(result) }
        return try queue.sync(.urgent) { try $0.settle(ticket, outcome) }
    }

    /// Records a verdict, as `EffectStore` requires; blocks the thread.
    public func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) throws -> EffectReconcileAnswer {
        if case .happened(let result) = verdict { try checkLength(result) }
        return try queue.sync { try $0.reconcile(id, expectedToken: expectedToken, verdict) }
    }

    /// Returns the record of a key, as `EffectStore` requires; blocks the thread.
    public func record(for id: ActionID) throws -> EffectRecord? {
        try queue.sync { try $0.record(for: id) }
    }

    func checkLength(_ result: [UInt8]) throws(EffectStoreError) {
        if result.count > settings.maxResultBytes {
            throw .resultTooLong(count: result.count, limit: settings.maxResultBytes)
        }
    }
}
#endif
