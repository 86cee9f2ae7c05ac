#if PostgreSQL
public import RetryCore

/// An effect store in a PostgreSQL database, for callers on many machines.
///
/// ```swift
/// let store = try PostgresEffectStore(.init(database: "host=db dbname=shop"))
/// let receipt = try await once("pay-\(order)", in: store, as: .utf8) { effect in
///     try await psp.charge(order, idempotencyKey: effect.key)
/// }
/// ```
///
/// The product of the same name needs the trait `PostgreSQL` of the package, libpq, and a server of PostgreSQL 14 or
/// later.
///
/// It is thread-safe. A claim is one round trip: a function of the schema decides, on the server's clock. Connections
/// are made when they are needed, and made again when they are lost; each is used by a thread of the store, and no
/// task's thread ever waits for the server. A claim, a renewal or a settlement whose reply is lost with its connection
/// is repeated, and gets the same answer.
///
/// If the effect itself is a change in the same database, ``withTransaction(_:fingerprint:_:)`` makes both one.
public final class PostgresEffectStore: EffectStore {
    /// The settings of the store: its place, its limits and its times.
    public let settings: Settings
    let schema: Schema
    let pool: ConnectionPool
    private let shared: Monitor<ServerSession.Shared>

    /// Creates a store; the server is not contacted before the first claim.
    ///
    /// - Parameter settings: The settings of the store: its place, its limits and its times.
    /// - Throws: ``PostgresEffectStoreError`` that names the setting and its value.
    public convenience init(_ settings: Settings = Settings()) throws(PostgresEffectStoreError) {
        try self.init(settings, migrations: Schema.migrations)
    }

    package init(
        _ settings: Settings, migrations: [String], oldestServer: ServerVersion = .oldest
    ) throws(PostgresEffectStoreError) {
        try settings.check()
        self.settings = settings
        let schema = Schema(settings.schema, migrations: migrations)
        let shared = Monitor(ServerSession.Shared())
        self.schema = schema
        self.shared = shared
        pool = ConnectionPool(
            limit: settings.connections, patience: settings.timeout + settings.connectTimeout
        ) { ServerSession(settings, schema, shared, oldestServer: oldestServer) }
    }

    deinit {
        pool.close()
    }

    /// The number of round trips of the store to the server.
    public var roundTrips: Int { shared.update { $0.roundTrips } }

    /// Claims a key, as `EffectStore.claim(_:fingerprint:lease:ifAbandoned:)` does.
    public func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) async throws -> EffectClaimAnswer {
        let claim = StoreRequest.Claim(id, fingerprint, lease, rule)
        return try await perform { try claim.run($0) }
    }

    /// Extends the lease of a claim, as `EffectStore.renew(_:lease:)` does.
    public func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
        try await perform { try StoreRequest.renew(ticket, lease, $0) }
    }

    /// Records the outcome of an effect, as `EffectStore.settle(_:_:)` does.
    public func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
        try checkLength(outcome)
        return try await perform { [settings] in try StoreRequest.settle(ticket, outcome, settings.retention, $0) }
    }

    /// Records a verdict, as `EffectStore.reconcile(_:expectedToken:verdict:)` does.
    ///
    /// A verdict whose reply is lost is not repeated: read the record to check whether it was recorded.
    public func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> EffectReconcileAnswer {
        try checkLength(verdict)
        return try await perform { [settings] in
            try StoreRequest.reconcile(id, expectedToken, verdict, settings.retention, $0)
        }
    }

    /// Returns the record of a key, as `EffectStore.record(for:)` does.
    public func record(for id: ActionID) async throws -> EffectRecord? {
        try await perform { try StoreRequest.record(id, $0) }
    }

    /// Performs work on a connection's thread.
    func perform<Result: Sendable>(
        isTransaction: Bool = false, _ work: @escaping @Sendable (ServerSession) throws -> Result
    ) async throws -> Result {
        let work = inTime(work)
        return try await withCheckedThrowingContinuation { continuation in
            pool.submit(isTransaction: isTransaction) { session in
                let result = Swift.Result { try work(session) }
                return { continuation.resume(with: result) }
            } orAfter: { [tooLate] in
                continuation.resume(throwing: tooLate)
            }
        }
    }

    /// Returns work that is not begun any more when it has waited for a connection for too long.
    func inTime<Result>(
        _ work: @escaping @Sendable (ServerSession) throws -> Result
    ) -> @Sendable (ServerSession) throws -> Result {
        let end = ContinuousClock.now + settings.timeout + settings.connectTimeout
        return { [tooLate] session in
            guard ContinuousClock.now < end else { throw tooLate }
            return try work(session)
        }
    }

    var tooLate: EffectStoreError {
        .unavailable(
            reason: "no connection was free in time; the store has \(settings.connections). Allow more, or keep "
                + "transactions short.")
    }

    func checkLength(_ outcome: EffectOutcome) throws(EffectStoreError) {
        if case .succeeded(let result) = outcome { try checkLength(result) }
    }

    func checkLength(_ verdict: EffectVerdict) throws(EffectStoreError) {
        if case .happened(let result) = verdict { try checkLength(result) }
    }

    func checkLength(_ result: [UInt8]) throws(EffectStoreError) {
        if result.count > settings.maxResultBytes {
            throw .resultTooLong(count: result.count, limit: settings.maxResultBytes)
        }
    }
}
#endif
