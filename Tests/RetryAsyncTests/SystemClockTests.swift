import RetryAsync
import RetryTesting
import Testing

/// Calls without a clock of their own; nothing here waits for longer than a moment.
@Suite("The system's clock", .timeLimit(.minutes(20)))
struct SystemClockTests {
    @Test func waitsOfANanosecond() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
        let outcome = await RetryPipeline(policy: .every(.nanoseconds(1), 3)).outcome { try await script() }
        #expect(outcome.value == 42)
        #expect(outcome.timeline.map(\.delay) == [.nanoseconds(1), .nanoseconds(1), nil])
        #expect(outcome.elapsed >= .nanoseconds(2))
        #expect(outcome.timeline.allSatisfy { $0.elapsed <= outcome.elapsed })
    }

    @Test func aWaitThatIsCancelledBeforeItBeginsEndsAtOnce() async {
        // Were the cancellation not seen, this would take an hour.
        let task = Task {
            try await retry(policy: .every(.seconds(3_600), 2), onRetry: { _ in cancelThisTask() }) {
                throw Fault(1)
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func theLongestWaitIsNoTrapAndCanBeCancelled() async {
        let (failed, failure) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await retry(
                policy: .every(.seconds(Int64.max), 2), onRetry: { _ in failure.finish() }
            ) { throw Fault(1) }
        }
        for await _ in failed {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aTimerOfAnHourIsGoneWithTheAttempt() async throws {
        let policy = RetryPolicy.immediate(3).attemptTimeout(.seconds(3_600)).deadline(.seconds(7_200), .interrupt)
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
        #expect(try await retry(policy: policy) { try await script() } == 42)
    }

    @Test func aTimerOfANanosecondEndsTheAttempt() async {
        let never = ManualClock()
        await #expect(throws: AttemptTimeoutError(timeout: .nanoseconds(1))) {
            try await retry(policy: .immediate(3).attemptTimeout(.nanoseconds(1))) {
                try await never.sleep(for: .seconds(1))
            }
        }
        await #expect(throws: DeadlineExceededError(deadline: .nanoseconds(1))) {
            try await retry(policy: .immediate(3).deadline(.nanoseconds(1), .interrupt)) {
                try await never.sleep(for: .seconds(1))
            }
        }
        #expect(never.sleeperCount == 0)
    }

    @Test(arguments: [DeadlineBehavior.stop, .truncate, .interrupt])
    func theTimeLeftIsMeasured(behavior: DeadlineBehavior) async throws {
        let policy = RetryPolicy.immediate(2).deadline(.seconds(3_600), behavior)
        let remaining = Log<Duration>()
        try await retry(policy: policy) { attempt in
            remaining.add(try #require(attempt.remaining))
            if attempt.isFirst { throw Fault(1) }
        }
        #expect(remaining.events.count == 2)
        #expect(remaining.events.allSatisfy { $0 > .zero && $0 <= .seconds(3_600) })
        #expect(remaining.events.sorted(by: >) == remaining.events)
    }

    @Test func aDeadlineThatLiesBehindEndsTheCall() async {
        // The first failure comes more than a nanosecond after the call began, or the wait does not fit.
        let script = FaultScript<Int>(.forever(.fail(Fault(1))))
        let executor = RetryPipeline(policy: .every(.milliseconds(1), 9).deadline(.nanoseconds(1)))
        let outcome = await executor.outcome { try await script() }
        #expect(outcome.stopReason == .deadlineExceeded)
        #expect(outcome.attempts == 1)
    }
}
