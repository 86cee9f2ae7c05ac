import RetryAsync
import RetryTesting
import Testing

@Suite("The events of the gate", .timeLimit(.minutes(20)))
struct EffectEventsTests {
    /// The codes that a call reports, which end with its one terminal event.
    private func codes(_ harness: OnceHarness, _ body: () async throws -> Void) async rethrows -> [String] {
        let before = harness.recorder.events.count
        try await body()
        let events = harness.recorder.events.dropFirst(before)
        #expect(events.count { $0.stopReason != nil } == 1 && events.last?.stopReason != nil)
        #expect(events.map(\.number) == Array(1...events.count))
        return events.map(\.code)
    }

    @Test("a replay, a failure of before, and a key that stands for something else")
    func settled() throws {
        try OnceHarness.run { harness in
            #expect(await codes(harness) { _ = await harness.once() } == ["attempt", "success"])
            #expect(await codes(harness) { _ = await harness.once() } == ["replayed"])
            let rejected = Refused(classification: .permanent)
            #expect(
                await codes(harness) { _ = await harness.once(rejected, key: "b") } == ["attempt", "permanent_fail"])
            #expect(await codes(harness) { _ = await harness.once(key: "b") } == ["failed_before"])
            let mismatch = await codes(harness) {
                _ = try? await harness.gate.once("a", fingerprint: .init(of: [1]), as: .utf8) { _ in "" }
            }
            #expect(mismatch == ["fingerprint_mismatch"])
            let last = harness.recorder.events.last
            #expect(last?.errorType == "EffectError" && last?.attempt == 0 && last?.message?.isEmpty == false)
        }
    }

    @Test("an owner elsewhere, and an outcome that is unknown")
    func others() throws {
        try OnceHarness.run { harness in
            _ = try harness.claimElsewhere()
            #expect(await codes(harness) { _ = await harness.once() } == ["in_progress"])
            #expect(await codes(harness) { _ = await harness.once(Lost(), key: "b") } == ["attempt", "indeterminate"])
            #expect(await codes(harness) { _ = await harness.once(key: "b") } == ["indeterminate"])
        }
    }

    @Test("a success whose claim was taken over is fenced, and one that cannot be recorded is indeterminate")
    func noSuccess() throws {
        try OnceHarness.run { harness in
            var harness = harness
            let (clock, memory) = (harness.clock, harness.memory)
            let id = try ActionID("a")
            let isDown = Log<Void>()
            harness.store = RemoteStore(memory) { call in
                if call == .renew || isDown.count > 0 && call != .claim { throw RemoteStore.Unreachable() }
            }
            let fenced = await codes(harness) {
                _ = await harness.attempt { _ in
                    clock.advance(by: .seconds(20))
                    _ = memory.claim(id, lease: .seconds(60), ifAbandoned: .takeOver)
                    return "late"
                }
            }
            #expect(fenced == ["attempt", "fenced"])
            isDown.add(())
            #expect(await codes(harness) { _ = await harness.once(key: "b") } == ["attempt", "indeterminate"])
        }
    }

    @Test("the store that cannot be asked, and one that is full")
    func store() throws {
        let clock = ManualClock()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            var harness = OnceHarness(clock, settings: .init(capacity: 1))
            _ = await harness.once()
            #expect(await codes(harness) { _ = await harness.once(key: "b") } == ["store_full"])
            harness.store = RemoteStore(harness.memory) { _ in throw RemoteStore.Unreachable() }
            #expect(await codes(harness) { _ = await harness.once() } == ["store_failed"])
        }
    }

    @Test("each of those who share a run has one terminal event", arguments: [true, false])
    func shared(fails: Bool) throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let calls = (0..<3).map { _ in
                harness.start { _ in
                    try await clock.sleep(for: .seconds(1))
                    if fails { throw Refused(classification: .permanent) }
                    return "done"
                }
            }
            for call in calls { _ = await call.value }
            let ends = harness.recorder.stopReasons.map(\.code).sorted()
            #expect(
                ends
                    == (fails
                        ? ["permanent_fail", "shared_failure", "shared_failure"] : ["replayed", "replayed", "success"]))
        }
    }

    @Test("a cancellation is one, whether the call runs, waits or has not begun")
    func cancelled() throws {
        try OnceHarness.run { harness in
            let clock = harness.clock
            let calls = (0..<2).map { _ in
                harness.start { _ in
                    try await clock.sleep(for: .seconds(9))
                    return "done"
                }
            }
            try await clock.sleep(for: .seconds(1))
            for call in calls { call.cancel() }
            for call in calls { _ = await call.value }
            #expect(
                harness.recorder.stopReasons == [.cancelled, .cancelled]
                    || harness.recorder.codes.contains("indeterminate")
            )
        }
    }

    @Test("who observes nothing pays for nothing, and a metric counts every end")
    func metrics() throws {
        try OnceHarness.run { harness in
            let metrics = RetryMetrics()
            let gate = EffectGate(
                RetryPipeline().observer(metrics.observer).clock(RetryClock(harness.clock)), store: harness.memory)
            for _ in 0..<3 { _ = try await gate.once("a", as: .utf8) { _ in "done" } }
            let snapshot = metrics.snapshot()
            #expect(snapshot.calls == 3 && snapshot.ends == ["success": 1, "replayed": 2])
        }
    }
}
