import RetryTesting
import Testing

@testable import RetryAsync

@Suite("Callers of one key at the same time", .timeLimit(.minutes(20)))
struct SharedRunTests {
    @Test("they share one run, through the function and through gates of their own", arguments: [true, false])
    func share(isRemote: Bool) throws {
        for seed in 0..<50 as Range<UInt64> {
            try OnceHarness.run(seed: seed) { harness in
                var harness = harness
                if isRemote { harness.store = RemoteStore(harness.memory) }
                let (clock, store) = (harness.clock, harness.store)
                let runs = Log<Void>()
                let results = try await withThrowingTaskGroup(of: OnceResult<String>.self) { group in
                    for number in 0..<4 {
                        group.addTask { [harness] in
                            let gate =
                                number == 0
                                ? harness.gate : EffectGate(RetryPipeline().clock(RetryClock(clock)), store: store)
                            if number < 2 {
                                return try await gate.once("a", as: .utf8) { _ in
                                    runs.add(())
                                    try await clock.sleep(for: .seconds(1))
                                    return "\(number)"
                                }
                            }
                            return try await once(
                                "a", in: store, as: .utf8, through: RetryPipeline().clock(RetryClock(clock))
                            ) { _ in
                                runs.add(())
                                try await clock.sleep(for: .seconds(1))
                                return "\(number)"
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(runs.count == 1 && Set(results.map(\.value)).count == 1)
                #expect(results.count { !$0.isReplay } == 1)
                #expect(clock.elapsed == .seconds(1))
            }
        }
    }

    @Test("they share its error, and do not try one after the other")
    func shareErrors() throws {
        try OnceHarness.run { harness in
            let runs = Log<Void>()
            let clock = harness.clock
            let calls = (0..<3).map { _ in
                harness.start { _ in
                    runs.add(())
                    try await clock.sleep(for: .seconds(1))
                    throw Refused()
                }
            }
            for call in calls { #expect(await call.value.error is Refused) }
            #expect(runs.count == 3, "attempts of one run")
            #expect(clock.elapsed == .seconds(5))
            #expect(harness.state() == nil)
        }
    }

    @Test("a caller that waits can be cancelled, and the run goes on")
    func waiterIsCancelled() throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let owner = harness.start { _ in
                try await clock.sleep(for: .seconds(10))
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            let (first, second) = (harness.start { _ in throw Impossible() }, harness.start { _ in throw Impossible() })
            try await clock.sleep(for: .seconds(1))
            first.cancel()
            #expect(await first.value.error is CancellationError)
            #expect(clock.elapsed == .seconds(2), "at once")
            #expect(await second.value.value == "done")
            #expect(await owner.value.value == "done" && clock.elapsed == .seconds(10))
        }
    }

    @Test("where the one that runs is cancelled, the others are told by the store", arguments: [true, false])
    func ownerIsCancelled(hasBegun: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            harness.store = RemoteStore(harness.memory) { call in
                if call == .claim, !hasBegun { try await clock.sleep(for: .seconds(5)) }
            }
            let owner = harness.start { _ in
                try await clock.sleep(for: .seconds(10))
                throw Impossible()
            }
            try await clock.sleep(for: .seconds(1))
            let waiter = harness.start { _ in "waiter" }
            try await clock.sleep(for: .seconds(1))
            owner.cancel()
            #expect(await owner.value.error is CancellationError)
            let told = await waiter.value
            #expect(hasBegun ? told.problem == "indeterminate" : told.value == "waiter")
        }
    }

    @Test("a caller waits no longer than it wants to", arguments: [0, 3, 60])
    func limit(seconds: Int) throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let owner = harness.start { _ in
                try await clock.sleep(for: .seconds(10))
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            var hasty = harness
            hasty.waitLimit = .seconds(seconds)
            let call = await hasty.once()
            if seconds < 60 {
                guard case .inProgress(_, let age, let left) = call.error as? EffectError else { throw Impossible() }
                #expect(age == .seconds(seconds + 1) && left > .seconds(5) && call.calls == 0)
                #expect(clock.elapsed == .seconds(seconds + 1))
            } else {
                #expect(call.value == "done" && call.isReplay == true)
            }
            #expect(await owner.value.value == "done")
        }
    }

    @Test("a caller without time gets a settled result, also while another caller asks for it")
    func hastyReplay() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            _ = await harness.once()
            harness.store = RemoteStore(harness.memory) { if $0 == .claim { try await clock.sleep(for: .seconds(1)) } }
            let other = harness.start { _ in throw Impossible() }
            try await clock.sleep(for: .milliseconds(500))
            var hasty = harness
            hasty.waitLimit = .zero
            #expect(await hasty.once().isReplay == true)
            #expect(await other.value.isReplay == true)
        }
    }

    @Test("a caller without time does not overtake the one that is about to claim")
    func hastyOvertaking() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let clock = harness.clock
            harness.store = RemoteStore(harness.memory) { if $0 == .claim { try await clock.sleep(for: .seconds(5)) } }
            let owner = harness.start { _ in "done" }
            try await clock.sleep(for: .seconds(1))
            var hasty = harness
            hasty.waitLimit = .zero
            let call = await hasty.once()
            #expect(call.problem == "in progress" && clock.elapsed == .seconds(5), "told when the claim is answered")
            #expect(await owner.value.isReplay == false)
        }
    }

    /// A store that is a value without an identity.
    private struct Handle: EffectStore {
        let store: RemoteStore

        func claim(
            _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
        ) async throws -> EffectClaimAnswer {
            try await store.claim(id, fingerprint: fingerprint, lease: lease, ifAbandoned: rule)
        }

        func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
            try await store.renew(ticket, lease: lease)
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

    @Test("callers of a store that is a value are apart, and the store decides")
    func valueStore() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.store = Handle(store: RemoteStore(harness.memory))
            let clock = harness.clock
            let owner = harness.start { _ in
                try await clock.sleep(for: .seconds(10))
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            #expect(await harness.once().problem == "in progress")
            harness.waitLimit = .seconds(60)
            #expect(await harness.once().value == "done")
            #expect(await owner.value.value == "done")
        }
    }

    @Test("a request that means something else is refused, and not shared")
    func fingerprint() throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let owner = harness.start { _ in
                try await clock.sleep(for: .seconds(10))
                return "done"
            }
            try await clock.sleep(for: .seconds(1))
            let error = await #expect(throws: EffectError.self) {
                try await harness.gate.once("a", fingerprint: .init(of: "other".utf8), as: .utf8) { _ in "" }
            }
            guard case .fingerprintMismatch = error else { throw Impossible() }
            #expect(await owner.value.value == "done")
        }
    }

    @Test("a call from within the effect, with its own key, does not wait for itself")
    func recursion() throws {
        try OnceHarness.run { harness in
            let call = await harness.attempt { _ in
                let (inner, other) = (await harness.once(), await harness.once(key: "b"))
                return "\(inner.problem ?? "none"), \(other.value ?? "none")"
            }
            #expect(call.value == "in progress, done")
        }
    }

    @Test("nothing is kept of calls that have ended")
    func nothingKept() throws {
        try OnceHarness.run { harness in
            guard let identity = StoreIdentity(harness.memory) else { throw Impossible() }
            let runIdentity = SharedRun.Identity(id: try ActionID("a"), fingerprint: .none, rule: .halt)
            let sharedRun = SharedRun.enter(identity, runIdentity)
            for errors in [[], [Refused()] as [any Error]] {
                let script = FaultScript<String>(steps: errors.map { .fail($0) } + [.succeed("done")], clock: nil)
                async let first = harness.attempt { _ in try await script() }
                async let second = harness.attempt { _ in try await script() }
                _ = await (first, second)
                #expect(await sharedRun.waiterCount == 0)
                let end = Moment.now(RetryClock(harness.clock))
                guard case .leads(nil) = await sharedRun.join(.init(end: end, waitsForOwnProcess: true)) else {
                    throw Impossible()
                }
                await sharedRun.finish(.askAgain)
            }
            SharedRun.exit(identity, runIdentity)
            let again = SharedRun.enter(identity, runIdentity)
            #expect(again !== sharedRun)
            SharedRun.exit(identity, runIdentity)
        }
    }

    // MARK: Owners in other processes

    @Test("without a limit no caller waits for another process")
    func foreignOwner() throws {
        try OnceHarness.run { harness in
            _ = try harness.claimElsewhere()
            try await harness.clock.sleep(for: .seconds(3))
            guard case .inProgress(_, .seconds(3), .seconds(7)) = await harness.once().error as? EffectError else {
                throw Impossible()
            }
        }
    }

    @Test("a waiting caller gets the other's outcome: by a notification, or when it asks", arguments: [true, false])
    func foreignOutcome(tells: Bool) throws {
        try OnceHarness.run { harness in
            var harness = harness
            let store = RemoteStore(harness.memory)
            if !tells { harness.store = store }
            harness.waitLimit = .seconds(60)
            let ticket = try harness.claimElsewhere(lease: .seconds(100))
            let calls = (0..<2).map { _ in harness.start { _ in throw Impossible() } }
            try await harness.clock.sleep(for: .milliseconds(4_500))
            _ = try harness.memory.settle(ticket, .succeeded(Array("theirs".utf8)))
            for call in calls { #expect(await call.value.value == "theirs") }
            #expect(
                harness.clock.elapsed < .seconds(6) && (tells ? harness.clock.elapsed == .milliseconds(4_500) : true))
            #expect(harness.memory.snapshot().waiters == 0 && harness.clock.sleeperCount == 0)
            #expect(store.calls.count < 20, "one asks for all, and less and less often")
        }
    }

    @Test("a caller that waits gets the key where the other one gave it back, and halts where it is gone")
    func foreignEnd() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.waitLimit = .seconds(60)
            let ticket = try harness.claimElsewhere()
            let call = harness.start { _ in "mine" }
            try await harness.clock.sleep(for: .seconds(5))
            _ = try harness.memory.settle(ticket, .failedBeforeEffect)
            #expect(await call.value.value == "mine")
        }
        try OnceHarness.run { harness in
            var harness = harness
            harness.waitLimit = .seconds(60)
            _ = try harness.claimElsewhere()
            #expect(await harness.once().problem == "indeterminate")
            #expect(harness.clock.elapsed == .seconds(10))
            harness.rule = .takeOver
            #expect(await harness.once().value == "done")
        }
    }

    @Test("a caller with more time waits on for another process when the asking one gives up")
    func foreignPatience() throws {
        try OnceHarness.run { harness in
            var (hasty, patient) = (harness, harness)
            (hasty.waitLimit, patient.waitLimit) = (.seconds(3), .seconds(60))
            let ticket = try harness.claimElsewhere(lease: .seconds(100))
            let first = hasty.start { _ in throw Impossible() }
            try await harness.clock.sleep(for: .seconds(1))
            let second = patient.start { _ in throw Impossible() }
            #expect(await first.value.problem == "in progress" && harness.clock.elapsed == .seconds(3))
            try await harness.clock.sleep(for: .seconds(5))
            _ = try harness.memory.settle(ticket, .succeeded(Array("theirs".utf8)))
            #expect(await second.value.value == "theirs" && harness.clock.elapsed == .seconds(8))
        }
    }

    @Test("the wait for another process ends at its limit, and leaves no waiter behind")
    func foreignLimit() throws {
        try OnceHarness.run { harness in
            var harness = harness
            harness.waitLimit = .seconds(4)
            _ = try harness.claimElsewhere()
            #expect(await harness.once().problem == "in progress")
            #expect(harness.clock.elapsed == .seconds(4))
            #expect(harness.memory.snapshot().waiters == 0 && harness.clock.sleeperCount == 0)
        }
    }

    // MARK: Threads

    @Test("real threads: one runs, and all get its result")
    func threads() async throws {
        let store = InMemoryEffectStore()
        let runs = Log<Void>()
        for round in 0..<100 {
            let values = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for caller in 0..<6 {
                    group.addTask {
                        try await once("key \(round)", in: store, as: .bytes) { _ in
                            runs.add(())
                            return [UInt8(caller)]
                        }.value
                    }
                }
                return try await group.reduce(into: [[UInt8]]()) { $0.append($1) }
            }
            #expect(values.count == 6 && Set(values).count == 1)
        }
        #expect(runs.count == 100)
    }
}
