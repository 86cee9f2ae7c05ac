import RetryAsync
import RetryTesting
import Testing

@Suite("The gate and cancellation", .timeLimit(.minutes(20)))
struct EffectCancellationTests {
    @Test("cancelled before it begins, a call leaves nothing behind")
    func before() throws {
        try OnceHarness.run { harness in
            let task = Task(executorPreference: DeterministicExecutor.current) {
                cancelThisTask()
                return await harness.attempt { _ in throw Impossible() }
            }
            #expect(await task.value.error is CancellationError)
            #expect(harness.memory.count == 0)
        }
    }

    @Test("cancelled while it claims, the key is free again")
    func duringClaim() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            let store = RemoteStore(harness.memory) { _ in
            } after: { call in
                // As a client does whose connection ends with the task.
                if call == .claim { try await clock.sleep(for: .seconds(2)) }
            }
            harness.store = store
            let task = harness.start { _ in throw Impossible() }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(store.calls == [.claim, .settle(.failedBeforeEffect)])
            #expect(harness.state() == nil)
        }
    }

    @Test("cancelled while the effect runs, the outcome is unknown", arguments: [true, false])
    func duringEffect(throwsCancellation: Bool) throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let task = harness.start { _ in
                do { try await clock.sleep(for: .seconds(9)) } catch {
                    throw throwsCancellation ? error : Refused()
                }
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(clock.elapsed == .seconds(1), "at once")
            #expect(harness.state() == .indeterminate(nil))
        }
    }

    @Test("cancelled while it waits, the outcome is what the attempts before say", arguments: [true, false])
    func whileWaiting(isKnown: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.receiver = .deduplicates
            harness.policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(60)))
            let task = harness.start { _ in
                if isKnown { throw Refused() }
                throw Lost()
            }
            try await harness.clock.sleep(for: .seconds(30))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(harness.clock.elapsed == .seconds(30))
            #expect(harness.state() == (isKnown ? nil : .indeterminate(EffectFailure(type: "Lost"))))
        }
    }

    @Test("a value that came in spite of a cancellation is recorded, and the lease kept until then")
    func inSpite() throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let task = harness.start { _ in
                await clock.sleepDeaf(for: .seconds(60))
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            try await clock.sleep(for: .seconds(55))
            guard case .running? = harness.state() else { throw Impossible() }
            #expect(await task.value.value == "done")
            #expect(harness.state() == .succeeded(Array("done".utf8)))
        }
    }

    @Test("a settlement runs to its end, whatever is cancelled", arguments: [0, 2])
    func duringSettlement(failures: Int) throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            let count = Log<Void>()
            let store = RemoteStore(harness.memory) { call in
                guard case .settle = call else { return }
                count.add(())
                try await clock.sleep(for: .seconds(3))
                if count.count <= failures { throw RemoteStore.Unreachable() }
            }
            harness.store = store
            let task = harness.start { _ in "done" }
            try await clock.sleep(for: .seconds(1))
            task.cancel()
            #expect(await task.value.value == "done")
            #expect(harness.state() == .succeeded(Array("done".utf8)))
            #expect(store.calls.settled.count == failures + 1)
        }
    }

    @Test("an effect that says it was cancelled may have happened")
    func ownCancellation() throws {
        try OnceHarness.run { harness in
            let call = await harness.attempt { _ in throw CancellationError() }
            #expect(call.error is CancellationError)
            #expect(harness.state() == .indeterminate(nil))
        }
    }

    @Test("a cancellation ends the wait for an owner of another process", arguments: [true, false])
    func whileSomebodyElseRuns(tells: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            if !tells { harness.store = RemoteStore(harness.memory) }
            harness.waitLimit = .seconds(60)
            _ = try harness.claimElsewhere(lease: .seconds(100))
            let task = harness.start { _ in throw Impossible() }
            try await harness.clock.sleep(for: .milliseconds(4_500))
            task.cancel()
            #expect(await task.value.error is CancellationError)
            #expect(harness.clock.elapsed == .milliseconds(4_500))
            #expect(harness.memory.snapshot().waiters == 0 && harness.clock.sleeperCount == 0)
        }
    }
}
