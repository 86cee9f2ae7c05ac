import RetryCore
import RetryTesting

/// Everything that happened to one key, in order, and what is to go wrong with its store.
final class OnceTrace: Sendable {
    enum Event: Sendable {
        /// An attempt began, with this much of its lease left.
        case began(FencingToken, caller: Int, timeLeft: Duration)
        case ended(FencingToken, caller: Int)
        /// The receiver did it.
        case happened(FencingToken)
        case claimed(EffectClaimAnswer)
        /// The owner never heard of its claim.
        case claimLost(FencingToken)
        case renewed(FencingToken, EffectRenewAnswer)
        case settling(FencingToken, EffectOutcome)
        case settled(FencingToken, EffectOutcome, EffectSettleAnswer)
        case cancelled(caller: Int, Duration)
    }

    private struct Faults: Sendable {
        var generator: SeededGenerator
        let every: Int
        let slowness: Int
    }

    private let log = Log<Event>()
    private let faults: Locked<Faults>
    let clock: ManualClock

    init(_ clock: ManualClock, faults: SeededGenerator, every: Int, slowness: Int) {
        self.clock = clock
        self.faults = Locked(Faults(generator: faults, every: every, slowness: slowness))
    }

    var events: [Event] { log.events }

    func add(_ event: Event) { log.add(event) }

    /// Takes its time, and fails where it is to.
    func pass() async throws {
        let (delay, fails) = faults.withLock { faults in
            let delay = faults.slowness > 0 ? Int(faults.generator.next() % UInt64(faults.slowness + 1)) : 0
            return (delay, faults.every > 0 && faults.generator.next() % UInt64(faults.every) == 0)
        }
        if delay > 0 { try await clock.sleep(for: .seconds(delay)) }
        if fails { throw RemoteStore.Unreachable() }
    }
}

/// The store in memory, which notes what it does.
final class TracedStore: BlockingEffectStore, ObservableEffectStore {
    private let store: InMemoryEffectStore
    private let trace: OnceTrace

    init(_ store: InMemoryEffectStore, _ trace: OnceTrace) {
        self.store = store
        self.trace = trace
    }

    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) throws -> EffectClaimAnswer {
        let answer = store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
        trace.add(.claimed(answer))
        return answer
    }

    func renew(_ ticket: EffectClaimTicket, lease: Duration) throws -> EffectRenewAnswer {
        let answer = store.renew(ticket, lease: lease)
        trace.add(.renewed(ticket.token, answer))
        return answer
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) throws -> EffectSettleAnswer {
        trace.add(.settling(ticket.token, outcome))
        let answer = try store.settle(ticket, outcome)
        trace.add(.settled(ticket.token, outcome, answer))
        return answer
    }

    func reconcile(_ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict) throws -> EffectReconcileAnswer
    {
        try store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
    }

    func record(for id: ActionID) throws -> EffectRecord? { store.record(for: id) }

    func subscribe(to id: ActionID, _ notify: @escaping @Sendable () -> Void) -> EffectSubscription {
        store.subscribe(to: id, notify)
    }
}

/// The same behind its protocol, far away: every call takes its time, and may fail before the work or after it.
final class DistantStore: EffectStore {
    private let store: any EffectStore
    private let trace: OnceTrace

    init(_ store: any EffectStore, _ trace: OnceTrace) {
        self.store = store
        self.trace = trace
    }

    private func reach<Answer>(
        _ work: () async throws -> Answer, lost: (Answer) -> Void = { _ in }
    ) async throws -> Answer {
        await Task.yield()
        try await trace.pass()
        let answer = try await work()
        do { try await trace.pass() } catch {
            lost(answer)
            throw error
        }
        return answer
    }

    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) async throws -> EffectClaimAnswer {
        try await reach {
            try await store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
        } lost: { answer in
            if case .execute(let token, _) = answer { trace.add(.claimLost(token)) }
        }
    }

    func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
        try await reach { try await store.renew(ticket, lease: lease) }
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
        trace.add(.settling(ticket.token, outcome))
        return try await reach { try await store.settle(ticket, outcome) }
    }

    func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> EffectReconcileAnswer {
        try await reach { try await store.reconcile(id, expectedToken: expectedToken, verdict: verdict) }
    }

    func record(for id: ActionID) async throws -> EffectRecord? {
        try await reach { try await store.record(for: id) }
    }
}
