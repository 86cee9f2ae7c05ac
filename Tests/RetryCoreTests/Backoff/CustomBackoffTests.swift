import RetryCore
import RetryTesting
import Testing

@Suite("Custom backoff", .timeLimit(.minutes(20)))
struct CustomBackoffTests {
    @Test func isToldTheFailure() {
        let asked = Locked<[BackoffContext]>([])
        let backoff = Backoff.custom("recorder") { failure in
            asked.withLock { $0.append(failure) }
            return .milliseconds(10 * failure.attempt)
        }
        let schedule = BackoffSchedule(backoff, errorClass: .rateLimit)
        let random = RetryRandomSource(ScriptedGenerator(fractions: [0, 0.5, 1]))
        #expect(schedule.delays(3, random: random) == [10, 20, 30].map { .milliseconds($0) })
        let contexts = asked.withLock { $0 }
        #expect(contexts.map(\.attempt) == [1, 2, 3])
        #expect(contexts.map(\.errorClass) == [.rateLimit, .rateLimit, .rateLimit])
        #expect(contexts.map(\.previousDelay) == [nil, .milliseconds(10), .milliseconds(20)])
        #expect(contexts.map(\.random) == [0, 0.5, 1.0.nextDown])
    }

    @Test func isToldTheClassAndTheDelayOfACall() {
        let asked = Locked<[BackoffContext]>([])
        let backoff = Backoff.custom("recorder") { failure in
            asked.withLock { $0.append(failure) }
            return .seconds(failure.attempt)
        }
        var state = RetryStateMachine(policy: RetryPolicy(maxAttempts: 3, backoff: backoff))
        var generator = DrawCounter(value: 0)
        // A hint makes the wait longer; the delay that the backoff computed stays what it was.
        let first = state.attemptFailed(.rateLimit(after: .seconds(9)), elapsed: .zero, using: &generator)
        #expect(first == .retry(after: .seconds(9)))
        _ = state.waitEnded(elapsed: .zero)
        _ = state.attemptFailed(.serverError, elapsed: .zero, using: &generator)
        let contexts = asked.withLock { $0 }
        #expect(contexts.map(\.errorClass) == [.rateLimit, .serverError])
        #expect(contexts.map(\.previousDelay) == [nil, .seconds(1)])
    }

    @Test(
        "is held between zero and its cap",
        arguments: [
            (.seconds(-1), .zero), (.nanoseconds(-1), .zero), (.seconds(Int64.min), .zero), (.zero, .zero),
            (.nanoseconds(1), .nanoseconds(1)), (.seconds(3), .seconds(3)), (.milliseconds(3_001), .seconds(3)),
            (.longest, .seconds(3)), (.seconds(Int64.max), .seconds(3)),
        ] as [(Duration, Duration)])
    func hostile(answer: Duration, expected: Duration) {
        let backoff = Backoff.custom("hostile", cap: .seconds(3)) { _ in answer }
        let schedule = BackoffSchedule(backoff)
        for attempt in [1, 2, 63, Int.max] {
            #expect(schedule.delay(afterAttempt: attempt, previous: .seconds(Int64.max)) == expected)
        }
        // The cap comes first, and the jitter is within it.
        var middle = ScriptedGenerator(fractions: [0.5])
        let spread = BackoffSchedule(backoff.jitter(.full)).delay(afterAttempt: 1, using: &middle)
        #expect((expected / 2...expected / 2 + .nanoseconds(1)).contains(spread))
        let unbounded = BackoffSchedule(backoff.cap(.seconds(Int64.max)))
        #expect(unbounded.delay(afterAttempt: 1) == max(.zero, min(answer, .longest)))
    }

    @Test func isSpreadByItsJitterWithinItsCap() {
        let backoff = Backoff.custom("second", cap: .milliseconds(1_200)) { _ in .seconds(1) }
        func range(_ jitter: Jitter) -> [Duration] {
            [0, 1].map { fraction in
                // The closure takes the first number, the jitter the second.
                var generator = ScriptedGenerator(fractions: [0.5, fraction])
                return BackoffSchedule(backoff.jitter(jitter)).delay(afterAttempt: 1, using: &generator)
            }
        }
        #expect(range(.none) == [.seconds(1), .seconds(1)])
        #expect(range(.full) == [.zero, .seconds(1)])
        #expect(range(.equal) == [.milliseconds(500), .seconds(1)])
        #expect(range(.proportional(0.5)) == [.milliseconds(500), .milliseconds(1_200)])
        #expect(range(.floor(.milliseconds(100))) == [.milliseconds(100), .seconds(1)])
        #expect(range(.additive(.seconds(9))) == [.seconds(1), .milliseconds(1_200)])
    }

    @Test func mayBeAnythingWithinItsCap() {
        let backoff = Backoff.custom("second", cap: .seconds(7)) { _ in .seconds(1) }
        #expect(BackoffSchedule(backoff).bounds(afterAttempt: 1) == .zero ... .seconds(7))
    }
}
