import RetryCore
import Testing

@Suite("A service that collapses under its load", .timeLimit(.minutes(20)))
struct MetastableTests {
    /// Four of the ten runs that are published, so that it takes under a second.
    private static func runs(_ policy: RetryBudgetPolicy, tries: Int = 3) -> StormResult {
        (UInt64(1000)..<1004).map { Collapse.run(policy, tries: tries, seed: $0) }.reduce(StormResult(), +)
    }

    @Test("comes back with the default budget, shared or one for each of ten clients", arguments: [1, 10])
    func defaultBudget(clients: Int) {
        let runs = (UInt64(1000)..<1010).map { Collapse.run(.default, clients: clients, seed: $0) }
        let result = runs.reduce(StormResult(), +)
        #expect(result.success >= 0.54)
        #expect(result.load <= 1.05)
        #expect(runs.count { $0.success < 0.5 } <= 1)
    }

    @Test("bears a spike with the default budget")
    func spike() {
        let result = (UInt64(1000)..<1010).map { Collapse.run(.default, .spike, seed: $0) }.reduce(StormResult(), +)
        #expect(result.success >= 0.94)
        #expect(result.load <= 1.02)
    }

    @Test("stays down with a ratio and a floor that are too high")
    func ratio() {
        let result = Self.runs(.ratio())
        #expect(result.success < 0.4)
        #expect(result.load > 1.2)
    }

    @Test(
        "comes back with a budget",
        arguments: [
            RetryBudgetPolicy.throttle(maxTokens: 10, tokenRatio: 0.1),
            .throttle(maxTokens: 100, tokenRatio: 0.1),
            // A tenth of a retry for each success, ten retries at most.
            .quota(capacity: 100, cost: 10, costs: [:]),
        ])
    func budget(policy: RetryBudgetPolicy) {
        let result = Self.runs(policy)
        #expect(result.success >= 0.54)
        #expect(result.load <= 1.05)
    }

    @Test func stayDownWithoutOne() {
        let result = Self.runs(.unlimited)
        #expect(result.success < 0.4)
        #expect(result.load > 2)
    }

    @Test func withoutRetriesItComesBackByItself() {
        let result = Self.runs(.unlimited, tries: 1)
        #expect(result.success >= 0.54)
        #expect(result.load == 1)
    }
}
