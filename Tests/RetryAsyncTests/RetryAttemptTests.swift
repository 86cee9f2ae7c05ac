import RetryAsync
import RetryTesting
import Testing

/// The attempt that an operation receives.
@Suite("The attempt", .timeLimit(.minutes(20)))
struct RetryAttemptTests {
    @Test func theNumberCountsFromOneAndTheLastIsKnown() async throws {
        let seen = Log<RetryAttempt>()
        try await retry(policy: .immediate(3)) { attempt in
            seen.add(attempt)
            if !attempt.isLast { throw Fault(attempt.number) }
        }
        #expect(seen.events.map(\.number) == [1, 2, 3])
        #expect(seen.events.map(\.maxAttempts) == [3, 3, 3])
        #expect(seen.events.map(\.isFirst) == [true, false, false])
        #expect(seen.events.map(\.isLast) == [false, false, true])
        #expect(seen.events.allSatisfy { $0.remaining == nil })
    }

    @Test func aSingleAttemptIsFirstAndLast() async throws {
        let attempt = try await retry(policy: .once) { $0 }
        #expect(attempt.isFirst && attempt.isLast)
    }

    @Test func theTimeLeftShrinksTowardsTheDeadline() async throws {
        let clock = ManualClock(autoAdvance: true)
        let policy = RetryPolicy.every(.seconds(2), 3).deadline(.seconds(10))
        let remaining = Log<Duration?>()
        let script = FaultScript<Int>(.fail(Fault(1), after: .seconds(1)), .fail(Fault(2)), .succeed(42)).on(clock)
        let value = try await retry(RetryPipeline(policy: policy).clock(clock.retryClock)) { attempt in
            remaining.add(attempt.remaining)
            return try await script()
        }
        #expect(value == 42)
        // 1 s in the first attempt, and 2 s before each of the others.
        #expect(remaining.events == [.seconds(10), .seconds(7), .seconds(5)])
    }

    @Test func theTimeLeftIsThatOfTheAttemptIfItEndsFirst() throws {
        let policy = RetryPolicy.every(.seconds(3), 3).attemptTimeout(.seconds(4)).deadline(.seconds(9))
        let clock = ManualClock()
        let remaining = Log<Duration?>()
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            try await retry(RetryPipeline(policy: policy).clock(clock.retryClock)) { attempt in
                remaining.add(attempt.remaining)
                if !attempt.isLast { throw Fault(attempt.number) }
            }
        }
        // The deadline is 9 s, then 6 s, then 3 s away.
        #expect(remaining.events == [.seconds(4), .seconds(4), .seconds(3)])
    }

    @Test func aDeadlineThatInterruptsIsTimeLeftToo() throws {
        let clock = ManualClock()
        let remaining = try DeterministicExecutor.run(seed: 1, clock: clock) {
            let policy = RetryPolicy.every(.seconds(3), 2).deadline(.seconds(9), .interrupt)
            return try await retry(RetryPipeline(policy: policy).clock(clock.retryClock)) { attempt in
                if attempt.isFirst { throw Fault(1) }
                return attempt.remaining
            }
        }
        #expect(remaining == .seconds(6))
    }

    @Test func theLastAttemptAtATruncatedDeadlineHasNoLimit() async throws {
        let clock = ManualClock(autoAdvance: true)
        let policy = RetryPolicy.every(.seconds(60), 9).deadline(.seconds(10), .truncate)
        let remaining = Log<Duration?>()
        await #expect(throws: Fault(2)) {
            try await retry(RetryPipeline(policy: policy).clock(clock.retryClock)) { attempt in
                remaining.add(attempt.remaining)
                throw Fault(attempt.number)
            }
        }
        #expect(remaining.events == [.seconds(10), nil])
        #expect(clock.sleeps == [.seconds(10)])
    }

    @Test func theClockIsTheCallsOwn() async throws {
        // A clock that has run for an hour before the call: only what passes in the call counts.
        let clock = ManualClock(now: .init(.seconds(3_600)))
        let policy = RetryPolicy.immediate(1).deadline(.seconds(10))
        let remaining = try await retry(RetryPipeline(policy: policy).clock(clock.retryClock)) { $0.remaining }
        #expect(remaining == .seconds(10))
    }
}
