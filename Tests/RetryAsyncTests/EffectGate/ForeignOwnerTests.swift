import RetryTesting
import Testing

@testable import RetryAsync

@Suite("Many callers of a key that another process owns", .timeLimit(.minutes(20)))
struct ForeignOwnerTests {
    private static let crowd = 10_000

    /// Runs a scenario in which another process owns the key, over a store that counts what it is asked.
    private func run(
        lease: Duration = .seconds(100), observable: Bool = false, seed: UInt64 = 1,
        _ scenario: @escaping @Sendable (OnceHarness, RemoteStore, EffectClaimTicket) async throws -> Void
    ) throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: seed, clock: clock, jobLimit: 5_000_000) {
            var harness = OnceHarness(clock)
            let store = RemoteStore(harness.memory)
            if !observable { harness.store = store }
            try await scenario(harness, store, try harness.claimElsewhere(lease: lease))
        }
    }

    private func claims(_ store: RemoteStore) -> Int { store.calls.count { $0 == .claim } }

    @Test("those who do not wait share the answer")
    func hasty() throws {
        try run { harness, store, _ in
            try await harness.clock.sleep(for: .seconds(2))
            let tasks = (0..<Self.crowd).map { _ in harness.start { _ in throw Impossible() } }
            for task in tasks {
                guard case .inProgress(_, .seconds(2), .seconds(98)) = await task.value.error as? EffectError else {
                    throw Impossible()
                }
            }
            #expect(claims(store) <= 3 && store.calls.count <= 3)
        }
    }

    @Test("those who wait share one that asks, and get the outcome", arguments: [true, false])
    func patient(observable: Bool) throws {
        try run(observable: observable) { harness, store, ticket in
            var harness = harness
            harness.waitLimit = .seconds(60)
            let tasks = (0..<Self.crowd).map { [harness] _ in harness.start { _ in throw Impossible() } }
            try await harness.clock.sleep(for: .seconds(1))
            #expect(claims(store) <= 3)
            #expect(harness.memory.snapshot().waiters == (observable ? 1 : 0), "one subscription for all")
            try await harness.clock.sleep(for: .seconds(9))
            #expect(claims(store) <= 16)
            _ = try harness.memory.settle(ticket, .succeeded(Array("theirs".utf8)))
            for task in tasks { #expect(await task.value.value == "theirs") }
            #expect(harness.clock.elapsed < .seconds(12) && claims(store) <= 18)
        }
    }

    @Test("those whose time is over are told without a question to the store")
    func expired() throws {
        try run { harness, store, _ in
            var harness = harness
            harness.waitLimit = .seconds(5)
            let tasks = (0..<Self.crowd).map { [harness] _ in harness.start { _ in throw Impossible() } }
            for task in tasks { #expect(await task.value.problem == "in progress") }
            #expect(harness.clock.elapsed == .seconds(5))
            #expect(store.calls.count <= 12)
        }
    }

    @Test("when the owner gives the key back, one runs the effect for all")
    func released() throws {
        try run { harness, store, ticket in
            var harness = harness
            harness.waitLimit = .seconds(60)
            let runs = Log<Void>()
            let tasks = (0..<1_000).map { [harness] _ in
                harness.start { _ in
                    runs.add(())
                    return "mine"
                }
            }
            try await harness.clock.sleep(for: .seconds(2))
            _ = try harness.memory.settle(ticket, .failedBeforeEffect)
            for task in tasks { #expect(await task.value.value == "mine") }
            #expect(runs.count == 1 && claims(store) <= 8)
        }
    }

    @Test("with a clock that cannot wait a caller is told that the effect is in progress", arguments: [true, false])
    func brokenClock(isObservable: Bool) async throws {
        struct BrokenClock: Clock {
            let base: ManualClock
            var now: ManualClock.Instant { base.now }
            var minimumResolution: Duration { base.minimumResolution }
            func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws { throw Impossible() }
        }
        let clock = ManualClock()
        let memory = InMemoryEffectStore(clock: clock.retryClock)
        _ = try memory.claim(ActionID("a"), lease: .seconds(10))
        let gate = EffectGate(
            RetryPipeline().clock(RetryClock(BrokenClock(base: clock))),
            store: isObservable ? memory : RemoteStore(memory),
            policy: EffectGatePolicy(waitingUpTo: .seconds(60)))
        let error = await #expect(throws: EffectError.self) { try await gate.once("a", as: .nothing) { _ in } }
        guard case .inProgress? = error else { throw Impossible() }
    }

    @Test("cancelled in any order, also the one that asks, they leave no one behind and ask no more", arguments: 0..<10)
    func cancelled(seed: UInt64) throws {
        try run(seed: seed) { harness, store, ticket in
            var harness = harness
            harness.waitLimit = .seconds(60)
            let tasks = (0..<2_000).map { [harness] _ in harness.start { _ in throw Impossible() } }
            try await harness.clock.sleep(for: .seconds(2))
            let before = claims(store)
            for task in tasks.dropLast() { task.cancel() }
            for task in tasks.dropLast() { #expect(await task.value.error is CancellationError) }
            #expect(harness.clock.elapsed == .seconds(2) && claims(store) <= before + 1)
            _ = try harness.memory.settle(ticket, .succeeded(Array("theirs".utf8)))
            #expect(await tasks.last?.value.value == "theirs")
            #expect(harness.clock.sleeperCount == 0)
        }
    }

    @Test("a caller alone always asks the store")
    func alone() throws {
        try run { harness, store, ticket in
            for number in 1...10 {
                #expect(await harness.once().problem == "in progress")
                #expect(claims(store) == number)
            }
            _ = try harness.memory.settle(ticket, .succeeded(Array("theirs".utf8)))
            #expect(await harness.once().value == "theirs")
        }
    }

    @Test("a caller without time does not wait for the next question of one that has, unless all ask too often")
    func pollRequest() throws {
        try run { harness, store, ticket in
            var patient = harness
            patient.waitLimit = .seconds(60)
            let task = patient.start { _ in throw Impossible() }
            try await harness.clock.sleep(for: .milliseconds(4_100))
            _ = try harness.memory.settle(ticket, .succeeded(Array("theirs".utf8)))
            #expect(await harness.once().value == "theirs")
            #expect(harness.clock.elapsed == .milliseconds(4_100))
            #expect(await task.value.value == "theirs")
        }
    }

    @Test("real threads: a crowd that is cancelled holds up no other key")
    func threads() async throws {
        let memory = InMemoryEffectStore()
        _ = memory.claim(try ActionID("a"), lease: .seconds(86_400))
        let store = RemoteStore(memory)
        let gate = EffectGate(store: store, policy: EffectGatePolicy(waitingUpTo: .seconds(86_400)))
        let tasks = (0..<Self.crowd).map { _ in
            Task { try await gate.once("a", as: .utf8) { _ in "" } }
        }
        while claims(store) == 0 { await Task.yield() }
        for task in tasks { task.cancel() }
        #expect(try await once("b", in: store, as: .utf8) { _ in "other" }.value == "other")
        for task in tasks {
            guard case .failure(is CancellationError) = await task.result else { throw Impossible() }
        }
        #expect(claims(store) <= 4)
    }

    @Test("to leave takes the same short time however many wait")
    func leaving() {
        var state = SharedRunStateMachine()
        let clock = RetryClock(ManualClock())
        let end = Moment(clock: clock, nanoseconds: .max)
        _ = state.join(.init(end: end, waitsForOwnProcess: true))
        var tickets: [SharedRunStateMachine.WaiterID] = []
        for _ in 0..<50_000 {
            guard case .waits(let ticket, _) = state.join(.init(end: end, waitsForOwnProcess: true)) else { return }
            tickets.append(ticket)
        }
        let start = RetryClock.system.now
        // Those in the middle first: neither end is near.
        for ticket in tickets[20_000...] + tickets[..<20_000] { _ = state.leave(ticket) }
        #expect(state.waiterCount == 0)
        #expect(RetryClock.system.now - start < .seconds(5), "it takes a fraction of a second; a scan takes minutes")
    }
}
