import RetryAsync
import RetryTesting
import Testing

@Suite("The gate and its lease", .timeLimit(.minutes(20)))
struct EffectLeaseTests {
    @Test("the lease is renewed while the effect runs, and while the call waits between two attempts")
    func renewed() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.policy = RetryPolicy(maxAttempts: 2, backoff: .constant(.seconds(60)))
            let clock = harness.clock
            let call = harness.start { effect in
                try await clock.sleep(for: .seconds(60))
                if effect.attempt.isFirst { throw Refused() }
                #expect(effect.timeLeft > .seconds(6))
                return "done"
            }
            for _ in 0..<17 {
                try await clock.sleep(for: .seconds(10))
                guard case .running(let left) = harness.state() else { throw Impossible() }
                #expect(left > .seconds(6))
            }
            #expect(await call.value.value == "done")
            #expect(clock.elapsed == .seconds(180) && clock.sleeperCount == 0)
        }
    }

    @Test("the lease is kept until the store knows the outcome")
    func keptUntilSettled() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let (clock, memory) = (harness.clock, harness.memory)
            harness.store = RemoteStore(memory) { call in
                if case .settle = call { try await clock.sleep(for: .seconds(30)) }
            }
            let call = harness.start { _ in "done" }
            try await clock.sleep(for: .seconds(20))
            _ = memory.claim(try ActionID("a"), lease: .seconds(10), ifAbandoned: .takeOver)
            #expect(await call.value.value == "done")
        }
    }

    @Test("the lease is renewed before each attempt after the first")
    func renewedBeforeAttempts() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let store = RemoteStore(harness.memory)
            harness.store = store
            let left = Log<Duration>()
            let script = FaultScript<String>(.fail(Refused()), .fail(Refused()), .succeed(""))
            _ = await harness.attempt { effect in
                left.add(effect.timeLeft)
                return try await script()
            }
            #expect(left.events == [.seconds(10), .seconds(10), .seconds(10)])
            #expect(store.calls.map { "\($0)".prefix(5) } == ["claim", "renew", "renew", "settl"])
        }
    }

    @Test("no attempt begins with less lease left than its timeout", arguments: [2, 4])
    func leaseAgainstTimeout(seconds: Int) throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            let slow = Log<Void>()
            // The claim and the first renewal take so long that too little is left.
            let store = RemoteStore(harness.memory) { _ in
            } after: { call in
                slow.add(())
                if slow.count <= seconds / 2 { try await clock.sleep(for: .seconds(5)) }
            }
            harness.store = store
            harness.lease = .seconds(1)
            harness.policy = harness.policy.attemptTimeout(.seconds(4))
            let call = await harness.attempt { effect in
                #expect(effect.timeLeft >= .seconds(4))
                return "done"
            }
            #expect(call.value == "done")
            #expect(store.calls.count { $0 == .renew } >= seconds / 2)
        }
    }

    @Test("where a renewal takes longer than the lease, no attempt begins")
    func hopelessRenewal() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            harness.store = RemoteStore(harness.memory) { _ in
            } after: { call in
                if call == .renew || call == .claim { try await clock.sleep(for: .seconds(6)) }
            }
            let call = await harness.attempt { _ in throw Impossible() }
            guard case .unavailable? = call.error as? EffectStoreError else { throw call.error ?? Impossible() }
            #expect(harness.state() == nil)
        }
    }

    @Test("a key that was taken over is not touched, and the effect is cancelled")
    func takenOver() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let (clock, memory) = (harness.clock, harness.memory)
            let id = try ActionID("a")
            // Unreachable for so long that the lease ends.
            harness.store = RemoteStore(memory) { call in
                if call == .renew, clock.elapsed < .seconds(15) { throw RemoteStore.Unreachable() }
            }
            let ended = Log<Duration>()
            let call = harness.start { _ in
                do { try await clock.sleep(for: .seconds(100)) } catch {
                    ended.add(clock.elapsed)
                    throw error
                }
                return "late"
            }
            try await clock.sleep(for: .seconds(12))
            _ = memory.claim(id, lease: .seconds(60), ifAbandoned: .takeOver)
            guard case .fenced(id, FencingToken(1), FencingToken(2)) = await call.value.error as? EffectError else {
                throw Impossible()
            }
            #expect(ended.count == 1 && ended.events.allSatisfy { $0 < .seconds(20) })
            guard case .running? = harness.state() else { throw Impossible() }
            #expect(clock.sleeperCount == 0)
        }
    }

    @Test("a key that was taken over between two attempts is not touched")
    func takenOverBetween() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let memory = harness.memory
            let clock = harness.clock
            harness.rule = .takeOver
            harness.policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(2)))
            let id = try ActionID("a")
            let takeover = Log<Void>()
            harness.store = RemoteStore(memory) { call in
                guard call == .renew, takeover.count == 0 else { return }
                takeover.add(())
                clock.advance(by: .seconds(20))
                _ = memory.claim(id, lease: .seconds(60), ifAbandoned: .takeOver)
            }
            let call = await harness.once(Refused(), Refused())
            #expect(call.problem == "fenced" && call.calls == 1)
            guard case .running? = harness.state() else { throw Impossible() }
        }
    }

    @Test("a slow success counts if another claim only halted")
    func slowOwner() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let (clock, memory) = (harness.clock, harness.memory)
            let id = try ActionID("a")
            harness.store = RemoteStore(memory) { call in
                if call == .renew, clock.elapsed < .seconds(15) { throw RemoteStore.Unreachable() }
            }
            let call = harness.start { _ in
                try await clock.sleep(for: .seconds(30))
                return "late"
            }
            try await clock.sleep(for: .seconds(12))
            guard case .indeterminate = memory.claim(id, lease: .seconds(10)) else { throw Impossible() }
            #expect(await call.value.value == "late")
            #expect(harness.state() == .succeeded(Array("late".utf8)))
        }
    }

    /// Runs an effect for so long that goes on whatever is cancelled; returns when its lease was renewed.
    private func renewals(_ harness: OnceHarness, _ seconds: Int, _ cancel: Bool) async throws -> [Duration] {
        let clock = harness.clock
        let renewals = Log<Duration>()
        var harness = harness
        harness.store = RemoteStore(harness.memory) { if $0 == .renew { renewals.add(clock.elapsed) } }
        let task = harness.start { _ in
            await clock.sleepDeaf(for: .seconds(seconds))
            throw Lost()
        }
        try await clock.sleep(for: .seconds(1))
        if cancel { task.cancel() }
        _ = await task.value
        return renewals.events
    }

    @Test("an effect that is deaf to its cancellation is renewed for ten leases, and then its key is left to expire")
    func deaf() throws {
        try OnceHarness.run { harness in
            let renewals = try await renewals(harness, 1_000, true)
            let last = renewals.last ?? .zero
            #expect(last >= .seconds(95) && last <= .seconds(101), "\(last)")
            #expect(harness.clock.elapsed == .seconds(1_000))
            #expect(harness.state() == .indeterminate(nil))
        }
    }

    @Test("a key that was left to expire can be taken over, and the deaf effect is fenced")
    func deafTakenOver() throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let task = harness.start { _ in
                await clock.sleepDeaf(for: .seconds(1_000))
                return "late"
            }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            try await clock.sleep(for: .seconds(200))
            var taker = harness
            taker.store = RemoteStore(harness.memory)
            taker.rule = .takeOver
            #expect(await taker.once().value == "done")
            #expect(await task.value.problem == "fenced")
            #expect(harness.state() == .succeeded(Array("done".utf8)))
        }
    }

    @Test("an effect that is deaf to its timeout or its deadline is no exception", arguments: [true, false])
    func deafToTimeout(isDeadline: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.policy =
                isDeadline
                ? harness.policy.deadline(.seconds(4), .interrupt) : harness.policy.attemptTimeout(.seconds(4))
            let renewals = try await renewals(harness, 1_000, false)
            let last = renewals.last ?? .zero
            #expect(last >= .seconds(98) && last <= .seconds(105), "\(last)")
        }
    }

    @Test("an effect that is not cancelled is renewed for as long as it runs")
    func longEffect() throws {
        try OnceHarness.run { harness in
            let renewals = try await renewals(harness, 1_000, false)
            #expect(renewals.count >= 290 && renewals.last.map { $0 > .seconds(990) } == true)
        }
    }

    @Test("no attempt begins after a claim was answered as indeterminate")
    func haltedBetween() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let (clock, memory) = (harness.clock, harness.memory)
            let id = try ActionID("a")
            harness.store = RemoteStore(memory) { call in
                if call == .renew, clock.elapsed < .seconds(20) { throw RemoteStore.Unreachable() }
            }
            harness.policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(25)))
            let call = harness.start { effect in
                if effect.attempt.isFirst { throw Refused() }
                throw Impossible()
            }
            try await clock.sleep(for: .seconds(12))
            guard case .indeterminate = memory.claim(id, lease: .seconds(10)) else { throw Impossible() }
            #expect(await call.value.problem == "fenced")
            #expect(harness.state() == nil, "nothing happened, and the store knows it")
        }
    }

    @Test("a deadline that ends a renewal is a deadline, and no cancellation")
    func deadlineWhileRenewing() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            harness.store = RemoteStore(harness.memory) { if $0 == .renew { try await clock.sleep(for: .seconds(60)) } }
            harness.policy = harness.policy.deadline(.seconds(5), .interrupt)
            let call = await harness.once(Refused())
            #expect(call.error is Refused && call.calls == 1)
            #expect(harness.state() == nil && clock.elapsed == .seconds(5))
        }
    }

    @Test("a store that grants less than was asked for is believed")
    func shortGrant() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let memory = harness.memory
            harness.store = ThriftyStore(RemoteStore(memory))
            let call = await harness.attempt { effect in
                if effect.attempt.isFirst { throw Refused() }
                #expect(effect.timeLeft == .seconds(6))
                return "done"
            }
            #expect(call.value == "done")
        }
    }

    /// A store that renews for six seconds, whatever it is asked for.
    private final class ThriftyStore: EffectStore {
        let store: RemoteStore

        init(_ store: RemoteStore) {
            self.store = store
        }

        func claim(
            _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
        ) async throws -> EffectClaimAnswer {
            try await store.claim(id, fingerprint: fingerprint, lease: .seconds(1), ifAbandoned: rule)
        }

        func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
            try await store.renew(ticket, lease: .seconds(6))
        }

        func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
            try await store.settle(ticket, outcome)
        }

        func reconcile(
            _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
        ) async throws -> EffectReconcileAnswer {
            try await store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
        }

        func record(for id: ActionID) async throws -> EffectRecord? { try await store.record(for: id) }
    }
}
