import RetryAsync
import RetryTesting
import Testing

@Suite("The gate and its lease", .timeLimit(.minutes(20)))
struct EffectLeaseTests {
    @Test("the lease is renewed while the effect runs, and while the call waits between two attempts")
    func renewed() throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.policy = RetryPolicy(maxAttempts: 2, backoff: .constant(.seconds(60)))
            let clock = scene.clock
            let call = scene.start { effect in
                try await clock.sleep(for: .seconds(60))
                if effect.attempt.isFirst { throw Refused() }
                #expect(effect.timeLeft > .seconds(6))
                return "done"
            }
            for _ in 0..<17 {
                try await clock.sleep(for: .seconds(10))
                guard case .running(let left) = scene.state() else { throw Impossible() }
                #expect(left > .seconds(6))
            }
            #expect(await call.value.value == "done")
            #expect(clock.elapsed == .seconds(180) && clock.sleeperCount == 0)
        }
    }

    @Test("the lease is kept until the store knows the outcome")
    func keptUntilSettled() throws {
        try OnceScene.run { scene in
            var scene = scene
            let (clock, memory) = (scene.clock, scene.memory)
            scene.store = RemoteStore(memory) { call in
                if case .settle = call { try await clock.sleep(for: .seconds(30)) }
            }
            let call = scene.start { _ in "done" }
            try await clock.sleep(for: .seconds(20))
            _ = memory.claim(try ActionID("a"), lease: .seconds(10), ifAbandoned: .takeOver)
            #expect(await call.value.value == "done")
        }
    }

    @Test("the lease is renewed before each attempt after the first")
    func renewedBeforeAttempts() throws {
        try OnceScene.run { scene in
            var scene = scene
            let store = RemoteStore(scene.memory)
            scene.store = store
            let left = Log<Duration>()
            let script = FaultScript<String>(.fail(Refused()), .fail(Refused()), .succeed(""))
            _ = await scene.attempt { effect in
                left.add(effect.timeLeft)
                return try await script()
            }
            #expect(left.events == [.seconds(10), .seconds(10), .seconds(10)])
            #expect(store.calls.map { "\($0)".prefix(5) } == ["claim", "renew", "renew", "settl"])
        }
    }

    @Test("no attempt begins with less lease left than its timeout", arguments: [2, 4])
    func leaseAgainstTimeout(seconds: Int) throws {
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            let slow = Log<Void>()
            // The claim and the first renewal take so long that too little is left.
            let store = RemoteStore(scene.memory) { _ in
            } after: { call in
                slow.add(())
                if slow.count <= seconds / 2 { try await clock.sleep(for: .seconds(5)) }
            }
            scene.store = store
            scene.lease = .seconds(1)
            scene.policy = scene.policy.attemptTimeout(.seconds(4))
            let call = await scene.attempt { effect in
                #expect(effect.timeLeft >= .seconds(4))
                return "done"
            }
            #expect(call.value == "done")
            #expect(store.calls.count { $0 == .renew } >= seconds / 2)
        }
    }

    @Test("where a renewal takes longer than the lease, no attempt begins")
    func hopelessRenewal() throws {
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            scene.store = RemoteStore(scene.memory) { _ in
            } after: { call in
                if call == .renew || call == .claim { try await clock.sleep(for: .seconds(6)) }
            }
            let call = await scene.attempt { _ in throw Impossible() }
            guard case .unavailable? = call.error as? EffectStoreError else { throw call.error ?? Impossible() }
            #expect(scene.state() == nil)
        }
    }

    @Test("a key that was taken over is not touched, and the effect is cancelled")
    func takenOver() throws {
        try OnceScene.run { scene in
            var scene = scene
            let (clock, memory) = (scene.clock, scene.memory)
            let id = try ActionID("a")
            // Unreachable for so long that the lease ends.
            scene.store = RemoteStore(memory) { call in
                if call == .renew, clock.elapsed < .seconds(15) { throw RemoteStore.Unreachable() }
            }
            let ended = Log<Duration>()
            let call = scene.start { _ in
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
            guard case .running? = scene.state() else { throw Impossible() }
            #expect(clock.sleeperCount == 0)
        }
    }

    @Test("a key that was taken over between two attempts is not touched")
    func takenOverBetween() throws {
        try OnceScene.run { scene in
            var scene = scene
            let memory = scene.memory
            let clock = scene.clock
            scene.rule = .takeOver
            scene.policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(2)))
            let id = try ActionID("a")
            let takeover = Log<Void>()
            scene.store = RemoteStore(memory) { call in
                guard call == .renew, takeover.count == 0 else { return }
                takeover.add(())
                clock.advance(by: .seconds(20))
                _ = memory.claim(id, lease: .seconds(60), ifAbandoned: .takeOver)
            }
            let call = await scene.once(Refused(), Refused())
            #expect(call.problem == "fenced" && call.calls == 1)
            guard case .running? = scene.state() else { throw Impossible() }
        }
    }

    @Test("a slow success counts if another claim only halted")
    func slowOwner() throws {
        try OnceScene.run { scene in
            var scene = scene
            let (clock, memory) = (scene.clock, scene.memory)
            let id = try ActionID("a")
            scene.store = RemoteStore(memory) { call in
                if call == .renew, clock.elapsed < .seconds(15) { throw RemoteStore.Unreachable() }
            }
            let call = scene.start { _ in
                try await clock.sleep(for: .seconds(30))
                return "late"
            }
            try await clock.sleep(for: .seconds(12))
            guard case .indeterminate = memory.claim(id, lease: .seconds(10)) else { throw Impossible() }
            #expect(await call.value.value == "late")
            #expect(scene.state() == .succeeded(Array("late".utf8)))
        }
    }

    /// Runs an effect for so long that goes on whatever is cancelled; returns when its lease was renewed.
    private func renewals(_ scene: OnceScene, _ seconds: Int, _ cancel: Bool) async throws -> [Duration] {
        let clock = scene.clock
        let renewals = Log<Duration>()
        var scene = scene
        scene.store = RemoteStore(scene.memory) { if $0 == .renew { renewals.add(clock.elapsed) } }
        let task = scene.start { _ in
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
        try OnceScene.run { scene in
            let renewals = try await renewals(scene, 1_000, true)
            let last = renewals.last ?? .zero
            #expect(last >= .seconds(95) && last <= .seconds(101), "\(last)")
            #expect(scene.clock.elapsed == .seconds(1_000))
            #expect(scene.state() == .indeterminate(nil))
        }
    }

    @Test("a key that was left to expire can be taken over, and the deaf effect is fenced")
    func deafTakenOver() throws {
        try OnceScene.run { scene in
            let clock = scene.clock
            let task = scene.start { _ in
                await clock.sleepDeaf(for: .seconds(1_000))
                return "late"
            }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            try await clock.sleep(for: .seconds(200))
            var taker = scene
            taker.store = RemoteStore(scene.memory)
            taker.rule = .takeOver
            #expect(await taker.once().value == "done")
            #expect(await task.value.problem == "fenced")
            #expect(scene.state() == .succeeded(Array("done".utf8)))
        }
    }

    @Test("an effect that is deaf to its timeout or its deadline is no exception", arguments: [true, false])
    func deafToTimeout(isDeadline: Bool) throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.policy =
                isDeadline ? scene.policy.deadline(.seconds(4), .interrupt) : scene.policy.attemptTimeout(.seconds(4))
            let renewals = try await renewals(scene, 1_000, false)
            let last = renewals.last ?? .zero
            #expect(last >= .seconds(98) && last <= .seconds(105), "\(last)")
        }
    }

    @Test("an effect that is not cancelled is renewed for as long as it runs")
    func longEffect() throws {
        try OnceScene.run { scene in
            let renewals = try await renewals(scene, 1_000, false)
            #expect(renewals.count >= 290 && renewals.last.map { $0 > .seconds(990) } == true)
        }
    }

    @Test("no attempt begins after a claim was answered as indeterminate")
    func haltedBetween() throws {
        try OnceScene.run { scene in
            var scene = scene
            let (clock, memory) = (scene.clock, scene.memory)
            let id = try ActionID("a")
            scene.store = RemoteStore(memory) { call in
                if call == .renew, clock.elapsed < .seconds(20) { throw RemoteStore.Unreachable() }
            }
            scene.policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(25)))
            let call = scene.start { effect in
                if effect.attempt.isFirst { throw Refused() }
                throw Impossible()
            }
            try await clock.sleep(for: .seconds(12))
            guard case .indeterminate = memory.claim(id, lease: .seconds(10)) else { throw Impossible() }
            #expect(await call.value.problem == "fenced")
            #expect(scene.state() == nil, "nothing happened, and the store knows it")
        }
    }

    @Test("a deadline that ends a renewal is a deadline, and no cancellation")
    func deadlineWhileRenewing() throws {
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            scene.store = RemoteStore(scene.memory) { if $0 == .renew { try await clock.sleep(for: .seconds(60)) } }
            scene.policy = scene.policy.deadline(.seconds(5), .interrupt)
            let call = await scene.once(Refused())
            #expect(call.error is Refused && call.calls == 1)
            #expect(scene.state() == nil && clock.elapsed == .seconds(5))
        }
    }

    @Test("a store that grants less than was asked for is believed")
    func shortGrant() throws {
        try OnceScene.run { scene in
            var scene = scene
            let memory = scene.memory
            scene.store = ThriftyStore(RemoteStore(memory))
            let call = await scene.attempt { effect in
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
            _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaim
        ) async throws -> ClaimAnswer {
            try await store.claim(id, fingerprint: fingerprint, lease: .seconds(1), ifAbandoned: rule)
        }

        func renew(_ ticket: ClaimTicket, lease: Duration) async throws -> RenewAnswer {
            try await store.renew(ticket, lease: .seconds(6))
        }

        func settle(_ ticket: ClaimTicket, _ outcome: EffectOutcome) async throws -> SettleAnswer {
            try await store.settle(ticket, outcome)
        }

        func reconcile(
            _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
        ) async throws -> ReconcileAnswer {
            try await store.reconcile(id, expectedToken: expectedToken, verdict: verdict)
        }

        func record(for id: ActionID) async throws -> EffectRecord? { try await store.record(for: id) }
    }
}
