import RetryCore
import RetryTesting
import Testing

@Suite("The blocking gate while another caller runs the effect", .timeLimit(.minutes(20)))
struct BlockingGateWaitingTests {
    @Test("a caller that does not wait is told how long it takes at least")
    func inProgress() throws {
        let harness = GateHarness()
        _ = try harness.claimElsewhere()
        harness.clock.advance(by: .seconds(3))
        let call = harness.once()
        guard case .inProgress(_, .seconds(3), .seconds(7)) = call.error as? EffectError else {
            Issue.record("\(String(describing: call.error))")
            return
        }
        #expect(call.calls == 0 && harness.sleeper.sleeps.isEmpty)
    }

    @Test("a caller that waits gets the other one's outcome as soon as it is there")
    func waits() throws {
        let clock = ManualClock()
        let store = InMemoryEffectStore(clock: RetryClock(clock))
        let id = try ActionID("a")
        guard case .execute(let token, _) = store.claim(id, lease: .seconds(10)) else { return }
        let sleeper = RetrySleeper { duration, signal in
            #expect(duration == .seconds(5) && signal?.isCancelled == false)
            #expect((try? store.settle(EffectClaimTicket(id, token), .succeeded([1]))) == .recorded)
            #expect(signal?.isCancelled == true)
        }
        let gate = BlockingEffectGate(
            RetryPipeline().sleeper(sleeper).clock(RetryClock(clock)), store: store,
            policy: EffectGatePolicy(waitingUpTo: .seconds(5)))
        let result = try gate.once("a", as: .bytes) { _ in [2] }
        #expect(result.value == [1] && result.isReplay)
        #expect(store.snapshot().waiters == 0)
    }

    @Test("a caller that waits gets the key where the other one gave it back")
    func released() throws {
        let clock = ManualClock()
        let store = InMemoryEffectStore(clock: RetryClock(clock))
        let id = try ActionID("a")
        guard case .execute(let token, _) = store.claim(id, lease: .seconds(10)) else { return }
        let sleeper = RetrySleeper { _, _ in _ = try? store.settle(EffectClaimTicket(id, token), .failedBeforeEffect) }
        let gate = BlockingEffectGate(
            RetryPipeline().sleeper(sleeper).clock(RetryClock(clock)), store: store,
            policy: EffectGatePolicy(waitingUpTo: .seconds(5)))
        let result = try gate.once("a", as: .bytes) { _ in [2] }
        #expect(result.value == [2] && !result.isReplay)
    }

    @Test("the wait ends at its limit, and leaves no waiter behind")
    func limit() throws {
        var harness = GateHarness()
        harness.waitLimit = .seconds(4)
        _ = try harness.claimElsewhere()
        let call = harness.once()
        #expect(call.problem == "in progress" && call.calls == 0)
        #expect(harness.clock.now == .init(.seconds(4)))
        #expect(harness.memory.snapshot().waiters == 0)
    }

    @Test("at the end of the other one's lease the caller halts, or takes over", arguments: [true, false])
    func leaseEnds(takesOver: Bool) throws {
        var harness = GateHarness()
        harness.waitLimit = .seconds(60)
        harness.rule = takesOver ? .takeOver : .halt
        _ = try harness.claimElsewhere()
        let call = harness.once()
        #expect(takesOver ? call.value == "done" : call.problem == "indeterminate")
        #expect(harness.clock.now == .init(.seconds(10)))
    }

    @Test("a caller is told by a store that tells, also while a token may cancel it")
    func observable() throws {
        let sleeper = ManualSleeper()
        let store = InMemoryEffectStore(clock: sleeper.retryClock)
        let id = try ActionID("a")
        _ = store.claim(id, lease: .seconds(10))
        let gate = BlockingEffectGate(
            RetryPipeline().sleeper(sleeper.sleeper).cancellation(RetryCancellationToken()).clock(sleeper.retryClock),
            store: store,
            policy: EffectGatePolicy(waitingUpTo: .seconds(1)))
        #expect(throws: EffectError.self) { try gate.once("a", as: .nothing) { _ in } }
        #expect(sleeper.sleeps == [Duration](repeating: .milliseconds(50), count: 20))
        #expect(store.snapshot().waiters == 0)
    }

    @Test("a store that tells forgets who is through waiting")
    func forgotten() throws {
        let sleeper = ManualSleeper()
        let store = InMemoryEffectStore(clock: sleeper.retryClock)
        _ = store.claim(try ActionID("a"), lease: .seconds(10))
        let gate = BlockingEffectGate(
            RetryPipeline().sleeper(sleeper.sleeper).clock(sleeper.retryClock), store: store,
            policy: EffectGatePolicy(waitingUpTo: .seconds(1)))
        #expect(throws: EffectError.self) { try gate.once("a", as: .nothing) { _ in } }
        #expect(sleeper.sleeps == [.seconds(1)] && store.snapshot().waiters == 0)
    }

    @Test("a store that does not tell is asked less and less often")
    func polling() throws {
        var harness = GateHarness()
        harness.waitLimit = .seconds(5)
        _ = try harness.claimElsewhere()
        #expect(harness.once().problem == "in progress")
        let sleeps = harness.sleeper.sleeps
        for (sleep, middle) in zip(sleeps.dropLast(), [50, 400, 1_000, 1_000, 1_000]) {
            #expect((Duration.milliseconds(middle) * 0.75 ... .milliseconds(middle) * 1.25).contains(sleep))
        }
        #expect(sleeps.count >= 5 && sleeps.reduce(.zero, +) == .seconds(5))
    }

    @Test("a cancellation ends the wait")
    func cancelled() throws {
        let token = Locked<RetryCancellationToken?>(nil)
        var harness = GateHarness { number in if number == 2 { token.withLock { $0 }?.cancel() } }
        harness.waitLimit = .seconds(60)
        token.withLock { $0 = harness.token }
        _ = try harness.claimElsewhere()
        let call = harness.once()
        #expect(call.error is CancellationError && harness.sleeper.sleeps.count == 2)
    }

    @Test("real threads: one runs, and all get its result")
    func threads() async throws {
        let store = InMemoryEffectStore()
        let runs = Locked(0)
        for round in 0..<50 {
            let key = "key \(round)"
            let gate = BlockingEffectGate(store: store, policy: EffectGatePolicy(waitingUpTo: .seconds(30)))
            let values = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for caller in 0..<4 {
                    group.addTask {
                        try gate.once(key, as: .bytes) { _ in
                            runs.withLock { $0 += 1 }
                            return [UInt8(caller)]
                        }.value
                    }
                }
                return try await group.reduce(into: [[UInt8]]()) { $0.append($1) }
            }
            #expect(Set(values).count == 1)
        }
        #expect(runs.withLock { $0 } == 50)
        #expect(store.snapshot().waiters == 0)
    }
}
