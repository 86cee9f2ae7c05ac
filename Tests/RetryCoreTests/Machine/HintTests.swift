import RetryCore
import RetryTesting
import Testing

@Suite("Hints in the machine", .timeLimit(.minutes(20)))
struct HintTests {
    private static let base = RetryPolicy(maxAttempts: 10, backoff: .constant(.seconds(2)))

    /// Returns the decision after the first failure, with this hint.
    private static func decision(
        _ hint: RetryHint?, _ policy: RetryPolicy, at elapsed: Duration = .zero
    ) -> RetryDecision {
        var state = RetryStateMachine(policy: policy)
        var zero = DrawCounter(value: 0)
        return state.attemptFailed(ErrorClassification(.rateLimit, hint: hint), elapsed: elapsed, using: &zero)
    }

    private static func wait(after seconds: Int, _ rule: RetryHintPolicy) -> RetryDecision {
        decision(.after(.seconds(seconds)), base.hints(rule))
    }

    @Test("are obeyed beyond the cap of the backoff, and never shorten a wait")
    func obeyed() {
        #expect(Self.wait(after: 60, .obey) == .retry(after: .seconds(60)))
        #expect(Self.wait(after: 1, .obey) == .retry(after: .seconds(2)))
        #expect(Self.wait(after: 0, .obey) == .retry(after: .seconds(2)))
    }

    @Test("longer than the rule allows end the call, unless it is to come back earlier")
    func capped() {
        #expect(Self.wait(after: 300, .obey) == .retry(after: .seconds(300)))
        #expect(Self.wait(after: 301, .obey) == .stop(.hintTooLong))
        #expect(Self.wait(after: 3_600, .obey(atMost: .seconds(10))) == .stop(.hintTooLong))
        #expect(Self.wait(after: 1, .obey(atMost: .zero)) == .stop(.hintTooLong))
        #expect(Self.wait(after: 0, .obey(atMost: .zero)) == .retry(after: .seconds(2)))
        #expect(Self.decision(.after(Duration(attoseconds: .max)), Self.base) == .stop(.hintTooLong))
        #expect(Self.wait(after: 3_600, .obey(atMost: .seconds(10), beyond: .cut)) == .retry(after: .seconds(10)))
        #expect(Self.wait(after: 3_600, .exact(atMost: .seconds(1), beyond: .cut)) == .retry(after: .seconds(1)))
        #expect(Self.wait(after: 3_600, .exact()) == .stop(.hintTooLong))
    }

    @Test("are replaced by nothing under the exact rule, neither by a longer delay nor by jitter")
    func exact() {
        #expect(Self.wait(after: 1, .exact()) == .retry(after: .seconds(1)))
        #expect(Self.wait(after: 0, .exact()) == .retry(after: .zero))
        var state = RetryStateMachine(policy: Self.base.hints(.exact()))
        var most = DrawCounter(value: .max)
        let decision = state.attemptFailed(
            .rateLimit(after: .seconds(60)), elapsed: .zero, using: &most)
        #expect(decision == .retry(after: .seconds(60)))
    }

    @Test("that many callers got are spread out above their time: by a tenth, at most by a second")
    func spread() {
        func longest(_ seconds: Int, _ policy: RetryPolicy = Self.base) -> RetryDecision {
            SteppedMachine(policy).fail(.rateLimit(after: .seconds(seconds)))
        }
        #expect(longest(5) == .retry(after: .milliseconds(5_500)))
        #expect(longest(60) == .retry(after: .seconds(61)))
        #expect(longest(1) == .retry(after: .seconds(2)))
        #expect(longest(7, Self.base.hints(.clamp())) == .retry(after: .seconds(7)))
        var waits: Set<Duration> = []
        for seed in 0..<1_000 {
            var state = RetryStateMachine(policy: Self.base)
            var generator = SeededGenerator(seed: UInt64(seed))
            let decision = state.attemptFailed(.rateLimit(after: .seconds(30)), elapsed: .zero, using: &generator)
            guard case .retry(let wait) = decision else { continue }
            #expect(wait >= .seconds(30) && wait <= .seconds(31))
            waits.insert(wait)
        }
        #expect(waits.count > 990)
    }

    @Test("are not spread out past the deadline")
    func spreadWithinTheDeadline() {
        let machine = SteppedMachine(Self.base.deadline(.seconds(10)))
        #expect(machine.fail(.rateLimit(after: .milliseconds(9_900))) == .retry(after: .milliseconds(9_900)))
    }

    @Test("are kept within the margin after the computed wait")
    func clamped() {
        #expect(Self.wait(after: 1, .clamp()) == .retry(after: .seconds(2)))
        #expect(Self.wait(after: 6, .clamp()) == .retry(after: .seconds(6)))
        #expect(Self.wait(after: 7, .clamp()) == .retry(after: .seconds(7)))
        #expect(Self.wait(after: 8, .clamp()) == .retry(after: .seconds(7)))
        #expect(Self.wait(after: 8, .clamp(within: .zero)) == .retry(after: .seconds(2)))
        let endless = Self.base.hints(.clamp(within: .longest))
        #expect(Self.decision(.after(Duration(attoseconds: .max)), endless) == .retry(after: .longest))
    }

    @Test("are ignored")
    func ignored() {
        #expect(Self.wait(after: 60, .ignore) == .retry(after: .seconds(2)))
    }

    @Test("that say never are obeyed under every rule")
    func never() {
        for rule in [RetryHintPolicy.obey, .exact(), .clamp(), .ignore] {
            #expect(Self.decision(.never, Self.base.hints(rule)) == .stop(.permanent))
        }
    }

    @Test("below zero are none")
    func negative() {
        for rule in [RetryHintPolicy.obey, .exact(), .clamp(), .ignore] {
            for hint in [Duration.nanoseconds(-1), .seconds(-60), Duration(attoseconds: .min)] {
                #expect(Self.decision(.after(hint), Self.base.hints(rule)) == .retry(after: .seconds(2)))
                let none = Self.base.backoff(.none).hints(rule).deadline(.seconds(1))
                #expect(Self.decision(.after(hint), none) == .retry(after: .zero))
            }
        }
    }

    @Test("beyond the deadline end the call at once, also where waits are cut", arguments: DeadlineBehavior.allCases)
    func beyondTheDeadline(_ behavior: DeadlineBehavior) {
        let policy = Self.base.deadline(.seconds(10), behavior)
        #expect(Self.decision(.after(.seconds(11)), policy) == .stop(.deadlineExceeded))
        #expect(Self.decision(.after(.seconds(5)), policy, at: .seconds(6)) == .stop(.deadlineExceeded))
        #expect(Self.decision(.after(.seconds(9)), policy) == .retry(after: .seconds(9)))
        let clamping = policy.hints(.clamp(within: .seconds(5)))
        #expect(Self.decision(.after(.seconds(60)), clamping, at: .seconds(4)) == .stop(.deadlineExceeded))
    }

    @Test("that end just at the deadline leave the last attempt, where waits are cut")
    func atTheDeadline() {
        let policy = Self.base.deadline(.seconds(10), .truncate)
        #expect(Self.decision(.after(.seconds(10)), policy) == .retry(after: .seconds(10)))
        #expect(Self.decision(.after(.seconds(10)), policy.deadline(.seconds(10), .stop)) == .stop(.deadlineExceeded))
    }

    @Test("shorter than the time left do not keep a longer wait from being cut")
    func shortHintLongWait() {
        let policy = Self.base.backoff(.constant(.seconds(60))).deadline(.seconds(10), .truncate)
        #expect(Self.decision(.after(.seconds(4)), policy) == .retry(after: .seconds(10)))
        #expect(Self.decision(.after(.seconds(60)), policy.hints(.ignore)) == .retry(after: .seconds(10)))
    }

    @Test("that the rule cuts within the deadline are waited for up to the cap")
    func cappedWithinTheDeadline() {
        let policy = Self.base.hints(.obey(atMost: .seconds(5), beyond: .cut)).deadline(.seconds(10), .truncate)
        #expect(Self.decision(.after(.seconds(3_600)), policy) == .retry(after: .seconds(5)))
    }

    @Test("play no part in the wait that the next one grows from")
    func decorrelated() {
        let backoff = Backoff.decorrelated(initial: .seconds(1), cap: .seconds(100))
        let machine = SteppedMachine(RetryPolicy(maxAttempts: 10, backoff: backoff))
        #expect(machine.fail(.rateLimit) == .retry(after: .seconds(3)))
        #expect(machine.wait())
        #expect(machine.fail(.rateLimit(after: .seconds(90))) == .retry(after: .seconds(91)))
        #expect(machine.wait())
        #expect(machine.fail(.rateLimit) == .retry(after: .seconds(27)))
    }
}
