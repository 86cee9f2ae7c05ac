import RetryCore
import RetryTesting
import Testing

@Suite("Blocking effects that wait for each other", .timeLimit(.minutes(20)))
struct BlockingKeyCycleTests {
    @Test("a cycle on one thread is refused at once, and an effect that calls itself is told that it is in progress")
    func sameThread() throws {
        var harness = GateHarness()
        harness.waitLimit = .seconds(60)
        let gate = harness.gate
        let own = harness.recorder
        let error = #expect(throws: EffectError.self) {
            try gate.once("a", as: .utf8) { _ in
                try gate.once("b", as: .utf8) { _ in
                    if case .success = Result(catching: { try gate.once("b", as: .utf8) { _ in "" } }) { return "" }
                    return try gate.once("a", as: .utf8) { _ in "" }.value
                }.value
            }
        }
        let (a, b) = (try ActionID("a"), try ActionID("b"))
        guard case .keyCycle(a, through: [b]) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(own.stopReasons.prefix(2) == [.inProgress, .keyCycle])
        #expect(harness.sleeper.sleeps.isEmpty)
        #expect(error?.execution == .notExecuted && error?.classification == .concurrency.hint(.never))
    }

    @Test("a cycle across threads is refused at once")
    func threads() async throws {
        let store = InMemoryEffectStore()
        // Each effect begins when both run, so that neither comes too early to meet the other.
        let begun = Locked(0)
        let both = RetryCancellationToken()
        let gate = BlockingEffectGate(store: store, policy: EffectGatePolicy(waitingUpTo: .seconds(600)))
        @Sendable func run(_ key: String, then next: String) -> Result<String, any Error> {
            Result {
                try gate.once(key, as: .utf8) { _ in
                    if begun.withLock({ count in
                        count += 1
                        return count
                    }) == 2 {
                        both.cancel()
                    }
                    both.wait(upTo: .seconds(60))
                    return try gate.once(next, as: .utf8) { _ in next }.value
                }.value
            }
        }
        async let one = run("a", then: "b")
        async let other = run("b", then: "a")
        let cycles = await [one, other].filter {
            if case .failure(EffectError.keyCycle) = $0 { true } else { false }
        }
        #expect(cycles.count >= 1)
    }

    @Test("a value that is a store is told from others by its equality")
    func identity() {
        struct Plain: EffectStore {
            let store: InMemoryEffectStore
            func claim(
                _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration,
                ifAbandoned rule: AbandonedClaimBehavior
            ) async throws -> EffectClaimAnswer {
                store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
            }
            func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
                store.renew(ticket, lease: lease)
            }
            func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
                try store.settle(ticket, outcome)
            }
            func reconcile(
                _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
            ) async throws -> EffectReconcileAnswer { .notIndeterminate }
            func record(for id: ActionID) async throws -> EffectRecord? { store.record(for: id) }
        }
        struct Equal: EffectStore, Hashable {
            let plain: Plain
            let number: Int
            static func == (one: Equal, other: Equal) -> Bool { one.number == other.number }
            func hash(into hasher: inout Hasher) { hasher.combine(number) }
            func claim(
                _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration,
                ifAbandoned rule: AbandonedClaimBehavior
            ) async throws -> EffectClaimAnswer {
                try await plain.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
            }
            func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
                try await plain.renew(ticket, lease: lease)
            }
            func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
                try await plain.settle(ticket, outcome)
            }
            func reconcile(
                _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
            ) async throws -> EffectReconcileAnswer { .notIndeterminate }
            func record(for id: ActionID) async throws -> EffectRecord? { try await plain.record(for: id) }
        }
        let (one, other) = (InMemoryEffectStore(), InMemoryEffectStore())
        #expect(StoreIdentity(one) == StoreIdentity(one) && StoreIdentity(one) != StoreIdentity(other))
        #expect(StoreIdentity(Plain(store: one)) == nil)
        let values = [1, 1, 2].map { StoreIdentity(Equal(plain: Plain(store: one), number: $0)) }
        #expect(values[0] == values[1] && values[0] != values[2] && values[0] != nil)
    }
}
