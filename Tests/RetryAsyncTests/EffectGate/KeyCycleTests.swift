import RetryTesting
import Testing

@testable import RetryAsync

@Suite("Effects that wait for each other", .timeLimit(.minutes(20)))
struct KeyCycleTests {
    /// Runs the effect of a key, which takes a second and then runs the next one.
    private func start(
        _ harness: OnceHarness, _ key: String, then next: String, through gate: EffectGate? = nil
    ) -> Task<Result<String, any Error>, Never> {
        let clock = harness.clock
        return Task(executorPreference: DeterministicExecutor.current) {
            do {
                let value = try await (gate ?? harness.gate).once(key, as: .utf8) { _ in
                    try await clock.sleep(for: .seconds(1))
                    return try await (gate ?? harness.gate).once(next, as: .utf8) { _ in "\(next) alone" }.value
                }
                return .success(value.value)
            } catch {
                return .failure(error)
            }
        }
    }

    private func cycle(_ results: [Result<String, any Error>]) -> Set<ActionID>? {
        for result in results {
            if case .failure(EffectError.keyCycle(let id, let others)) = result { return Set([id] + others) }
        }
        return nil
    }

    @Test("a cycle of two or more keys is refused at once, with the names of all", arguments: [2, 3, 5], 0..<20)
    func cycle(length: Int, seed: Int) throws {
        try OnceHarness.run(seed: UInt64(seed)) { harness in
            let keys = (0..<length).map { "key \($0)" }
            let tasks = (0..<length).map { start(harness, keys[$0], then: keys[($0 + 1) % length]) }
            var results: [Result<String, any Error>] = []
            for task in tasks { results.append(await task.value) }
            #expect(try cycle(results) == Set(keys.map { try ActionID($0) }))
            #expect(harness.clock.elapsed < .seconds(5), "not by a time that was over")
            for key in keys { #expect(harness.state(key) == nil, "no key is recorded as failed for good") }
            guard let identity = StoreIdentity(harness.memory) else { throw Impossible() }
            #expect(EffectScope.waitCount(of: identity) == 0)
        }
    }

    @Test("gates of one store are one, and nothing is recorded as failed for good")
    func gates() throws {
        try OnceHarness.run { harness in
            var other = harness
            other.rule = .takeOver
            other.waitLimit = .seconds(600)
            let tasks = [
                start(harness, "a", then: "b", through: other.gate), start(harness, "b", then: "a"),
            ]
            var results: [Result<String, any Error>] = []
            for task in tasks { results.append(await task.value) }
            let both = try Set([ActionID("a"), ActionID("b")])
            #expect(cycle(results) == both)
            #expect(harness.clock.elapsed < .seconds(10))
        }
    }

    @Test("a chain within one task is refused, too, and an effect that calls itself is told that it is in progress")
    func nested() throws {
        try OnceHarness.run { harness in
            let gate = harness.gate
            let call = await harness.attempt("a") { _ in
                try await gate.once("b", as: .utf8) { _ in
                    let own = await harness.once(key: "b")
                    #expect(own.problem == "in progress")
                    return try await gate.once("a", as: .utf8) { _ in "" }.value
                }.value
            }
            guard case .keyCycle(let id, let others) = call.error as? EffectError else { throw Impossible() }
            #expect(try id == ActionID("a") && others == [ActionID("b")])
            #expect("\(EffectError.keyCycle(id, through: others))".contains("\(others[0])"))
            #expect(harness.recorder.stopReasons.contains(.keyCycle))
            #expect(harness.clock.elapsed == .zero)
        }
    }

    @Test("two who want the same key are no cycle, and a task that an effect leaves behind is not inside of it")
    func noCycle() throws {
        try OnceHarness.run { harness in
            let (gate, clock) = (harness.gate, harness.clock)
            let results = try await withThrowingTaskGroup(of: String.self) { group in
                for key in ["a", "b", "c"] {
                    group.addTask {
                        try await gate.once(key, as: .utf8) { _ in
                            try await gate.once("common", as: .utf8) { _ in
                                try await clock.sleep(for: .seconds(1))
                                return "done"
                            }.value
                        }.value
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results == ["done", "done", "done"])
            let left = Log<Task<String?, Never>>()
            _ = await harness.attempt("outer") { _ in
                left.add(
                    Task(executorPreference: DeterministicExecutor.current) {
                        try? await clock.sleep(for: .seconds(5))
                        return await harness.once(key: "outer").value
                    })
                return "outer"
            }
            #expect(await left.events.first?.value == "outer")
        }
    }
}
