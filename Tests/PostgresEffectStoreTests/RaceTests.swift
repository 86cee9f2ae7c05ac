#if PostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

@Suite(
    "The PostgreSQL store and many callers", .timeLimit(.minutes(5)),
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct RaceTests {
    private static let rules: [AbandonedClaimBehavior] = [.halt, .takeOver]

    @Test("of many stores that claim a key at once, one gets it", arguments: rules)
    func claims(_ rule: AbandonedClaimBehavior) async throws {
        let schema = ServerForTests.newSchema()
        let stores = try (0..<4).map { _ in try PostgresEffectStore(.init(schema: schema)) }
        var last = FencingToken(0)
        for round in 0..<40 {
            let id = try ActionID("key \(round)")
            let tokens = try await withThrowingTaskGroup(of: FencingToken?.self) { group in
                for caller in 0..<12 {
                    group.addTask {
                        let answer = try await stores[caller % 4].claim(
                            id, fingerprint: .none, lease: .seconds(500), ifAbandoned: rule)
                        if case .execute(let token, _) = answer { return token }
                        return nil
                    }
                }
                var tokens: [FencingToken] = []
                for try await token in group { if let token { tokens.append(token) } }
                return tokens
            }
            #expect(tokens.count == 1)
            #expect(tokens.allSatisfy { $0 > last }, "tokens grow over all stores")
            last = tokens.first ?? last
        }
    }

    @Test("random callers of several stores: every key is one machine", arguments: 0..<3 as Range<UInt64>)
    func machine(seed: UInt64) async throws {
        let schema = ServerForTests.newSchema()
        let stores = try (0..<3).map { _ in try PostgresEffectStore(.init(schema: schema)) }
        let owners = SharedValue<[String: [FencingToken]]>([:])
        let recorded = SharedValue<[String: [FencingToken]]>([:])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<9 {
                group.addTask {
                    var random = SeededGenerator(seed: seed << 8 | UInt64(caller))
                    for _ in 0..<40 {
                        let key = "key \(Int.random(in: 0..<10, using: &random))"
                        // A lease of no time at all: the next caller may take over.
                        let answer = try await stores[caller % 3].claim(
                            ActionID(key), fingerprint: .none, lease: .zero, ifAbandoned: .takeOver)
                        guard case .execute(let token, _) = answer else { continue }
                        owners.withLock { $0[key, default: []].append(token) }
                        let settled = try await stores[(caller + 1) % 3].settle(
                            EffectClaimTicket(ActionID(key), token), .succeeded([UInt8(caller)]))
                        if settled == .recorded { recorded.withLock { $0[key, default: []].append(token) } }
                    }
                }
            }
            try await group.waitForAll()
        }
        for (key, tokens) in owners.withLock({ $0 }) {
            #expect(Set(tokens).count == tokens.count)
            // Only the last owner settled: a caller that lost its key is fenced.
            #expect(recorded.withLock { $0[key] } == [tokens.max()].compactMap { $0 }, "\(key)")
        }
    }

    @Test("a claim is one round trip, and so is every other step")
    func roundTrips() async throws {
        let proxy = try CuttingProxy()
        defer { proxy.close() }
        let store = try PostgresEffectStore(
            .init(database: proxy.database, schema: ServerForTests.newSchema(), connections: 2))
        func step(_ id: ActionID) async throws -> EffectClaimTicket? {
            let answer = try await store.claim(id, fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
            guard case .execute(let token, _) = answer else { return nil }
            return EffectClaimTicket(id, token)
        }
        // Both connections are made, and know their statements.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    guard let ticket = try await step(ActionID("warm \(number)")) else { return }
                    _ = try await store.renew(ticket, lease: .seconds(500))
                    _ = try await store.settle(ticket, .indeterminate(nil))
                    _ = try await store.reconcile(
                        ticket.id, expectedToken: ticket.token, verdict: .happened([]))
                    _ = try await store.record(for: ticket.id)
                }
            }
            try await group.waitForAll()
        }
        let before = store.roundTrips
        proxy.follow(.init())
        for number in 0..<100 {
            let ticket = try #require(try await step(ActionID("key \(number)")))
            #expect(proxy.requests == number * 5 + 1, "a claim of a free key")
            #expect(try await step(ticket.id) == nil)
            #expect(proxy.requests == number * 5 + 2, "a claim of a running key")
            _ = try await store.renew(ticket, lease: .seconds(500))
            _ = try await store.settle(ticket, .succeeded([1]))
            _ = try await store.record(for: ticket.id)
            #expect(proxy.requests == number * 5 + 5, "renewing, settling and looking")
        }
        #expect(store.roundTrips - before == 500)
    }
}
#endif
