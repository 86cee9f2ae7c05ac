import RetryAsync

/// A store that answers asynchronously, and does what the test says before it answers.
final class RemoteStore: EffectStore {
    enum Call: Sendable, Hashable {
        case claim
        case renew
        case settle(EffectOutcome)
        case record
    }

    struct Unreachable: Error {}

    private let store: InMemoryEffectStore
    private let before: @Sendable (Call) async throws -> Void
    private let after: @Sendable (Call) async throws -> Void
    private let log = Log<Call>()

    init(
        _ store: InMemoryEffectStore, before: @escaping @Sendable (Call) async throws -> Void = { _ in },
        after: @escaping @Sendable (Call) async throws -> Void = { _ in }
    ) {
        self.store = store
        self.before = before
        self.after = after
    }

    var calls: [Call] { log.events }

    private func answer<Answer>(_ call: Call, _ work: () throws -> Answer) async throws -> Answer {
        log.add(call)
        await Task.yield()
        try await before(call)
        let answer = try work()
        await Task.yield()
        try await after(call)
        return answer
    }

    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) async throws -> EffectClaimAnswer {
        try await answer(.claim) { store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule) }
    }

    func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
        try await answer(.renew) { store.renew(ticket, lease: lease) }
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
        try await answer(.settle(outcome)) { try store.settle(ticket, outcome) }
    }

    func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> EffectReconcileAnswer {
        try store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
    }

    func record(for id: ActionID) async throws -> EffectRecord? {
        try await answer(.record) { store.record(for: id) }
    }
}

extension [RemoteStore.Call] {
    /// The outcomes that the store was told, those included that did not reach it.
    var settled: [EffectOutcome] { compactMap { if case .settle(let outcome) = $0 { outcome } else { nil } } }
}

/// An attempt that certainly did nothing.
struct Refused: ExecutionAwareError, SelfClassifyingError, Hashable {
    var classification = ErrorClassification.transient
    var execution: ExecutionCertainty { .notExecuted }
}

/// An error of an attempt with an unknown outcome.
struct Lost: SelfClassifyingError, Hashable {
    var classification: ErrorClassification { .transient }
}

/// Something in a test that cannot be.
struct Impossible: Error {}
