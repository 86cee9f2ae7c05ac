import RetryAsync
import RetryTesting
import Testing

@Suite("The gate when things go wrong", .timeLimit(.minutes(20)))
struct EffectStoreFailureTests {
    @Test("a store that cannot be asked for the key keeps the effect from running")
    func claimFails() throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.store = RemoteStore(scene.memory) { if $0 == .claim { throw RemoteStore.Unreachable() } }
            let call = await scene.once()
            #expect(call.error is RemoteStore.Unreachable && call.calls == 0)
        }
    }

    @Test("a store that cannot renew the lease keeps the next attempt from running", arguments: [true, false])
    func renewalFails(isKnown: Bool) throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.receiver = .deduplicates
            scene.store = RemoteStore(scene.memory) { if $0 == .renew { throw RemoteStore.Unreachable() } }
            let call = isKnown ? await scene.once(Refused()) : await scene.once(Lost())
            #expect(call.calls == 1)
            if isKnown {
                #expect(call.error is RemoteStore.Unreachable)
                #expect(scene.state() == nil)
            } else {
                #expect(call.problem == "indeterminate")
                #expect(scene.state() == .indeterminate(EffectFailure(type: "Lost")))
            }
        }
    }

    @Test("a renewal that fails is tried again before the lease ends")
    func renewalFailsOnce() throws {
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            scene.store = RemoteStore(scene.memory) { call in
                if call == .renew, clock.elapsed < .seconds(5) { throw RemoteStore.Unreachable() }
            }
            let call = scene.start { _ in
                try await clock.sleep(for: .seconds(30))
                return "done"
            }
            try await clock.sleep(for: .seconds(12))
            guard case .running? = scene.state() else { throw Impossible() }
            #expect(await call.value.value == "done")
        }
    }

    @Test("the store is told again and again", arguments: [1, 7])
    func settlementIsRepeated(failures: Int) throws {
        try OnceScene.run { scene in
            var scene = scene
            let count = Log<Void>()
            let store = RemoteStore(scene.memory) { call in
                guard case .settle = call else { return }
                count.add(())
                if count.count <= failures { throw RemoteStore.Unreachable() }
            }
            scene.store = store
            #expect(await scene.once().value == "done")
            let success = EffectOutcome.succeeded(Array("done".utf8))
            #expect(store.calls.settled == [EffectOutcome](repeating: success, count: failures + 1))
            #expect(scene.state() == .succeeded(Array("done".utf8)))
        }
    }

    @Test("an answer that is lost does not make a settlement another one")
    func lostReply() throws {
        try OnceScene.run { scene in
            var scene = scene
            let count = Log<Void>()
            scene.store = RemoteStore(scene.memory) { _ in
            } after: { call in
                guard case .settle = call else { return }
                count.add(())
                if count.count == 1 { throw RemoteStore.Unreachable() }
            }
            #expect(await scene.once().value == "done")
        }
    }

    @Test("a store that cannot be told at all makes the outcome indeterminate")
    func settlementFails() throws {
        try OnceScene.run { scene in
            var scene = scene
            let store = RemoteStore(scene.memory) { if case .settle = $0 { throw RemoteStore.Unreachable() } }
            scene.store = store
            let call = await scene.once()
            guard case .indeterminate(_, _, _, "Unreachable", let error) = call.error as? EffectError else {
                throw Impossible()
            }
            #expect(error is RemoteStore.Unreachable)
            #expect(store.calls.settled.last == .succeededWithoutResult(EffectFailure(type: "Unreachable")))
            #expect(await scene.once(Refused(), Refused(), Refused(), key: "b").problem == "indeterminate")
        }
    }

    @Test("a value that is too long, or cannot be encoded, is the caller's, and is never run again")
    func unwritable() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let scene = OnceScene(clock, settings: .init(maxResultBytes: 3))
            let tooLong = EffectFailure(type: "EffectStoreError")
            let first = try await scene.gate.once("a", as: .utf8) { _ in "done" }
            #expect(first.value == "done" && first.unkept == tooLong && !first.isReplay)
            #expect(scene.state() == .succeededWithoutResult(tooLong))
            struct Unwritable: Error {}
            let codec = EffectCodec<Int>(encode: { _ in throw Unwritable() }, decode: { $0.count })
            let second = try await scene.gate.once("b", as: codec) { _ in 1 }
            #expect(second.value == 1 && second.unkept == EffectFailure(type: "Unwritable"))
            var taker = scene
            taker.rule = .takeOver
            for scene in [scene, taker] {
                for key in ["a", "b"] {
                    let call = await scene.once(key: key)
                    #expect(call.problem == "not kept" && call.calls == 0)
                }
            }
            #expect(scene.recorder.codes.suffix(2) == ["result_not_kept", "result_not_kept"])
        }
    }

    @Test("those who share a run whose value is not kept are told so")
    func unwritableShared() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let scene = OnceScene(clock, settings: .init(maxResultBytes: 3))
            let calls = (0..<3).map { _ in
                scene.start { _ in
                    try await clock.sleep(for: .seconds(1))
                    return "done"
                }
            }
            var ends: [String] = []
            for call in calls {
                let end = await call.value
                ends.append(end.value ?? end.problem ?? "")
            }
            #expect(ends.sorted() == ["done", "not kept", "not kept"])
        }
    }

    @Test("a store that is down is told for as long as the lease lasts, and a known success is not lost")
    func downForAWhile() throws {
        for (lease, down) in [(18, 11), (60, 50), (3, 2)] {
            try OnceScene.run { scene in
                var scene = scene
                let clock = scene.clock
                scene.lease = .seconds(lease)
                scene.store = RemoteStore(scene.memory) { call in
                    guard call != .claim, clock.elapsed < .seconds(down) else { return }
                    throw RemoteStore.Unreachable()
                }
                let call = await scene.once()
                #expect(call.value == "done" && clock.elapsed >= .seconds(down))
                #expect(scene.state() == .succeeded(Array("done".utf8)))
            }
        }
    }

    @Test("a store that hangs at every settlement does not hold the call up beyond the lease", arguments: [1, 10, 60])
    func locked(lease: Int) throws {
        struct Busy: SelfClassifyingError {
            var classification: Classification { .transient }
        }
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            scene.lease = .seconds(lease)
            scene.store = RemoteStore(scene.memory) { call in
                if call == .claim { return }
                try await clock.sleep(for: .seconds(5))
                throw Busy()
            }
            #expect(await scene.once().problem == "indeterminate")
            #expect(clock.elapsed <= .seconds(lease + 5))
        }
    }

    @Test("an effect that settled its own claim with other bytes is a success, with the recorded result")
    func settledByItself() throws {
        try OnceScene.run { scene in
            let memory = scene.memory
            let call = await scene.attempt { effect in
                _ = try memory.settle(ClaimTicket(effect.id, effect.token), .succeeded(Array("recorded".utf8)))
                return "own"
            }
            #expect(call.value == "recorded" && call.isReplay == false)
            #expect(await scene.once().value == "recorded")
            // What the codec cannot read is the caller's own value, and it is told.
            let unread = try await scene.gate.once("b", as: .utf8) { effect in
                _ = try memory.settle(ClaimTicket(effect.id, effect.token), .succeeded([0xff]))
                return "own"
            }
            #expect(unread.value == "own" && unread.unkept?.type == "EffectStoreError")
            // Its reply was lost: what is recorded counts.
            let lost = await scene.attempt("c") { effect in
                _ = try memory.settle(ClaimTicket(effect.id, effect.token), .succeeded(Array("recorded".utf8)))
                throw Lost()
            }
            #expect(lost.value == "recorded" && scene.recorder.codes.last == "success")
        }
    }

    @Test("an inner effect that is in progress elsewhere leaves the outer key free")
    func innerInProgress() throws {
        try OnceScene.run { scene in
            _ = try scene.claimElsewhere()
            let call = await scene.attempt("outer") { _ in try await scene.gate.once("a", as: .utf8) { _ in "" }.value }
            #expect(call.problem == "in progress")
            #expect(scene.state("outer") == nil)
        }
    }

    @Test("stored bytes that are no result are an error, and no replay")
    func unreadable() throws {
        try OnceScene.run { scene in
            _ = try await scene.gate.once("a", as: .bytes) { _ in [0xff] }
            await #expect(throws: EffectStoreError.self) { try await scene.gate.once("a", as: .utf8) { _ in "" } }
        }
    }

    // MARK: Breaker and budget

    @Test("an open circuit is not executed: the key is free")
    func openCircuit() throws {
        try OnceScene.run { scene in
            var scene = scene
            let breaker = CircuitBreaker("psp", policy: .init(consecutiveFailures: 1), clock: RetryClock(scene.clock))
            breaker.forceOpen()
            scene.breaker = breaker
            let call = await scene.once()
            #expect(call.error is CircuitOpenError && call.calls == 0)
            #expect(scene.state() == nil)
        }
    }

    @Test("an empty budget ends the call with the service's own error, and the key is free")
    func emptyBudget() throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.budget = RetryBudget(.limit(1, per: .seconds(60)), clock: RetryClock(scene.clock))
            let call = await scene.once(Refused(), Refused())
            #expect(call.error is Refused && call.calls == 2)
            #expect(scene.state() == nil)
        }
    }

    @Test("where the lease cannot be renewed for a retry, the budget gets back what that would have cost")
    func budgetOfARetryThatIsNotMade() throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.store = RemoteStore(scene.memory, before: { if $0 == .renew { throw RemoteStore.Unreachable() } })
            let budget = RetryBudget(.limit(5, per: .seconds(60)), clock: RetryClock(scene.clock))
            scene.budget = budget
            let call = await scene.once(Refused())
            #expect(call.error is RemoteStore.Unreachable && call.calls == 1)
            #expect(budget.snapshot().balance == 5 && budget.snapshot().returns == 1)
        }
    }

    @Test("a store that cannot be reached counts for nothing with the breaker")
    func breakerAndStore() throws {
        try OnceScene.run { scene in
            var scene = scene
            let breaker = CircuitBreaker(
                "psp", policy: .init(consecutiveFailures: 1, breakDuration: .seconds(100), successesToClose: 1),
                clock: RetryClock(scene.clock))
            scene.breaker = breaker
            scene.policy = scene.policy.attemptTimeout(.seconds(4))
            #expect(await scene.once(Refused(), key: "b").error is Refused)
            #expect(breaker.state == .open)
            try await scene.clock.sleep(for: .seconds(100))
            let clock = scene.clock
            scene.store = RemoteStore(scene.memory) { call in
                if call == .renew { throw RemoteStore.Unreachable() }
            } after: { call in
                if call == .claim { try await clock.sleep(for: .seconds(6)) }
            }
            let call = await scene.once()
            #expect(call.error is RemoteStore.Unreachable && call.calls == 0)
            #expect(breaker.state != .closed, "the service was not asked")
        }
    }
}
