import RetryAsync
import RetryTesting
import Testing

/// Workers on one key, in every order of their steps that a seed leads to.
@Suite("Schedules of effects", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct EffectScheduleTests {
    /// The store behind its protocols, where every call is dynamic.
    private struct ErasedStore: ObservableEffectStore {
        let store: any EffectStore & ObservableEffectStore

        func claim(
            _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
        ) async throws -> EffectClaimAnswer {
            try await store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
        }

        func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
            try await store.renew(ticket, lease: lease)
        }

        func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
            try await store.settle(ticket, outcome)
        }

        func reconcile(
            _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
        ) async throws -> EffectReconcileAnswer {
            try await store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
        }

        func record(for id: ActionID) async throws -> EffectRecord? { try await store.record(for: id) }

        func subscribe(to id: ActionID, _ notify: @escaping @Sendable () -> Void) -> EffectSubscription {
            store.subscribe(to: id, notify)
        }
    }

    @Test("through the store itself", arguments: [AbandonedClaimBehavior.halt, .takeOver])
    func concrete(_ rule: AbandonedClaimBehavior) throws {
        try explore(rule) { scenario, clock in
            try await scenario.run(Self.store(clock), clock)
        }
    }

    @Test("through the protocol", arguments: [AbandonedClaimBehavior.halt, .takeOver])
    func erased(_ rule: AbandonedClaimBehavior) throws {
        try explore(rule) { scenario, clock in
            try await scenario.run(ErasedStore(store: Self.store(clock)), clock)
        }
    }

    private static func store(_ clock: ManualClock) -> InMemoryEffectStore {
        InMemoryEffectStore(.init(capacity: 16), clock: RetryClock(clock))
    }

    private func explore(
        _ rule: AbandonedClaimBehavior,
        _ run: @escaping @Sendable (EffectScenario, ManualClock) async throws -> String
    ) throws {
        let ends = try Schedules.explore(percent: 50) { generator, clock in
            var generator = generator
            let workers = (0..<generator.pick(2, 2, 3)).map { _ in
                EffectScenario.Worker(
                    habit: generator.pick(.succeeds, .succeeds, .givesBack, .dies),
                    seconds: generator.pick(0, 0, 1, 2, 3), rule: rule)
            }
            return try await run(EffectScenario(workers: workers), clock)
        }
        let expected = ["gave up", "replayed", "run"] + (rule == .halt ? ["halted"] : ["fenced"])
        #expect(Set(expected).isSubset(of: ends.keys), "\(ends)")
    }
}
