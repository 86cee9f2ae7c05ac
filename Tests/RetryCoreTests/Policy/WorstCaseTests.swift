import RetryCore
import RetryTesting
import Testing

/// A policy without hints and jitter, of which most is known.
private let plain = RetryPolicy(maxAttempts: 4, backoff: .constant(.seconds(1)), hints: .ignore)

@Suite("The longest that a call can take", .timeLimit(.minutes(20)))
struct WorstCaseTests {
    struct Known: Sendable {
        let policy: RetryPolicy
        let longest: Duration

        init(_ policy: RetryPolicy, _ longest: Duration) {
            (self.policy, self.longest) = (policy, longest)
        }
    }

    @Test(
        "adds up waits, hints and timeouts",
        arguments: [
            Known(plain, .seconds(3)), Known(plain.maxAttempts(1), .zero),
            Known(plain.hints(.obey(atMost: .seconds(5))), .milliseconds(16_500)),
            Known(plain.hints(.obey(atMost: .milliseconds(500))), .seconds(3)),
            Known(plain.hints(.obey), .seconds(903)), Known(plain.hints(.clamp()), .seconds(18)),
            Known(plain.attemptTimeout(.seconds(10)), .seconds(43)),
            Known(plain.backoff(.constant(.seconds(4)), for: .rateLimit), .seconds(12)),
            Known(plain.backoff(.none, for: .rateLimit), .seconds(3)),
            Known(plain.backoff(.exponential(initial: .seconds(1), cap: .seconds(3))), .seconds(6)),
            Known(plain.backoff(.decorrelated(initial: .seconds(1), cap: .seconds(60))), .seconds(39)),
            Known(plain.backoff(.custom("any", cap: .seconds(7)) { _ in .zero }), .seconds(21)),
            Known(plain.failsImmediately(), .zero), Known(plain.whenRejected(.wait), .longest),
            Known(plain.whenRejected(.wait).deadline(.seconds(9)), .seconds(9)),
            Known(plain.failsImmediately().attemptTimeout(.seconds(10)), .seconds(10)),
            Known(.once, .zero), Known(.once.attemptTimeout(.seconds(10)), .seconds(10)),
            Known(.api, .seconds(903)), Known(.api.hints(.ignore), .milliseconds(1_750)),
        ])
    func known(_ it: Known) {
        #expect(it.policy.worstCaseDuration == it.longest)
    }

    @Test(
        "is held by the deadline, and one attempt's timeout where that does not interrupt",
        arguments: [
            Known(plain.deadline(.seconds(2)), .seconds(2)), Known(plain.deadline(.seconds(9)), .seconds(3)),
            Known(plain.deadline(.seconds(2), .truncate), .seconds(2)),
            Known(plain.deadline(.seconds(2), .interrupt), .seconds(2)),
            Known(plain.deadline(.seconds(2), .interrupt).attemptTimeout(.seconds(10)), .seconds(2)),
            Known(plain.deadline(.seconds(2)).attemptTimeout(.seconds(10)), .seconds(12)),
            Known(plain.deadline(.seconds(2), .truncate).attemptTimeout(.seconds(10)), .seconds(12)),
            Known(plain.deadline(.seconds(40)).attemptTimeout(.seconds(10)), .seconds(43)),
            Known(plain.deadline(.seconds(2)).attemptTimeout(.longest), .seconds(2)),
            Known(plain.deadline(.nanoseconds(Int64.max - 1)).attemptTimeout(.seconds(1)), .seconds(7)),
        ])
    func deadlines(_ it: Known) {
        #expect(it.policy.worstCaseDuration == it.longest)
    }

    @Test(
        "saturates, and is known at once for any number of attempts",
        arguments: [
            Known(plain.maxAttempts(.max), .longest), Known(plain.maxAttempts(1_001), .seconds(1_000)),
            Known(plain.maxAttempts(1_002), .seconds(1_001)), Known(plain.maxAttempts(1_000_001), .seconds(1_000_000)),
            Known(plain.maxAttempts(.max).deadline(.seconds(2)), .seconds(2)),
            Known(plain.maxAttempts(.max).backoff(.none), .zero),
            Known(plain.maxAttempts(.max).backoff(.none).hints(.obey), .longest),
            Known(plain.maxAttempts(.max).backoff(.none).attemptTimeout(.nanoseconds(1)), .longest),
            Known(plain.maxAttempts(.max).backoff(.fibonacci(initial: .nanoseconds(1)), for: .unknown), .longest),
            Known(plain.maxAttempts(.max).attemptTimeout(.longest), .longest),
            Known(plain.backoff(.constant(.longest)), .longest),
            Known(plain.hints(.clamp(within: .longest)), .longest),
            Known(plain.maxAttempts(2).backoff(.constant(.longest)).deadline(.seconds(1)), .seconds(1)),
        ])
    func saturating(_ it: Known) {
        var longest = Duration.zero
        let took = ContinuousClock().measure { longest = it.policy.worstCaseDuration }
        #expect(longest == it.longest)
        #expect(took < .seconds(5))
    }

    @Test("is never passed by 6,000 runs of 1,200 random policies")
    func upperBound() throws {
        var values = RandomValues(seed: 1)
        var reached = 0
        for _ in 0..<1_200 {
            var policy = values.policy()
            if values.number(below: 8) == 0 { policy = policy.backoff(values.hostileBackoff(), for: .transient) }
            let longest = policy.worstCaseDuration
            for _ in 0..<5 {
                let took = Self.run(policy, &values)
                try #require(took <= longest, "\(policy.settings)")
                if took == longest { reached += 1 }
            }
        }
        #expect(reached > 300)
    }

    /// A call whose attempts all fail, and take as long as the policy allows or less; at most 40 of them.
    private static func run(_ policy: RetryPolicy, _ values: inout RandomValues) -> Duration {
        var state = RetryStateMachine(policy: policy)
        var elapsed: Int64 = 0
        let deadline = (policy.deadline ?? .longest).saturatedNanoseconds
        for _ in 0..<40 {
            let timeout = policy.attemptTimeout?.saturatedNanoseconds ?? 0
            elapsed = elapsed.saturatingAdd(values.number(below: 2) == 0 ? timeout : 0)
            if policy.deadlineBehavior == .interrupt, elapsed >= deadline { return .nanoseconds(deadline) }
            let hint: RetryHint? = values.number(below: 2) == 0 ? .after(values.anyDuration()) : nil
            let failure = ErrorClassification(values.errorClass(), hint: hint)
            let decision = state.attemptFailed(failure, elapsed: .nanoseconds(elapsed), using: &values.generator)
            guard case .retry(let wait) = decision else { break }
            elapsed = elapsed.saturatingAdd(wait.saturatedNanoseconds)
            guard state.waitEnded(elapsed: .nanoseconds(elapsed)) else { break }
        }
        return .nanoseconds(elapsed)
    }
}
