import RetryCore
import RetryTesting
import Testing

/// Many callers on one budget, in every order of their steps that a seed leads to.
@Suite("Schedules of a budget", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct BudgetScheduleTests {
    @Test("grants no more than its policy, and is never below zero nor above its capacity", arguments: 0..<5)
    func laws(index: Int) throws {
        let ends = try Schedules.explore(percent: 20) { generator, clock in
            var generator = generator
            let harness = BudgetHarness(BudgetHarness.law(index, &generator), on: clock)
            await withTaskGroup { group in
                for _ in 0..<generator.pick(2, 3, 4) {
                    let calls = (0..<generator.pick(1, 2, 3)).map { _ in BudgetHarness.Call(&generator) }
                    group.addTask {
                        for call in calls { await harness.make(call) }
                    }
                }
            }
            try harness.check()
            return "\(harness.budget.snapshot().refusals > 0 ? "refused" : "granted all")"
        }
        #expect(ends.values.reduce(0, +) == Int(Schedules.total / 5))
        #expect(ends["granted all"] ?? 0 > 0)
        #expect(index == 4 || ends["refused"] ?? 0 > 0)
    }
}
