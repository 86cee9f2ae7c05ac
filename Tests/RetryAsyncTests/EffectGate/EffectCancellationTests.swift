import RetryAsync
import RetryTesting
import Testing

@Suite("The gate and cancellation", .timeLimit(.minutes(20)))
struct EffectCancellationTests {
    @Test("cancelled before it begins, a call leaves nothing behind")
    func before() throws {
        try OnceScene.run { scene in
            let task = Task(executorPreference: DeterministicExecutor.current) {
                cancelThisTask()
                return await scene.attempt { _ in throw Impossible() }
            }
            #expect(await task.value.error is CancellationError)
            #expect(scene.memory.count == 0)
        }
    }

    @Test("cancelled while it claims, the key is free again")
    func duringClaim() throws {
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            let store = RemoteStore(scene.memory) { _ in
            } after: { call in
                // As a client does whose connection ends with the task.
                if call == .claim { try await clock.sleep(for: .seconds(2)) }
            }
            scene.store = store
            let task = scene.start { _ in throw Impossible() }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(store.calls == [.claim, .settle(.failedBeforeEffect)])
            #expect(scene.state() == nil)
        }
    }

    @Test("cancelled while the effect runs, the outcome is unknown", arguments: [true, false])
    func duringEffect(throwsCancellation: Bool) throws {
        try OnceScene.run { scene in
            let clock = scene.clock
            let task = scene.start { _ in
                do { try await clock.sleep(for: .seconds(9)) } catch {
                    throw throwsCancellation ? error : Refused()
                }
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(clock.elapsed == .seconds(1), "at once")
            #expect(scene.state() == .indeterminate(nil))
        }
    }

    @Test("cancelled while it waits, the outcome is what the attempts before say", arguments: [true, false])
    func whileWaiting(isKnown: Bool) throws {
        try OnceScene.run { scene in
            var scene = scene
            scene.receiver = .deduplicates
            scene.policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(60)))
            let task = scene.start { _ in
                if isKnown { throw Refused() }
                throw Lost()
            }
            try await scene.clock.sleep(for: .seconds(30))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(scene.clock.elapsed == .seconds(30))
            #expect(scene.state() == (isKnown ? nil : .indeterminate(EffectFailure(type: "Lost"))))
        }
    }

    @Test("a value that came in spite of a cancellation is recorded, and the lease kept until then")
    func inSpite() throws {
        try OnceScene.run { scene in
            let clock = scene.clock
            let task = scene.start { _ in
                await clock.sleepDeaf(for: .seconds(60))
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            try await clock.sleep(for: .seconds(55))
            guard case .running? = scene.state() else { throw Impossible() }
            #expect(await task.value.value == "done")
            #expect(scene.state() == .succeeded(Array("done".utf8)))
        }
    }

    @Test("a settlement runs to its end, whatever is cancelled", arguments: [0, 2])
    func duringSettlement(failures: Int) throws {
        try OnceScene.run { scene in
            var scene = scene
            let clock = scene.clock
            let count = Log<Void>()
            let store = RemoteStore(scene.memory) { call in
                guard case .settle = call else { return }
                count.add(())
                try await clock.sleep(for: .seconds(3))
                if count.count <= failures { throw RemoteStore.Unreachable() }
            }
            scene.store = store
            let task = scene.start { _ in "done" }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            #expect(await task.value.value == "done")
            #expect(scene.state() == .succeeded(Array("done".utf8)))
            #expect(store.calls.settled.count == failures + 1)
        }
    }

    @Test("an effect that says it was cancelled may have happened")
    func ownCancellation() throws {
        try OnceScene.run { scene in
            let call = await scene.attempt { _ in throw CancellationError() }
            #expect(call.error is CancellationError)
            #expect(scene.state() == .indeterminate(nil))
        }
    }

    @Test("a cancellation ends the wait for an owner of another process", arguments: [true, false])
    func whileSomebodyElseRuns(tells: Bool) throws {
        try OnceScene.run { scene in
            var scene = scene
            if !tells { scene.store = RemoteStore(scene.memory) }
            scene.waitLimit = .seconds(60)
            _ = try scene.claimElsewhere(lease: .seconds(100))
            let task = scene.start { _ in throw Impossible() }
            try await scene.clock.sleep(for: .milliseconds(4_500))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(scene.clock.elapsed == .milliseconds(4_500))
            #expect(scene.memory.snapshot().waiters == 0 && scene.clock.sleeperCount == 0)
        }
    }
}
