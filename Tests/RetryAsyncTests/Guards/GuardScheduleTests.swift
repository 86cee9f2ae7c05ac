import RetryAsync
import RetryTesting
import Testing

/// Callers that retry through one breaker and one budget, in every order of their steps that a seed leads to.
@Suite("Schedules of calls with guards", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct GuardScheduleTests {
    @Test("lose no permit and no token, and pass no limit")
    func both() throws {
        let seen = Log<String>()
        _ = try Schedules.explore(percent: 100) { generator, clock in
            var generator = generator
            let harness = GuardHarness(&generator, on: clock)
            await withTaskGroup { group in
                for number in 0..<generator.pick(2, 3, 4) {
                    let own = SeededGenerator(seed: generator.next())
                    group.addTask { await harness.call(number, own) }
                }
            }
            let stops = try harness.finish()
            for stop in stops where !seen.events.contains(stop) { seen.add(stop) }
            return "done"
        }
        let expected: Set = [
            "success", "max_attempts_exceeded", "circuit_open", "budget_exhausted", "deadline_exceeded", "cancelled",
            "unseen",
        ]
        #expect(Set(seen.events) == expected)
    }
}
