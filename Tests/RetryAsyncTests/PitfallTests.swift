import RetryAsync
import RetryTesting
import Testing

/// Faults that retry loops are known for, one test each.
///
/// The suites on cancellation, timeouts, waits and isolation say more about theirs.
@Suite("Pitfalls", .timeLimit(.minutes(20)))
struct PitfallTests {
    private let clock = ManualClock(autoAdvance: true)
    private let recorder = RecordingRetryObserver()

    /// Fails in every attempt, and returns the number of attempts.
    private func attempts(
        _ policy: RetryPolicy, failingWith error: any Error = Fault(1), retryOn condition: RetryCondition? = nil,
        random: RetryRandomSource? = nil
    ) async -> Int {
        let script = FaultScript<Int>(.forever(.fail(error)))
        _ = try? await retry(
            RetryPipeline(policy: policy)
                .retryOn(condition)
                .observer(recorder.observer)
                .clock(clock.retryClock)
                .random(random)
        ) { try await script() }
        return script.calls
    }

    // MARK: Cancellation

    @Test func aCancellationThatTheOperationThrowsIsNotRetried() async {
        #expect(await attempts(.immediate(9), failingWith: CancellationError()) == 1)
    }

    @Test func retryingAllButSomeErrorsDoesNotRetryCancellations() async {
        let condition = RetryCondition.where { !($0 is Fault) }
        #expect(await attempts(.immediate(9), failingWith: CancellationError(), retryOn: condition) == 1)
    }

    @Test func aCancellationIsNotMaskedByAnEarlierError() async {
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(CancellationError()))
        await #expect(throws: CancellationError.self) {
            try await retry(policy: .immediate(9)) { try await script() }
        }
    }

    @Test func aCancelledWaitIsNotSleptToItsEnd() async {
        let clock = ManualClock()
        let task = Task {
            try await retry(RetryPipeline(policy: .every(.seconds(60), 2)).clock(clock.retryClock)) { throw Fault(1) }
        }
        await clock.waitForSleepers()
        task.cancel()
        _ = await task.result
        #expect(clock.elapsed == .zero)
    }

    @Test func aCancelledWaitIsFollowedByNoAttempt() async {
        let clock = ManualClock()
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        let task = Task {
            try await retry(RetryPipeline(policy: .every(.seconds(60), 2)).clock(clock.retryClock)) {
                try await script()
            }
        }
        await clock.waitForSleepers()
        task.cancel()
        _ = await task.result
        #expect(script.calls == 1)
    }

    @Test func anInnerTimeoutDoesNotHideThatTheCallerCancelled() async {
        let clock = ManualClock()
        let timed = RetryPolicy.immediate(9).attemptTimeout(.seconds(1))
        let script = FaultScript<Int>(.forever(.succeed(1, after: .seconds(60)))).on(clock)
        let task = Task {
            try await retry(RetryPipeline(policy: timed.attemptTimeout(.seconds(5))).clock(clock.retryClock)) {
                try await retry(RetryPipeline(policy: timed).clock(clock.retryClock)) { try await script() }
            }
        }
        await clock.waitForSleepers(3)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(script.calls == 1)
    }

    // MARK: Attempts

    @Test func theFirstAttemptCounts() async {
        #expect(await attempts(.immediate(3)) == 3)
    }

    @Test func aHintUsesUpNoAttempt() async {
        let hinted = Fault(1, .rateLimit(after: .milliseconds(200)))
        #expect(await attempts(.immediate(4).hints(.exact()), failingWith: hinted) == 4)
        #expect(clock.sleeps == Array(repeating: .milliseconds(200), count: 3))
    }

    @Test func theLastFailureIsFollowedByNoWaitAndNoRetryEvent() async {
        _ = await attempts(.every(.seconds(1), 2))
        #expect(clock.sleeps == [.seconds(1)])
        #expect(recorder.codes == ["attempt", "retry", "attempt", "max_attempts_exceeded"])
    }

    // MARK: Deadlines

    @Test func theDeadlineIsNoticedBeforeTheWait() async {
        #expect(await attempts(.every(.seconds(1), 9).deadline(.milliseconds(200))) == 1)
        #expect(clock.sleeps == [])
        #expect(recorder.stopReasons == [.deadlineExceeded])
    }

    @Test func theDeadlineIsNotOvershotByAWait() async {
        let backoff = Backoff.exponential(initial: .seconds(1), cap: .seconds(60), jitter: .none)
        #expect(await attempts(RetryPolicy(maxAttempts: 9, backoff: backoff, deadline: .seconds(10))) == 4)
        #expect(clock.sleeps == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test(arguments: [DeadlineBehavior.stop, .truncate, .interrupt])
    func aHintBeyondTheDeadlineIsNotCut(behavior: DeadlineBehavior) async throws {
        // Not moving by itself: the timer of an interrupting deadline is a sleep too.
        let clock = ManualClock()
        let script = FaultScript<Int>(.forever(.fail(Fault(1, .rateLimit(after: .seconds(60))))))
        await #expect(throws: Fault.self) {
            try await retry(
                RetryPipeline(policy: .immediate(9).deadline(.seconds(10), behavior))
                    .observer(recorder.observer)
                    .clock(clock.retryClock)
            ) { try await script() }
        }
        #expect(script.calls == 1)
        #expect(clock.elapsed == .zero)
        #expect(recorder.stopReasons == [.deadlineExceeded])
    }

    // MARK: Numbers

    @Test(arguments: [2, 1_000, 1e300])
    func anExponentTooLargeIsNoTrapAndNoWaitForEver(factor: Double) async {
        let backoff = Backoff.exponential(initial: .seconds(1), factor: factor, cap: .seconds(60), jitter: .none)
        #expect(await attempts(RetryPolicy(maxAttempts: 1_100, backoff: backoff)) == 1_100)
        #expect(clock.sleeps.count == 1_099)
        #expect(clock.sleeps.allSatisfy { $0 > .zero && $0 <= .seconds(60) })
    }

    @Test func aBackoffWithoutACapIsNoTrap() async {
        let backoff = Backoff.exponential(initial: .seconds(1), cap: .seconds(Int64.max), jitter: .none)
        #expect(await attempts(RetryPolicy(maxAttempts: 100, backoff: backoff)) == 100)
        #expect(clock.sleeps.last == .nanoseconds(Int64.max))
    }

    @Test(arguments: [Int64.max, -1, Int64.min])
    func aHugeOrNegativeHintIsNoTrap(seconds: Int64) async {
        let hinted = Fault(1, .rateLimit(after: .seconds(seconds)))
        #expect(await attempts(.immediate(2).hints(.obey(atMost: .seconds(Int64.max))), failingWith: hinted) == 2)
        #expect(clock.sleeps == (seconds > 0 ? [.nanoseconds(Int64.max)] : []))
    }

    @Test func aHostileHintDoesNotParkTheCaller() async {
        let hinted = Fault(1, .rateLimit(after: .seconds(86_400)))
        #expect(await attempts(.immediate(2), failingWith: hinted) == 1)
        #expect(clock.sleeps == [])
        let cut = RetryPolicy.immediate(2).hints(.exact(beyond: .cut))
        #expect(await attempts(cut, failingWith: hinted) == 2)
        #expect(clock.sleeps == [.seconds(300)])
    }

    @Test func aHintOfZeroIsNotTheLongestWait() async {
        _ = await attempts(.every(.seconds(1), 2), failingWith: Fault(1, .rateLimit(after: .zero)))
        #expect(clock.sleeps == [.seconds(1)])
    }

    @Test(arguments: [Jitter.full, .equal, .decorrelated, .proportional(1), .additive(.seconds(60))])
    func jitterDoesNotPassTheCap(jitter: Jitter) async {
        let backoff = Backoff.exponential(initial: .seconds(1), cap: .seconds(10), jitter: jitter)
        let highest = RetryRandomSource(ScriptedGenerator(fractions: [1]))
        #expect(await attempts(RetryPolicy(maxAttempts: 20, backoff: backoff), random: highest) == 20)
        #expect(clock.sleeps.max() == .seconds(10))
    }

    // MARK: Cost

    @Test func aWaitOfZeroIsNoSleep() async {
        #expect(await attempts(.immediate(9)) == 9)
        #expect(clock.sleeps == [])
    }
}
