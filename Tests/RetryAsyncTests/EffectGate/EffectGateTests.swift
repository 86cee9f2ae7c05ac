import RetryAsync
import RetryTesting
import Testing

@Suite("The gate", .timeLimit(.minutes(20)))
struct EffectGateTests {
    @Test("an effect is run once, and its result is there for those who ask again")
    func replay() throws {
        try OnceHarness.run { harness in
            let first = try await harness.gate.once("a", as: .utf8) { _ in "first" }
            #expect(first == OnceResult("first") && !first.isReplay && first.age == .zero)
            try await harness.clock.sleep(for: .seconds(5))
            let second = try await harness.gate.once("a", as: .utf8) { _ in "second" }
            #expect(second.value == "first" && second.isReplay && second.age == .seconds(5))
            #expect(try await harness.gate.once("b", as: .utf8) { _ in "second" }.value == "second")
            #expect(harness.clock.sleeperCount == 0)
        }
    }

    @Test("the function for a single call")
    func function() async throws {
        let store = InMemoryEffectStore()
        let id = try ActionID(type: "mail.send", payload: "hello".utf8, scope: "run-1")
        for isReplay in [false, true] {
            let result = try await once(id, in: store, as: .bytes) { effect in Array(effect.key.utf8) }
            #expect(result.value == Array(id.key) && result.isReplay == isReplay)
        }
        var count = 0
        for _ in 0..<2 { _ = try await once("b", in: store, as: .nothing) { _ in count += 1 } }
        #expect(count == 1)
    }

    @Test("text and bytes know how they are kept")
    func textAndBytes() async throws {
        let store = InMemoryEffectStore()
        let gate = EffectGate(store: store)
        for isReplay in [false, true] {
            let text = try await once("a", in: store) { _ in isReplay ? "again" : "é" }
            #expect(text.value == "é" && text.isReplay == isReplay)
            let bytes = try await gate.once("b") { _ -> [UInt8] in isReplay ? [] : [0xff, 0] }
            #expect(bytes.value == [0xff, 0] && bytes.isReplay == isReplay)
        }
    }

    @Test("what certainly did nothing is tried again")
    func notExecuted() throws {
        try OnceHarness.run { harness in
            let call = await harness.once(Refused(), Refused())
            #expect(call.value == "done" && call.calls == 3)
            #expect(harness.clock.elapsed == .seconds(2))
            #expect(harness.state() == .succeeded(Array("done".utf8)))
            #expect(harness.recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
        }
    }

    @Test("where the tries are used up and nothing happened, the key is free")
    func released() throws {
        try OnceHarness.run { harness in
            let call = await harness.once(Refused(), Refused(), Refused())
            #expect(call.error is Refused && call.calls == 3)
            #expect(harness.state() == nil)
            #expect(await harness.once().value == "done")
        }
    }

    @Test("a refusal for good is replayed to those who ask again")
    func failedFinal() throws {
        try OnceHarness.run { harness in
            let rejected = Refused(classification: .permanent)
            let call = await harness.once(Refused(), rejected)
            #expect(call.error as? Refused == rejected && call.calls == 2)
            #expect(harness.state() == .failed(EffectFailure(type: "Refused")))
            let again = await harness.once()
            #expect(again.problem == "failed before" && again.calls == 0)
        }
    }

    @Test("an unknown outcome ends the call, and the effect is not run again")
    func unknown() throws {
        try OnceHarness.run { harness in
            let call = await harness.once(Refused(), Lost())
            #expect(call.problem == "indeterminate" && call.calls == 2)
            guard case .indeterminate(_, let token, let age, let type, let error) = call.error as? EffectError
            else { return }
            #expect(token == FencingToken(1) && age == .seconds(1) && type == "Lost" && error is Lost)
            #expect(harness.state() == .indeterminate(EffectFailure(type: "Lost")))
            let again = await harness.once()
            #expect(again.problem == "indeterminate" && again.calls == 0)
        }
    }

    @Test("a receiver that drops what it has seen is asked again")
    func deduplicates() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.receiver = .deduplicates
            let call = await harness.once(Lost(), Lost())
            #expect(call.value == "done" && call.calls == 3)
            let exhausted = await harness.once(Lost(), Refused(), Refused(), key: "b")
            #expect(exhausted.problem == "indeterminate" && exhausted.calls == 3)
            #expect(harness.state("b") == .indeterminate(EffectFailure(type: "Refused")))
        }
    }

    @Test("an attempt that was cancelled at its timeout may have had its effect", arguments: [true, false])
    func timeout(drops: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.policy = harness.policy.attemptTimeout(.seconds(5))
            harness.receiver = drops ? .deduplicates : .mayRepeat
            let clock = harness.clock
            let call = await harness.attempt { effect in
                #expect(effect.attempt.remaining == .seconds(5))
                if effect.attempt.isFirst { try await clock.sleep(for: .seconds(100)) }
                return "done"
            }
            if drops {
                #expect(call.value == "done")
                #expect(harness.recorder.codes == ["attempt", "retry", "attempt", "success"])
            } else {
                #expect(call.problem == "indeterminate")
                #expect(harness.state() == .indeterminate(EffectFailure(type: "AttemptTimeoutError")))
                #expect(harness.recorder.codes == ["attempt", "indeterminate"])
            }
        }
    }

    @Test("an effect that was cancelled at the deadline may have happened")
    func deadline() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.policy = harness.policy.deadline(.seconds(5), .interrupt)
            let clock = harness.clock
            let call = await harness.attempt { _ in
                try await clock.sleep(for: .seconds(100))
                return "done"
            }
            #expect(call.problem == "indeterminate" && clock.elapsed == .seconds(5))
            guard case .indeterminate(let failure?) = harness.state() else { throw Fault(1) }
            #expect(failure.type == "DeadlineExceededError")
        }
    }

    @Test("after a takeover only a success makes the outcome known")
    func takeover() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.rule = .takeOver
            let lost = try harness.claimElsewhere()
            try await harness.clock.sleep(for: .seconds(10))
            #expect(await harness.once(Refused(classification: .permanent)).problem == "indeterminate")
            let call = await harness.attempt { effect in
                #expect(effect.isTakeover && effect.token == FencingToken(3))
                return "done"
            }
            #expect(call.value == "done" && call.isReplay == false)
            #expect(try harness.memory.settle(lost, .succeeded([])) == .fenced(current: FencingToken(3)))
        }
    }

    @Test("what an effect is told")
    func context() throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let id = try ActionID("a", tenant: "t")
            _ = try await harness.gate.once(id, as: .nothing) { effect in
                #expect(effect.id == id && effect.key == id.idempotencyKey && effect.token == FencingToken(1))
                #expect(!effect.isTakeover && effect.attempt.number == 1 && effect.attempt.maxAttempts == 3)
                #expect(effect.timeLeft == .seconds(10))
                try await clock.sleep(for: .seconds(3))
                #expect(effect.timeLeft == .seconds(7))
            }
        }
    }

    @Test("a key that was used for something else, a full store, and no key at all")
    func refusals() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let harness = OnceHarness(clock, settings: .init(capacity: 1))
            let print = EffectFingerprint(of: "request".utf8)
            _ = try await harness.gate.once("a", fingerprint: print, as: .nothing) { _ in }
            let mismatch = await harness.once()
            #expect(mismatch.problem == "fingerprint mismatch" && mismatch.calls == 0)
            #expect(await harness.once(key: "b").problem == "full")
            #expect(await harness.once(key: "").error is ActionIDError)
        }
    }

    @Test("a policy for exactly once runs here, and nowhere else")
    func exactlyOnce() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.policy = harness.policy.guarantee(.exactlyOnce)
            #expect(await harness.once(Refused()).calls == 2)
            let runs = Log<Void>()
            let error = await #expect(throws: InvalidPolicyError.self) {
                try await retry(policy: harness.policy) { runs.add(()) }
            }
            #expect(runs.count == 0 && error.map { "\($0)".contains("once") } == true)
            let result = try await once(
                "b", in: harness.memory, as: .utf8, through: RetryPipeline(policy: harness.policy)
            ) { _ in "done" }
            #expect(result.value == "done")
        }
    }

    @Test("nonsense in the code traps")
    func traps() async {
        await #expect(processExitsWith: .failure) { _ = EffectGatePolicy(lease: .zero) }
        await #expect(processExitsWith: .failure) { _ = EffectGatePolicy(waitingUpTo: .seconds(-1)) }
    }

    // MARK: The caller's own

    private actor Account {
        var balance = 10

        /// Runs effects that touch the actor's state and a local variable.
        func pay(_ store: any EffectStore) async throws -> Int {
            var log = 0
            for key in ["a", "b", "a"] {
                _ = try await once(key, in: store, as: .nothing, through: .default.attemptTimeout(.seconds(60))) { _ in
                    self.assertIsolated()
                    balance -= 1
                    log += 1
                    await Task.yield()
                    self.assertIsolated()
                }
            }
            return log
        }
    }

    @Test("the effect stays on the caller's actor, and may change what the caller can", arguments: [true, false])
    func isolation(isRemote: Bool) async throws {
        let account = Account()
        let memory = InMemoryEffectStore()
        let log = try await account.pay(isRemote ? RemoteStore(memory) : memory)
        #expect(log == 2)
        #expect(await account.balance == 8)
    }

    @MainActor
    @Test("the effect stays on the main actor")
    func mainActor() async throws {
        var count = 0
        let result = try await once("a", in: RemoteStore(InMemoryEffectStore()), as: .utf8) { _ in
            MainActor.assertIsolated()
            await Task.yield()
            MainActor.assertIsolated()
            count += 1
            return "\(count)"
        }
        #expect(result.value == "1")
    }

    @Test("a result that is not Sendable, by a codec of one's own")
    func ownCodec() async throws {
        final class Receipt {
            let number: UInt8
            init(_ number: UInt8) { self.number = number }
        }
        let codec = EffectCodec<Receipt>(encode: { [$0.number] }, decode: { Receipt($0[0]) })
        let store = InMemoryEffectStore()
        let mine = Receipt(7)
        for _ in 0..<2 {
            let result = try await once("a", in: store, as: codec) { _ in mine }
            #expect(result.value.number == 7)
        }
    }
}
