import RetryAsync
import RetryTesting
import Testing

@Suite("The gate when things go wrong", .timeLimit(.minutes(20)))
struct EffectStoreFailureTests {
    @Test("a store that cannot be asked for the key keeps the effect from running")
    func claimFails() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.store = RemoteStore(harness.memory) { if $0 == .claim { throw RemoteStore.Unreachable() } }
            let call = await harness.once()
            #expect(call.error is RemoteStore.Unreachable && call.calls == 0)
        }
    }

    @Test("a store that cannot renew the lease keeps the next attempt from running", arguments: [true, false])
    func renewalFails(isKnown: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.receiver = .deduplicates
            harness.store = RemoteStore(harness.memory) { if $0 == .renew { throw RemoteStore.Unreachable() } }
            let call = isKnown ? await harness.once(Refused()) : await harness.once(Lost())
            #expect(call.calls == 1)
            if isKnown {
                #expect(call.error is RemoteStore.Unreachable)
                #expect(harness.state() == nil)
            } else {
                #expect(call.problem == "indeterminate")
                #expect(harness.state() == .indeterminate(EffectFailure(type: "Lost")))
            }
        }
    }

    @Test("a renewal that fails is tried again before the lease ends")
    func renewalFailsOnce() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            harness.store = RemoteStore(harness.memory) { call in
                if call == .renew, clock.elapsed < .seconds(5) { throw RemoteStore.Unreachable() }
            }
            let call = harness.start { _ in
                try await clock.sleep(for: .seconds(30))
                return "done"
            }
            try await clock.sleep(for: .seconds(12))
            guard case .running? = harness.state() else { throw Impossible() }
            #expect(await call.value.value == "done")
        }
    }

    @Test("the store is told again and again", arguments: [1, 7])
    func settlementIsRepeated(failures: Int) throws {
        try OnceHarness.run { harness in
            var harness = harness
            let count = Log<Void>()
            let store = RemoteStore(harness.memory) { call in
                guard case .settle = call else { return }
                count.add(())
                if count.count <= failures { throw RemoteStore.Unreachable() }
            }
            harness.store = store
            #expect(await harness.once().value == "done")
            let success = EffectOutcome.succeeded(Array("done".utf8))
            #expect(store.calls.settled == [EffectOutcome](repeating: success, count: failures + 1))
            #expect(harness.state() == .succeeded(Array("done".utf8)))
        }
    }

    @Test("an answer that is lost does not make a settlement another one")
    func lostReply() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let count = Log<Void>()
            harness.store = RemoteStore(harness.memory) { _ in
            } after: { call in
                guard case .settle = call else { return }
                count.add(())
                if count.count == 1 { throw RemoteStore.Unreachable() }
            }
            #expect(await harness.once().value == "done")
        }
    }

    @Test("a store that cannot be told at all makes the outcome indeterminate")
    func settlementFails() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let store = RemoteStore(harness.memory) { if case .settle = $0 { throw RemoteStore.Unreachable() } }
            harness.store = store
            let call = await harness.once()
            guard case .indeterminate(_, _, _, "Unreachable", let error) = call.error as? EffectError else {
                throw Impossible()
            }
            #expect(error is RemoteStore.Unreachable)
            #expect(store.calls.settled.last == .succeededWithoutResult(EffectFailure(type: "Unreachable")))
            #expect(await harness.once(Refused(), Refused(), Refused(), key: "b").problem == "indeterminate")
        }
    }

    @Test("a value that is too long, or cannot be encoded, is the caller's, and is never run again")
    func unwritable() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let harness = OnceHarness(clock, settings: .init(maxResultBytes: 3))
            let tooLong = EffectFailure(type: "EffectStoreError")
            let first = try await harness.gate.once("a", as: .utf8) { _ in "done" }
            #expect(first.value == "done" && first.unkept == tooLong && !first.isReplay)
            #expect(harness.state() == .succeededWithoutResult(tooLong))
            struct Unwritable: Error {}
            let codec = EffectCodec<Int>(encode: { _ in throw Unwritable() }, decode: { $0.count })
            let second = try await harness.gate.once("b", as: codec) { _ in 1 }
            #expect(second.value == 1 && second.unkept == EffectFailure(type: "Unwritable"))
            var taker = harness
            taker.rule = .takeOver
            for harness in [harness, taker] {
                for key in ["a", "b"] {
                    let call = await harness.once(key: key)
                    #expect(call.problem == "not kept" && call.calls == 0)
                }
            }
            #expect(harness.recorder.codes.suffix(2) == ["result_not_kept", "result_not_kept"])
        }
    }

    @Test("those who share a run whose value is not kept are told so")
    func unwritableShared() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let harness = OnceHarness(clock, settings: .init(maxResultBytes: 3))
            let calls = (0..<3).map { _ in
                harness.start { _ in
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
            try OnceHarness.run { harness in
                var harness = harness
                let clock = harness.clock
                harness.lease = .seconds(lease)
                harness.store = RemoteStore(harness.memory) { call in
                    guard call != .claim, clock.elapsed < .seconds(down) else { return }
                    throw RemoteStore.Unreachable()
                }
                let call = await harness.once()
                #expect(call.value == "done" && clock.elapsed >= .seconds(down))
                #expect(harness.state() == .succeeded(Array("done".utf8)))
            }
        }
    }

    @Test("a store that hangs at every settlement does not hold the call up beyond the lease", arguments: [1, 10, 60])
    func locked(lease: Int) throws {
        struct Busy: SelfClassifyingError {
            var classification: ErrorClassification { .transient }
        }
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            harness.lease = .seconds(lease)
            harness.store = RemoteStore(harness.memory) { call in
                if call == .claim { return }
                try await clock.sleep(for: .seconds(5))
                throw Busy()
            }
            #expect(await harness.once().problem == "indeterminate")
            #expect(clock.elapsed <= .seconds(lease + 5))
        }
    }

    @Test("an effect that settled its own claim with other bytes is a success, with the recorded result")
    func settledByItself() throws {
        try OnceHarness.run { harness in
            let memory = harness.memory
            let call = await harness.attempt { effect in
                _ = try memory.settle(EffectClaimTicket(effect.id, effect.token), .succeeded(Array("recorded".utf8)))
                return "own"
            }
            #expect(call.value == "recorded" && call.isReplay == false)
            #expect(await harness.once().value == "recorded")
            // What the codec cannot read is the caller's own value, and it is told.
            let unread = try await harness.gate.once("b", as: .utf8) { effect in
                _ = try memory.settle(EffectClaimTicket(effect.id, effect.token), .succeeded([0xff]))
                return "own"
            }
            #expect(unread.value == "own" && unread.unkept?.type == "EffectStoreError")
            // Its reply was lost: what is recorded counts.
            let lost = await harness.attempt("c") { effect in
                _ = try memory.settle(EffectClaimTicket(effect.id, effect.token), .succeeded(Array("recorded".utf8)))
                throw Lost()
            }
            #expect(lost.value == "recorded" && harness.recorder.codes.last == "success")
        }
    }

    @Test("an inner effect that is in progress elsewhere leaves the outer key free")
    func innerInProgress() throws {
        try OnceHarness.run { harness in
            _ = try harness.claimElsewhere()
            let call = await harness.attempt("outer") { _ in
                try await harness.gate.once("a", as: .utf8) { _ in "" }.value
            }
            #expect(call.problem == "in progress")
            #expect(harness.state("outer") == nil)
        }
    }

    @Test("stored bytes that are no result are an error, and no replay")
    func unreadable() throws {
        try OnceHarness.run { harness in
            _ = try await harness.gate.once("a", as: .bytes) { _ in [0xff] }
            await #expect(throws: EffectStoreError.self) { try await harness.gate.once("a", as: .utf8) { _ in "" } }
        }
    }

    // MARK: Breaker and budget

    @Test("an open circuit is not executed: the key is free")
    func whenRejected() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let breaker = CircuitBreaker("psp", policy: .init(consecutiveFailures: 1), clock: RetryClock(harness.clock))
            breaker.forceOpen()
            harness.breaker = breaker
            let call = await harness.once()
            #expect(call.error is CircuitOpenError && call.calls == 0)
            #expect(harness.state() == nil)
        }
    }

    @Test("an empty budget ends the call with the service's own error, and the key is free")
    func emptyBudget() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.budget = RetryBudget(.limit(1, per: .seconds(60)), clock: RetryClock(harness.clock))
            let call = await harness.once(Refused(), Refused())
            #expect(call.error is Refused && call.calls == 2)
            #expect(harness.state() == nil)
        }
    }

    @Test("where the lease cannot be renewed for a retry, the budget gets back what that would have cost")
    func budgetOfARetryThatIsNotMade() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.store = RemoteStore(harness.memory, before: { if $0 == .renew { throw RemoteStore.Unreachable() } })
            let budget = RetryBudget(.limit(5, per: .seconds(60)), clock: RetryClock(harness.clock))
            harness.budget = budget
            let call = await harness.once(Refused())
            #expect(call.error is RemoteStore.Unreachable && call.calls == 1)
            #expect(budget.snapshot().balance == 5 && budget.snapshot().returns == 1)
        }
    }

    @Test("a store that cannot be reached counts for nothing with the breaker")
    func breakerAndStore() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let breaker = CircuitBreaker(
                "psp", policy: .init(consecutiveFailures: 1, breakDuration: .seconds(100), successesToClose: 1),
                clock: RetryClock(harness.clock))
            harness.breaker = breaker
            harness.policy = harness.policy.attemptTimeout(.seconds(4))
            #expect(await harness.once(Refused(), key: "b").error is Refused)
            #expect(breaker.state == .open)
            try await harness.clock.sleep(for: .seconds(100))
            let clock = harness.clock
            harness.store = RemoteStore(harness.memory) { call in
                if call == .renew { throw RemoteStore.Unreachable() }
            } after: { call in
                if call == .claim { try await clock.sleep(for: .seconds(6)) }
            }
            let call = await harness.once()
            #expect(call.error is RemoteStore.Unreachable && call.calls == 0)
            #expect(breaker.state != .closed, "the service was not asked")
        }
    }
}
