#if PostgreSQL
import PostgresEffectStore
import RetryCore
import RetryTesting
import Testing

/// The connection is cut at every single request, in every way, and no effect is repeated or silently lost.
@Suite(
    "The PostgreSQL store and lost connections", .timeLimit(.minutes(5)), .serialized,
    .enabled(if: ServerForTests.isThere, ServerForTests.hint))
struct CutTests {
    /// Every way to cut, for a moment and for good.
    static let ways = CuttingProxy.Cut.allCases.flatMap { cut in [(cut, false), (cut, true)] }

    @Test("an effect in the gate, cut at every request", arguments: ways)
    func gate(_ cut: CuttingProxy.Cut, isForGood: Bool) async throws {
        let harness = try await CutHarness()
        defer { harness.proxy.close() }
        try #require(harness.runInGate(key: "whole", .init()) == .succeeded)
        let admin = try ServerForTests.admin()
        let requests = harness.proxy.requests
        #expect(requests > 5, "connecting, claiming and settling are \(requests) requests")
        for number in 1...requests {
            let key = "key \(number)"
            let first = harness.runInGate(
                key: key, .init(request: number, cut: cut, isForGood: isForGood))
            try harness.waitForLeftovers(admin)
            try ServerForTests.pass(.seconds(1_000), in: [harness.schema], admin)
            let second = harness.runDirectly(key: key)
            let effects = harness.count(key)
            #expect(effects <= 1, "\(effects) effects, cut at \(number): \(first), then \(second)")
            // A caller that got a success finds it again; a caller without one reconciles, or gets an indeterminate
            // outcome.
            if first == .succeeded { #expect(second == .replayed, "cut at \(number)") }
            #expect(second != .failed, "cut at \(number)")
            if second == .halted {
                let id = try ActionID(key)
                let record = try #require(await harness.direct.record(for: id))
                let verdict = effects == 1 ? EffectVerdict.happened([1]) : .didNotHappen
                let answer = try await harness.direct.reconcile(id, expectedToken: record.token, verdict: verdict)
                #expect(answer == .reconciled)
            }
            // A reply that is lost for a moment has no cost.
            if !isForGood { #expect(first == .succeeded, "cut at \(number)") }
            #expect(harness.runDirectly(key: key) == .replayed || effects == 0)
        }
        #expect(harness.proxy.endedProcesses == (cut.isByServer ? requests : 0))
    }

    @Test("an effect in the record's transaction, cut at every request", arguments: ways)
    func transaction(_ cut: CuttingProxy.Cut, isForGood: Bool) async throws {
        let harness = try await CutHarness()
        defer { harness.proxy.close() }
        let admin = try ServerForTests.admin()
        try admin.run("CREATE TABLE \(harness.schema).machine (key text NOT NULL)")
        try #require(await harness.runInTransaction(key: "whole", .init()) == .succeeded)
        let requests = harness.proxy.requests
        for number in 1...requests {
            let key = "key \(number)"
            let first = await harness.runInTransaction(
                key: key, .init(request: number, cut: cut, isForGood: isForGood))
            try harness.waitForLeftovers(admin)
            let between = try harness.rows(key, admin)
            #expect(between <= 1, "cut at \(number)")
            if first == .succeeded { #expect(between == 1, "cut at \(number)") }
            if first == .rolledBack { #expect(between == 0, "cut at \(number)") }
            let second = await harness.runInTransaction(key: key, .init())
            #expect(try harness.rows(key, admin) == 1, "cut at \(number): \(first), then \(second)")
            #expect(second == (between == 1 ? .replayed : .succeeded), "cut at \(number): \(first)")
        }
        #expect(harness.proxy.endedProcesses == (cut.isByServer ? requests : 0))
    }

    @Test("a settlement whose reply is lost is asked for again and recorded once")
    func lostSettlement() async throws {
        let harness = try await CutHarness()
        defer { harness.proxy.close() }
        let store = try harness.store(meeting: .beforeReply)
        let id = try ActionID("a")
        _ = try await store.record(for: id)
        let answer = try await store.claim(id, fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
        guard case .execute(let token, _) = answer else {
            Issue.record("\(answer)")
            return
        }
        let ticket = EffectClaimTicket(id, token)
        harness.proxy.follow(.init(request: 1, statement: "settle", cut: .beforeReply, isForGood: true))
        await #expect(throws: EffectStoreError.self) { try await store.settle(ticket, .succeeded([1])) }
        #expect(try await harness.direct.record(for: id)?.state == .succeeded([1]))
        harness.proxy.follow(.init())
        #expect(try await store.settle(ticket, .succeeded([1])) == .alreadyRecorded)
        #expect(try await store.settle(ticket, .succeeded([2])) == .fenced(current: token))
    }

    @Test("a server that says nothing is given up")
    func silence() async throws {
        let harness = try await CutHarness()
        defer { harness.proxy.close() }
        let store = try harness.store(meeting: .silence)
        _ = try await store.record(for: ActionID("a"))
        harness.proxy.follow(.init(request: 1, cut: .silence, isForGood: true))
        await #expect(throws: EffectStoreError.self) { try await store.record(for: ActionID("a")) }
    }

    @Test("connections that the server ends are made again")
    func terminated() async throws {
        let harness = try await CutHarness()
        defer { harness.proxy.close() }
        let admin = try ServerForTests.admin()
        var tokens: [FencingToken] = []
        for round in 0..<5 {
            let id = try ActionID("key \(round)")
            let answer = try await harness.direct.claim(
                id, fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
            guard case .execute(let token, _) = answer else {
                Issue.record("\(answer)")
                return
            }
            tokens.append(token)
            try harness.terminate(admin)
            #expect(
                try await harness.direct.renew(EffectClaimTicket(id, token), lease: .seconds(500))
                    != .lost(current: token))
            try harness.terminate(admin)
            #expect(try await harness.direct.settle(EffectClaimTicket(id, token), .succeeded([1])) == .recorded)
            try harness.terminate(admin)
            #expect(try await harness.direct.record(for: id)?.state == .succeeded([1]))
            try harness.terminate(admin)
        }
        #expect(tokens == tokens.sorted() && Set(tokens).count == 5)
    }

    @Test("callers race while their connections are ended, and no key has two effects")
    func storm() async throws {
        let harness = try await CutHarness()
        defer { harness.proxy.close() }
        let isDone = SharedValue(false)
        let kills = SharedValue(0)
        startThread {
            guard let admin = try? ServerForTests.admin() else { return }
            while !isDone.withLock({ $0 }) {
                let rows = try? harness.terminate(admin)
                kills.withLock { $0 += rows ?? 0 }
            }
        }
        await withTaskGroup { group in
            for caller in 0..<4 {
                group.addTask {
                    for number in 0..<60 { _ = await harness.claimAndSettle(key: "key \((number + caller * 7) % 60)") }
                }
            }
        }
        isDone.withLock { $0 = true }
        for number in 0..<60 { #expect(harness.count("key \(number)") <= 1) }
        #expect(kills.withLock { $0 } > 10)
    }
}

/// The harness of a cut: one schema, a store that reaches it through a proxy, and one that reaches it directly.
struct CutHarness: Sendable {
    enum Ending: Sendable, Equatable {
        case succeeded
        case replayed
        case halted
        case rolledBack
        case failed
    }

    let schema = ServerForTests.newSchema()
    let proxy: CuttingProxy
    let direct: PostgresEffectStore
    private let effects = Counts()

    private final class Counts: Sendable {
        let values = SharedValue<[String: Int]>([:])
    }

    init() async throws {
        proxy = try CuttingProxy()
        direct = try PostgresEffectStore(.init(database: "application_name=\(schema)", schema: schema))
        _ = try await direct.record(for: ActionID("made"))
    }

    /// Returns a store through the proxy, with short limits only if it meets silence.
    func store(meeting cut: CuttingProxy.Cut) throws -> PostgresEffectStore {
        try PostgresEffectStore(
            .init(
                database: "\(proxy.database) application_name=\(schema)p", schema: schema,
                timeout: cut == .silence ? .milliseconds(500) : .seconds(20)))
    }

    func count(_ key: String) -> Int { effects.values.withLock { $0[key, default: 0] } }

    /// Runs an effect through the proxy in a store of its own.
    func runInGate(key: String, _ plan: CuttingProxy.Plan) -> Ending {
        guard let store = try? store(meeting: plan.cut) else { return .failed }
        proxy.follow(plan)
        return run(key, in: store)
    }

    func runDirectly(key: String) -> Ending { run(key, in: direct) }

    private func run(_ key: String, in store: PostgresEffectStore) -> Ending {
        do {
            let sleeper = ManualSleeper()
            let gate = BlockingEffectGate(
                RetryPipeline().sleeper(sleeper.sleeper), store: store.blocking,
                policy: EffectGatePolicy(lease: .seconds(500)))
            let result = try gate.once(key, as: .bytes) { _ in
                effects.values.withLock { $0[key, default: 0] += 1 }
                return [1]
            }
            return result.isReplay ? .replayed : .succeeded
        } catch EffectError.indeterminate {
            return .halted
        } catch {
            return .failed
        }
    }

    /// Claims, has the effect, and settles as a gate does, again if the store cannot be reached.
    func claimAndSettle(key: String) async -> Ending {
        guard let id = try? ActionID(key),
            let answer = try? await direct.claim(id, fingerprint: .none, lease: .seconds(500), ifAbandoned: .halt)
        else { return .failed }
        guard case .execute(let token, _) = answer else { return .replayed }
        effects.values.withLock { $0[key, default: 0] += 1 }
        for _ in 0..<50 {
            if let answer = try? await direct.settle(EffectClaimTicket(id, token), .succeeded([1])) {
                if case .fenced = answer { return .halted }
                return .succeeded
            }
        }
        return .failed
    }

    func runInTransaction(key: String, _ plan: CuttingProxy.Plan) async -> Ending {
        do {
            let store = try store(meeting: plan.cut)
            proxy.follow(plan)
            let answer = try await store.withTransaction(ActionID(key)) { [schema] transaction in
                try transaction.execute("INSERT INTO \(schema).machine VALUES ($1)", [.text(key)])
                return [1]
            }
            switch answer {
            case .committed: return .succeeded
            case .notOwner(.replay): return .replayed
            case .notOwner: return .halted
            }
        } catch is NotExecutedError {
            return .rolledBack
        } catch PostgresEffectStoreError.commitUnknown {
            return .halted
        } catch {
            return .failed
        }
    }

    func rows(_ key: String, _ admin: Admin) throws -> Int {
        let text = try admin.run("SELECT count(*) FROM \(schema).machine WHERE key = '\(key)'")
        return Int(text.first?.first.flatMap { $0 } ?? "") ?? -1
    }

    /// Ends every connection of a store to this schema; returns their number.
    @discardableResult
    func terminate(_ admin: Admin) throws -> Int {
        try admin.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = '\(schema)'
            """
        ).count
    }

    /// Waits until the server has ended every connection that came through the proxy.
    func waitForLeftovers(_ admin: Admin) throws {
        while try !admin.run("SELECT FROM pg_stat_activity WHERE application_name = '\(schema)p'").isEmpty {}
    }
}
#endif
