#if PostgreSQL
import PostgresEffectStore
import RetryCore
import Testing

@Suite(
    "The PostgreSQL store and its limits", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct LimitTests {
    private func claim(_ store: PostgresEffectStore, _ key: String, _ tenant: String = "") async throws
        -> EffectClaimAnswer
    {
        try await store.claim(
            ActionID(key, tenant: tenant), fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
    }

    @Test("limits are the schema's: another store with others is refused, and they can be changed")
    func limits() async throws {
        let schema = ServerForTests.newSchema()
        let store = try PostgresEffectStore(.init(schema: schema, capacity: 2))
        for key in ["a", "b"] { _ = try await claim(store, key) }
        #expect(try await claim(store, "c") == .full(count: 2, limit: 2))
        let other = try PostgresEffectStore(.init(schema: schema, capacity: 3))
        let error = await #expect(throws: PostgresEffectStoreError.self) { try await claim(other, "c") }
        #expect("\(error as Any)".contains("capacity 2") && "\(error as Any)".contains("capacity 3"))
        // One that asks for none takes them as they are.
        let anyone = try PostgresEffectStore(.init(schema: schema))
        #expect(try await claim(anyone, "c") == .full(count: 2, limit: 2))
        try await anyone.setLimits(capacity: 3, tenantQuota: 1)
        guard case .execute = try await claim(store, "c", "t") else {
            Issue.record("a changed limit is not seen")
            return
        }
        #expect(try await claim(store, "d", "t") == .full(count: 3, limit: 3))
    }

    @Test("limits that are set late count what is there")
    func lateLimits() async throws {
        let store = try PostgresEffectStore(.init(schema: ServerForTests.newSchema()))
        for number in 0..<5 { _ = try await claim(store, "\(number)", number < 2 ? "t" : "") }
        try await store.setLimits(capacity: 6, tenantQuota: 2)
        #expect(try await claim(store, "x", "t") == .full(count: 2, limit: 2))
        #expect(try await claim(store, "x") != .full(count: 5, limit: 6))
        #expect(try await claim(store, "y") == .full(count: 6, limit: 6))
        try await store.setLimits(capacity: nil, tenantQuota: nil)
        #expect(try await claim(store, "y") != .full(count: 6, limit: 6))
    }

    @Test("counts are right after any mixture of claims, releases, verdicts and sweeps of many callers")
    func counts() async throws {
        let schema = ServerForTests.newSchema()
        let store = try PostgresEffectStore(
            .init(schema: schema, connections: 8, capacity: 40, tenantQuota: 15, retention: .milliseconds(1)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<8 {
                group.addTask {
                    for number in 0..<40 {
                        let id = try ActionID("\((number * 7 + caller) % 30)", tenant: ["", "x", "y"][number % 3])
                        let answer = try await store.claim(
                            id, fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
                        guard case .execute(let token, _) = answer else { continue }
                        let ticket = EffectClaimTicket(id, token)
                        switch (number + caller) % 5 {
                        case 0: _ = try await store.settle(ticket, .failedBeforeEffect)
                        case 1: _ = try await store.settle(ticket, .succeeded([1]))
                        case 2:
                            _ = try await store.settle(ticket, .indeterminate(nil))
                            _ = try await store.reconcile(id, expectedToken: token, verdict: .didNotHappen)
                        case 3: try await store.sweep(batch: 3)
                        default: break
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let admin = try ServerForTests.admin()
        let wrong = try admin.run(
            """
            SELECT c.scope, c.n FROM \(schema).counts c WHERE c.n <> (SELECT count(*) FROM \(schema).effects e
            WHERE c.scope = '' OR e.tenant = c.scope)
            """)
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(try admin.run("SELECT count(*) <= 40 FROM \(schema).effects") == [["t"]])
    }

    @Test("a sweep takes what is over, in batches, and nothing else")
    func sweep() async throws {
        let schema = ServerForTests.newSchema()
        let store = try PostgresEffectStore(.init(schema: schema, retention: .seconds(1_000)))
        for number in 0..<25 {
            guard case .execute(let token, _) = try await claim(store, "\(number)") else { continue }
            let ticket = EffectClaimTicket(try ActionID("\(number)"), token)
            let outcomes: [EffectOutcome?] = [
                .succeeded([1]), .failedFinal(EffectFailure(type: "E")), .failedBeforeEffect, .indeterminate(nil), nil,
            ]
            if let outcome = outcomes[number % 5] { _ = try await store.settle(ticket, outcome) }
        }
        #expect(try await store.sweep() == 0)
        try ServerForTests.pass(.seconds(1_001), in: [schema])
        #expect(try await store.sweep(batch: 4, batches: 2) == 8)
        #expect(try await store.sweep(batch: 4) == 7)
        #expect(try await store.sweep() == 0)
        let left = try await store.unsettled()
        #expect(left.count == 10)
        #expect(left.map(\.record.token) == left.map(\.record.token).sorted())
        #expect(try await store.unsettled(limit: 3).count == 3)
    }

    @Test("a result that is too long is refused in every way in")
    func longResults() async throws {
        let store = try PostgresEffectStore(.init(schema: ServerForTests.newSchema(), maxResultBytes: 3))
        guard case .execute(let token, _) = try await claim(store, "a") else { return }
        let ticket = EffectClaimTicket(try ActionID("a"), token)
        let error = EffectStoreError.resultTooLong(count: 4, limit: 3)
        await #expect(throws: error) { try await store.settle(ticket, .succeeded([1, 2, 3, 4])) }
        #expect(throws: error) { try store.blocking.settle(ticket, .succeeded([1, 2, 3, 4])) }
        await #expect(throws: error) {
            try await store.reconcile(ticket.id, expectedToken: token, verdict: .happened([1, 2, 3, 4]))
        }
        await #expect(throws: error) { try await store.withTransaction(ActionID("b")) { _ in [1, 2, 3, 4] } }
        #expect(try await store.record(for: ActionID("b")) == nil)
        #expect(try await store.settle(ticket, .succeeded([1, 2, 3])) == .recorded)
    }
}
#endif
