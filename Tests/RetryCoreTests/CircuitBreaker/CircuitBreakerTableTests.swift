import RetryCore
import Testing

/// The rows of the table in the article on circuit breakers, computed anew.
@Suite("The table of the article on circuit breakers", .timeLimit(.minutes(20)))
struct CircuitBreakerTableTests {
    private static let article = Article("RetryCore/RetryCore.docc/CircuitBreakers.md")

    private static let policies: [(name: String, policy: CircuitBreakerPolicy?)] = [
        ("no breaker", nil),
        ("`.default`", .default),
        ("`.stable`", .stable),
        ("`.default.rejects(.retries)`", .default.rejects(.retries)),
        (
            "`.default.consecutiveFailures(nil).failureRatio(0.5, within: .seconds(30), minimumCalls: 20)`",
            .default.consecutiveFailures(nil).failureRatio(0.5, within: .seconds(30), minimumCalls: 20)
        ),
    ]

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    @Test("shows what a service that fails by chance makes of each policy", arguments: policies.indices)
    func chance(index: Int) {
        let (name, policy) = Self.policies[index]
        let shares = [0.05, 0.2, 0.4].map { Self.percent(ChanceStorm.run(policy, failing: $0).success) }
        Self.article.expectRow([name] + shares)
        #expect(Self.article.rows(with: " % |").count == Self.policies.count)
    }

    @Test("a fifth of failures by chance opens the default breaker, and no breaker for retries costs first attempts")
    func failedChance() {
        let without = ChanceStorm.run(nil, failing: 0.2).success
        #expect(without > 0.997)
        #expect(ChanceStorm.run(.default, failing: 0.2).success < 0.95)
        let retriesOnly = ChanceStorm.run(.default.rejects(.retries), failing: 0.2)
        #expect(retriesOnly.success > 0.95)
        #expect(retriesOnly.attempts >= retriesOnly.calls, "every call is made at least once")
    }
}
