import Foundation
import RetryCore
import Testing

/// The rows of the tables in the article on budgets, computed anew.
@Suite("The tables of the article on retry budgets", .timeLimit(.minutes(20)))
struct BudgetTableTests {
    private static let article = Article("RetryCore/RetryCore.docc/RetryBudgets.md")

    private static let noRetry = "no retries"
    private static let policies: [(name: String, policy: RetryBudgetPolicy)] = [
        (noRetry, .unlimited),
        ("`.unlimited`", .unlimited),
        ("`.tokenBucket()`, the default", .default),
        ("`.tokenBucket(capacity: 100)`", .tokenBucket(capacity: 100)),
        ("`.throttle()`", .throttle()),
        ("`.throttle(maxTokens: 100)`", .throttle(maxTokens: 100)),
        ("`.quota()`", .quota()),
        ("`.limit(1, per: .seconds(1))`", .limit(1, per: .seconds(1))),
        ("`.limit(10, per: .seconds(1))`", .limit(10, per: .seconds(1))),
        ("`.ratio(0.1, floor: 0)`", .ratio(0.1, floor: 0)),
        ("`.ratio(0.1, floor: 1)`", .ratio(0.1, floor: 1)),
        ("`.ratio()`", .ratio()),
    ]

    private static let fleets: [(name: String, policy: RetryBudgetPolicy)] = [
        ("`.tokenBucket()`, the default", .default),
        ("`.tokenBucket(capacity: 1)`", .tokenBucket(capacity: 1)),
        ("`.throttle()`", .throttle()),
        ("`.quota()`", .quota()),
        ("`.ratio()`", .ratio()),
    ]

    /// Ten runs, with the seeds of the published ones.
    private static func collapse(
        _ policy: RetryBudgetPolicy, _ load: Collapse.Load, tries: Int = 3, clients: Int = 1
    ) -> StormResult {
        (UInt64(1000)..<1010).map { Collapse.run(policy, load, tries: tries, clients: clients, seed: $0) }
            .reduce(StormResult(), +)
    }

    private static func chance(_ policy: RetryBudgetPolicy, _ failing: Double, retries: Int) -> StormResult {
        RetryStorm(clients: 5, seconds: 100, failing: failing, retries: retries).run(policy)
    }

    @Test("compare every policy in four storms", arguments: policies.indices)
    func storms(index: Int) {
        let (name, policy) = Self.policies[index]
        let tries = name == Self.noRetry ? 1 : 3
        let collapses = Collapse.Load.allCases.map { Self.collapse(policy, $0, tries: tries).text }
        let chances = [0.1, 0.5, 1].map { Self.chance(policy, $0, retries: name == Self.noRetry ? 0 : 3).text }
        Self.article.expectRow([name] + collapses + chances)
    }

    @Test("show what many budgets add up to", arguments: fleets.indices)
    func clients(index: Int) {
        let (name, policy) = Self.fleets[index]
        Self.article.expectRow([name] + [1, 10, 100].map { Self.collapse(policy, .ramp, clients: $0).text })
    }

    @Test("have no other rows")
    func others() {
        #expect(Self.article.rows(with: " %, ").count == Self.policies.count + Self.fleets.count)
    }
}
