import RetryCore
import Testing

@Suite("Hint rules", .timeLimit(.minutes(20)))
struct RetryHintPolicyTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        let rule: RetryHintPolicy
        let hint: RetryHint?
        let wait: Duration?

        /// The wait, in seconds, that a rule makes of a computed delay of 2 s and a hint of so many seconds.
        init(_ rule: RetryHintPolicy, _ seconds: Int64, _ wait: Int64) {
            self.init(rule, .after(.seconds(seconds)), .seconds(wait))
        }

        init(_ rule: RetryHintPolicy, _ hint: RetryHint?, _ wait: Duration?) {
            (self.rule, self.hint, self.wait) = (rule, hint, wait)
        }

        var testDescription: String { "\(rule) of \(String(describing: hint))" }
    }

    @Test(
        "make a wait of a hint",
        arguments: [
            Answer(.obey, 9, 9), Answer(.obey, 1, 2), Answer(.obey, 0, 2), Answer(.obey, 299, 299),
            Answer(.obey(atMost: .seconds(300), beyond: .cut), 301, 300),
            Answer(.obey(atMost: .seconds(300), beyond: .cut), .max, 300),
            Answer(.obey(atMost: .seconds(5), beyond: .cut), 9, 5),
            Answer(.obey(atMost: .seconds(5)), 4, 4), Answer(.obey(atMost: .zero, beyond: .cut), 9, 2),
            Answer(.obey(atMost: .seconds(1), beyond: .cut), 9, 2), Answer(.clamp(), 4, 4), Answer(.clamp(), 7, 7),
            Answer(.clamp(), 8, 7), Answer(.clamp(), 1, 2), Answer(.clamp(within: .seconds(1)), 9, 3),
            Answer(.clamp(within: .zero), 9, 2), Answer(.clamp(within: .longest), 9, 9), Answer(.ignore, 9, 2),
            Answer(.obey, -9, 2), Answer(.clamp(), -9, 2), Answer(.obey, .min, 2),
            Answer(.obey, nil, .seconds(2)), Answer(.obey, .never, nil), Answer(.clamp(), .never, nil),
            Answer(.ignore, .never, nil),
        ])
    func waits(_ it: Answer) {
        let policy = RetryPolicy(maxAttempts: 2, backoff: .constant(.seconds(2)), hints: it.rule)
        var state = RetryStateMachine(policy: policy)
        var generator = DrawCounter(value: 0)
        let failure = ErrorClassification(.serverError, hint: it.hint)
        let decision = state.attemptFailed(failure, elapsed: .zero, using: &generator)
        #expect(decision == it.wait.map { .retry(after: $0) } ?? .stop(.permanent))
    }

    @Test func areEqualIfTheyDoTheSame() {
        #expect(RetryHintPolicy.obey == .obey(atMost: .seconds(300)))
        #expect(RetryHintPolicy.clamp() == .clamp(within: .seconds(5)))
        let rules: [RetryHintPolicy] = [
            .obey, .obey(atMost: .zero), .obey(atMost: .seconds(300), beyond: .cut), .exact(),
            .exact(atMost: .seconds(300), beyond: .cut), .clamp(), .clamp(within: .zero), .ignore,
        ]
        #expect(Set(rules).count == rules.count)
    }
}
