import RetryCore
import RetryTesting
import Testing

@Suite("The effect store in memory", .timeLimit(.minutes(20)))
struct InMemoryEffectStoreTests {
    private let clock = ManualClock()

    private func store(
        capacity: Int = 1_000, tenantQuota: Int? = nil, retention: Duration = .seconds(100), maxResultBytes: Int = 100
    ) -> InMemoryEffectStore {
        InMemoryEffectStore(
            .init(
                capacity: capacity, tenantQuota: tenantQuota, retention: retention, maxResultBytes: maxResultBytes),
            clock: RetryClock(clock))
    }

    private func id(_ key: String, _ tenant: String = "") throws -> ActionID { try ActionID(key, tenant: tenant) }

    /// Claims a key and settles it.
    private func settle(
        _ id: ActionID, in store: InMemoryEffectStore, _ outcome: EffectOutcome = .succeeded([])
    ) throws {
        let ticket = try claim(id, in: store)
        #expect(try store.settle(ticket, outcome) == .recorded)
    }

    private func claim(_ id: ActionID, in store: InMemoryEffectStore) throws -> EffectClaimTicket {
        guard case .execute(let token, _) = store.claim(id, lease: .seconds(10)) else { throw NotClaimed() }
        return EffectClaimTicket(id, token)
    }

    private struct NotClaimed: Error {}

    @Test("a full store refuses new keys, and evicts nothing")
    func full() throws {
        let store = store(capacity: 3)
        let running = try claim(id("a"), in: store)
        try settle(id("b"), in: store)
        let halted = try claim(id("c"), in: store)
        #expect(try store.settle(halted, .indeterminate(nil)) == .recorded)
        #expect(try store.claim(id("d"), lease: .seconds(10)) == .full(count: 3, limit: 3))
        #expect(try store.claim(id("b"), lease: .seconds(10)) == .replay(.init(.succeeded([]), age: .zero)))
        clock.advance(by: .seconds(99))
        #expect(try store.claim(id("d"), lease: .seconds(10)) == .full(count: 3, limit: 3))
        #expect(store.count == 3)
        clock.advance(by: .seconds(1))
        _ = try claim(id("d"), in: store)
        #expect(try store.record(for: id("b")) == nil)
        #expect(store.count == 3)
        clock.advance(by: .seconds(100_000))
        #expect(try store.claim(id("e"), lease: .seconds(10)) == .full(count: 3, limit: 3))
        #expect(try store.settle(running, .succeeded([1])) == .recorded)
        #expect(try store.record(for: id("c"))?.state == .indeterminate(nil))
    }

    @Test("a full store forgets the released before it refuses")
    func fullOfReleased() throws {
        let store = store(capacity: 2)
        try settle(id("a"), in: store, .failedBeforeEffect)
        try settle(id("b"), in: store, .failedBeforeEffect)
        #expect(store.count == 2)
        _ = try claim(id("c"), in: store)
        _ = try claim(id("d"), in: store)
        #expect(try store.claim(id("e"), lease: .seconds(1)) == .full(count: 2, limit: 2))
    }

    @Test("a tenant fills its own quota, and no other's")
    func tenants() throws {
        let store = store(capacity: 10, tenantQuota: 2)
        try settle(id("a", "x"), in: store)
        try settle(id("b", "x"), in: store)
        #expect(try store.claim(id("c", "x"), lease: .seconds(1)) == .full(count: 2, limit: 2))
        try settle(id("c", "y"), in: store)
        for key in ["1", "2", "3"] { try settle(id(key), in: store) }
        #expect(store.snapshot().tenants == ["x": 2, "y": 1])
        #expect(store.count == 6)
        clock.advance(by: .seconds(100))
        try settle(id("c", "x"), in: store)
        #expect(try store.record(for: id("c", "x")) != nil)
        store.sweep()
        #expect(store.snapshot().tenants == ["x": 1] && store.count == 1)
        let other = self.store(capacity: 1, tenantQuota: 5)
        try settle(id("a"), in: other)
        #expect(try other.claim(id("a", "x"), lease: .seconds(1)) == .full(count: 1, limit: 1))
        #expect(other.snapshot().tenants.isEmpty && other.count == 1)
    }

    @Test("what runs is never forgotten, however old")
    func liveKeysStay() throws {
        let store = store()
        let tickets = try (0..<50).map { try claim(id("run \($0)"), in: store) }
        clock.advance(by: .seconds(1_000_000))
        for number in 0..<200 { try settle(id("other \(number)"), in: store) }
        store.sweep()
        for ticket in tickets { #expect(try store.settle(ticket, .succeeded([7])) == .recorded) }
    }

    @Test("expired records go as others come, without a sweep")
    func expiry() throws {
        let store = store(capacity: 2_000)
        for number in 0..<1_000 { try settle(id("old \(number)"), in: store) }
        clock.advance(by: .seconds(100))
        #expect(store.count == 1_000)
        for number in 0..<1_000 { try settle(id("new \(number)"), in: store) }
        #expect(store.snapshot().settled == store.count)
        #expect(store.count < 1_100)
        for number in 0..<1_000 { #expect(try store.record(for: id("new \(number)")) != nil) }
        clock.advance(by: .seconds(100))
        #expect(store.sweep(limit: 0) == 0)
        store.sweep(limit: 10_000)
        #expect(store.count == 0)
    }

    @Test("time that goes back makes nothing expire and nothing trap")
    func clockSteps() throws {
        let time = Locked<Duration>(.seconds(1_000))
        let store = InMemoryEffectStore(.init(retention: .seconds(100)), clock: RetryClock(SteppingClock(time: time)))
        let ticket = try claim(id("a"), in: store)
        time.withLock { $0 = .seconds(1) }
        guard case .inProgress(let running, let left) = try store.claim(id("a"), lease: .seconds(10)) else {
            Issue.record("a live lease was lost")
            return
        }
        #expect(running >= .zero && left <= .seconds(10))
        #expect(try store.settle(ticket, .succeeded([1])) == .recorded)
        guard case .replay(let replay) = try store.claim(id("a"), lease: .seconds(10)) else {
            Issue.record("a settled record was lost")
            return
        }
        #expect(replay.age >= .zero)
    }

    @Test("keys that look the same are two")
    func twins() throws {
        let store = store()
        try settle(id("caf\u{e9}"), in: store, .succeeded([1]))
        #expect(try store.record(for: id("cafe\u{301}")) == nil)
        try settle(id("cafe\u{301}"), in: store, .succeeded([2]))
        #expect(try store.record(for: id("caf\u{e9}"))?.state == .succeeded([1]))
        #expect(store.count == 2)
    }

    @Test("results of more bytes than the store keeps change nothing")
    func longResults() throws {
        let store = store(maxResultBytes: 3)
        let ticket = try claim(id("a"), in: store)
        #expect(throws: EffectStoreError.resultTooLong(count: 4, limit: 3)) {
            try store.settle(ticket, .succeeded([1, 2, 3, 4]))
        }
        #expect(try store.record(for: id("a"))?.state == .running(leaseLeft: .seconds(10)))
        #expect(try store.settle(ticket, .indeterminate(nil)) == .recorded)
        #expect(throws: EffectStoreError.resultTooLong(count: 4, limit: 3)) {
            try store.reconcile(id("a"), expectedToken: ticket.token, verdict: .happened([1, 2, 3, 4]))
        }
        #expect(
            try store.reconcile(id("a"), expectedToken: ticket.token, verdict: .happened([1, 2, 3])) == .reconciled)
    }

    @Test("tokens grow over all keys, also after a key is forgotten")
    func tokens() throws {
        let store = store(retention: .seconds(1))
        var last = FencingToken(0)
        for round in 0..<20 {
            for key in ["a", "b", "c"] {
                let ticket = try claim(id(key), in: store)
                #expect(ticket.token > last)
                last = ticket.token
                let outcome = round % 2 == 0 ? EffectOutcome.succeeded([]) : .failedBeforeEffect
                #expect(try store.settle(ticket, outcome) == .recorded)
            }
            clock.advance(by: .seconds(1))
        }
    }

    @Test func snapshots() throws {
        let store = store(capacity: 10)
        let halted = try claim(id("lost"), in: store)
        clock.advance(by: .seconds(10))
        #expect(
            try store.claim(id("lost"), lease: .seconds(1))
                == .indeterminate(halted.token, age: .seconds(10), lastErrorType: nil))
        _ = try claim(id("running", "x"), in: store)
        try settle(id("done"), in: store)
        try settle(id("failed"), in: store, .failedFinal(EffectFailure(type: "A")))
        try settle(id("free"), in: store, .failedBeforeEffect)
        let snapshot = store.snapshot()
        #expect(snapshot.running == 1 && snapshot.indeterminate == 1 && snapshot.settled == 2)
        #expect(snapshot.count == 5 && snapshot.capacity == 10 && snapshot.tenants == ["x": 1])
        let unsettled = store.unsettled()
        #expect(try Set(unsettled.map(\.id)) == [id("lost"), id("running", "x")])
        #expect(store.unsettled(limit: 1).count == 1 && store.unsettled(limit: 0).isEmpty)
    }

    @Test("invalid settings")
    func settings() {
        for settings in [
            InMemoryEffectStore.Settings(capacity: 0), .init(capacity: -1), .init(capacity: 100_000_001),
            .init(tenantQuota: 0), .init(retention: .zero), .init(retention: .seconds(-1)), .init(maxResultBytes: -1),
        ] {
            #expect(throws: InvalidPolicyError.self) { try InMemoryEffectStore(validating: settings) }
        }
        #expect(throws: Never.self) { try InMemoryEffectStore(validating: .init(retention: .seconds(Int64.max))) }
    }

    @Test("nonsense in the code traps")
    func trap() async {
        await #expect(processExitsWith: .failure) { _ = InMemoryEffectStore(.init(capacity: 0)) }
    }
}

/// A clock that a test sets to any time, also to an earlier one.
private struct SteppingClock: Clock {
    let time: Locked<Duration>

    var now: ManualClock.Instant { .init(time.withLock { $0 }) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {}
}
