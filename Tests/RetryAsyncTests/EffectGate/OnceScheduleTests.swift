import RetryAsync
import RetryTesting
import Testing

/// Callers of one key, in every order of their steps that a seed leads to.
@Suite("Schedules of the gate", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct OnceScheduleTests {
    private typealias Caller = OnceScenario.Caller
    private typealias Step = OnceScenario.Step

    @Test("through the store itself", arguments: [AbandonedClaimBehavior.halt, .takeOver])
    func concrete(_ rule: AbandonedClaimBehavior) throws {
        let ends = try Schedules.explore(percent: rule == .halt ? 30 : 20) { generator, clock in
            var generator = generator
            let scenario = OnceScenario.any(rule, &generator)
            return try await scenario.run(on: clock) { TracedStore($0, $1) }
        }
        expectVariety(ends)
    }

    @Test("through its protocol, slow and unreliable", arguments: [AbandonedClaimBehavior.halt, .takeOver])
    func erased(_ rule: AbandonedClaimBehavior) throws {
        let ends = try Schedules.explore(percent: rule == .halt ? 30 : 20) { generator, clock in
            var generator = generator
            var scenario = OnceScenario.any(rule, &generator)
            scenario.faultEvery = generator.pick(0, 0, 3, 8)
            scenario.slowness = generator.pick(0, 0, 1, 2)
            return try await scenario.run(on: clock) { DistantStore(TracedStore($0, $1), $1) }
        }
        expectVariety(ends)
        #expect(ends.keys.contains { $0.contains("Unreachable") }, "\(ends)")
    }

    private func expectVariety(_ ends: [String: Int]) {
        let kinds = Set(ends.keys.flatMap { $0.split(separator: " ") })
        let expected = [
            "run", "replayed", "inProgress", "indeterminate", "failedBefore", "Refused", "CancellationError",
        ]
        #expect(kinds.isSuperset(of: expected.map { $0[...] }), "\(ends)")
    }
}

extension OnceScenario {
    /// Callers of any kind.
    fileprivate static func any(_ rule: AbandonedClaimBehavior, _ generator: inout SeededGenerator) -> OnceScenario {
        let callers = (0..<generator.pick(1, 2, 2, 3)).map { _ in
            Caller(
                arrival: generator.pick(0, 0, 1, 2), process: generator.pick(0, 0, 0, 1, 2),
                steps: (0..<generator.pick(1, 1, 2)).map { _ in
                    Step(
                        seconds: generator.pick(0, 0, 1, 2, 4),
                        ending: generator.pick(.value, .value, .refused, .rejected, .lost),
                        isDeaf: generator.pick(true, false, false))
                },
                cancelledAt: generator.pick(nil, nil, nil, nil, 0, 1, 2, 3),
                waitLimit: generator.pick(nil, nil, 0, 1, 3, 10))
        }
        return OnceScenario(
            callers: callers, rule: rule, receiver: generator.pick(.mayRepeat, .mayRepeat, .deduplicates),
            attemptTimeout: generator.pick(nil, nil, 1, 3), deadline: generator.pick(nil, nil, nil, 2, 4),
            isAbandoned: generator.pick(false, false, false, true),
            seed: generator.next())
    }
}
