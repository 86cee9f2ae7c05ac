import RetryCore
import RetryTesting

/// Everything around a blocking gate, made to be looked at.
struct GateHarness {
    let sleeper: ManualSleeper
    let memory: InMemoryEffectStore
    let store: FaultyStore
    let recorder = RecordingRetryObserver()
    let token = RetryCancellationToken()
    var policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)))
    var receiver = EffectReceiver.mayRepeat
    var rule = AbandonedClaimBehavior.halt
    var waitLimit = Duration.zero
    var storesMessages = false
    var breaker: CircuitBreaker?
    var budget: RetryBudget?

    init(settings: InMemoryEffectStore.Settings = .init(), duringSleep: @escaping @Sendable (Int) -> Void = { _ in }) {
        sleeper = ManualSleeper(duringSleep: duringSleep)
        memory = InMemoryEffectStore(settings, clock: sleeper.retryClock)
        store = FaultyStore(memory)
    }

    var clock: ManualClock { sleeper.clock }

    var gate: BlockingEffectGate {
        BlockingEffectGate(
            RetryPipeline(policy: policy)
                .breaker(breaker)
                .budget(budget)
                .observer(recorder.observer)
                .sleeper(sleeper.sleeper)
                .cancellation(token)
                .clock(sleeper.retryClock)
                .random(.seeded(1)), store: store,
            policy: EffectGatePolicy(
                receiver: receiver, lease: .seconds(10), ifAbandoned: rule, waitingUpTo: waitLimit,
                storesMessages: storesMessages))
    }

    /// Runs an effect that throws these errors in turn and then returns, and returns what came of it.
    func once(_ errors: (any Error)..., key: String = "a") -> Attempted {
        let script = FaultScript<String>(steps: errors.map { .fail($0) } + [.succeed("done")], clock: nil)
        let result = Result { try gate.once(key, as: .utf8) { _ in try script.callBlocking() } }
        return Attempted(result: result, calls: script.calls)
    }

    struct Attempted {
        let result: Result<OnceResult<String>, any Error>
        let calls: Int

        var value: String? { try? result.get().value }
        var isReplay: Bool? { try? result.get().isReplay }
        var error: (any Error)? { result.failure }

        /// The name of the case of the gate's error.
        var problem: String? {
            switch result.failure as? EffectError {
            case nil: nil
            case .inProgress: "in progress"
            case .indeterminate: "indeterminate"
            case .fingerprintMismatch: "fingerprint mismatch"
            case .storeFull: "full"
            case .fenced: "fenced"
            case .failedBefore: "failed before"
            case .resultNotKept: "not kept"
            case .keyCycle: "key cycle"
            }
        }
    }

    func state(_ key: String = "a") throws -> EffectRecord.State? {
        memory.record(for: try ActionID(key))?.state
    }

    /// Claims the key for another caller.
    func claimElsewhere(_ key: String = "a", lease: Duration = .seconds(10)) throws -> EffectClaimTicket {
        guard case .execute(let token, _) = memory.claim(try ActionID(key), lease: lease, ifAbandoned: rule) else {
            throw PermanentError("not claimed")
        }
        return EffectClaimTicket(try ActionID(key), token)
    }
}

/// A store that cannot be reached as often as it is told to.
final class FaultyStore: BlockingEffectStore {
    struct Unreachable: Error {}

    private struct State: Sendable {
        var claims = 0
        var renewals = 0
        var settlements = 0
        var settled: [EffectOutcome] = []
        var beforeRenewal: (@Sendable () -> Void)?
        var isDown: @Sendable () -> Bool = { false }
    }

    private let store: InMemoryEffectStore
    private let state = Locked(State())

    init(_ store: InMemoryEffectStore) {
        self.store = store
    }

    /// Lets the next calls fail.
    func fail(claims: Int = 0, renewals: Int = 0, settlements: Int = 0) {
        state.withLock { ($0.claims, $0.renewals, $0.settlements) = (claims, renewals, settlements) }
    }

    /// Lets everything but claims fail until a time.
    func fail(until time: Duration, on clock: RetryClock) {
        state.withLock { $0.isDown = { clock.now < time } }
    }

    func beforeRenewal(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.beforeRenewal = body } }

    /// The outcomes that the store was told, those included that did not reach it.
    var settled: [EffectOutcome] { state.withLock { $0.settled } }

    private func pass(_ count: any WritableKeyPath<State, Int> & Sendable) throws {
        let fails = state.withLock { state in
            state[keyPath: count] -= 1
            return state[keyPath: count] >= 0
        }
        if fails { throw Unreachable() }
    }

    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) throws -> EffectClaimAnswer {
        try pass(\.claims)
        return store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
    }

    func renew(_ ticket: EffectClaimTicket, lease: Duration) throws -> EffectRenewAnswer {
        state.withLock { $0.beforeRenewal }?()
        try pass(\.renewals)
        return store.renew(ticket, lease: lease)
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer {
        state.withLock { $0.settled.append(outcome) }
        if state.withLock({ $0.isDown })() { throw Unreachable() }
        try pass(\.settlements)
        return try store.settle(ticket, outcome)
    }

    func reconcile(_ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict) throws -> EffectReconcileAnswer
    {
        try store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
    }

    func record(for id: ActionID) throws -> EffectRecord? { store.record(for: id) }
}

/// An attempt that certainly did nothing.
struct Refused: ExecutionAwareError, SelfClassifyingError, Hashable {
    var classification = ErrorClassification.transient
    var execution: ExecutionCertainty { .notExecuted }
}

/// An error of an attempt with an unknown outcome.
struct Lost: SelfClassifyingError, CustomStringConvertible {
    var classification: ErrorClassification { .transient }
    let description = "secret"
}
