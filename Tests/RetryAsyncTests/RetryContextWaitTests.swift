import RetryAsync
import RetryTesting
import Testing

/// The wait of a manual loop, in asynchronous code.
@Suite("RetryContext.wait", .timeLimit(.minutes(20)))
struct RetryContextWaitTests {
    private let clock = ManualClock()
    private let recorder = RecordingRetryObserver()

    private func makeContext(
        _ policy: RetryPolicy, clock: ManualClock? = nil, cancellation: RetryCancellationToken? = nil
    ) throws -> RetryContext {
        try RetryContext(
            RetryPipeline(policy: policy)
                .observer(recorder.observer)
                .cancellation(cancellation)
                .clock((clock ?? self.clock).retryClock))
    }

    @Test func aLoopWaitsByTheClockBetweenItsRounds() async throws {
        let clock = ManualClock(autoAdvance: true)
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(42))
        let context = try makeContext(.every(.seconds(60), 5), clock: clock)
        var value: Int?
        while value == nil {
            try await context.next()
            do {
                value = context.succeeded(try await script())
            } catch {
                context.failed(error)
            }
        }
        #expect(value == 42)
        #expect(clock.sleeps == [.seconds(60), .seconds(60)])
        #expect(recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test func aWaitOfZeroDoesNotSleep() async throws {
        let context = try makeContext(.immediate(3))
        await #expect(throws: Fault.self) {
            while true {
                try await context.next()
                context.failed(Fault(1))
            }
        }
        #expect(clock.sleeps == [])
        #expect(context.stopReason == .attemptsExhausted)
        #expect(context.currentAttempt == 3)
    }

    @Test func nothingIsWaitedForWhereNoRetryFollows() async throws {
        let context = try makeContext(.every(.seconds(60), 1))
        try await context.wait()
        try await context.next()
        try await context.wait()
        context.recordFailure(Fault(1))
        #expect(!context.shouldRetry)
        try await context.wait()
        #expect(clock.sleeps == [])
        #expect(recorder.codes == ["attempt", "max_attempts_exceeded"])
    }

    @Test func waitingTwiceIsWaitingOnce() async throws {
        let clock = ManualClock(autoAdvance: true)
        let context = try makeContext(.every(.seconds(60), 3), clock: clock)
        try await context.next()
        context.recordFailure(Fault(1))
        try await context.wait()
        try await context.wait()
        #expect(clock.sleeps == [.seconds(60)])
        #expect(try await context.next().number == 2)
    }

    @Test func aDeadlineThatPassesMeanwhileEndsTheLoop() async throws {
        let context = try makeContext(.every(.seconds(60), 3).deadline(.seconds(100)))
        try await context.next()
        context.recordFailure(Fault(1))
        let clock = clock
        let time = Task {
            await clock.waitForSleepers()
            clock.advance(by: .seconds(100))
        }
        await #expect(throws: Fault.self) { try await context.next() }
        await time.value
        #expect(context.stopReason == .deadlineExceeded)
        #expect(recorder.codes == ["attempt", "retry", "deadline_exceeded"])
    }

    @MainActor @Test func theCallersActorIsKept() async throws {
        let clock = clock
        let context = try makeContext(.every(.seconds(60), 3))
        try await context.next()
        context.recordFailure(Fault(1))
        let time = Task.detached {
            await clock.waitForSleepers()
            clock.advance(by: .seconds(60))
        }
        try await context.wait()
        MainActor.assertIsolated()
        await time.value
    }
}

// MARK: - Cancellation

extension RetryContextWaitTests {
    @Test func aWaitOfAMinuteEndsAtOnce() async {
        let task = Task {
            let context = try makeContext(.every(.seconds(60), 3))
            try await context.next()
            context.recordFailure(Fault(1))
            await #expect(throws: CancellationError.self) { try await context.wait() }
            await #expect(throws: CancellationError.self) { try await context.next() }
            #expect(context.stopReason == .cancelled)
            await #expect(throws: CancellationError.self, "it stays cancelled") { try await context.wait() }
        }
        await clock.waitForSleepers()
        task.cancel()
        _ = await task.result
        #expect(clock.elapsed == .zero)
        #expect(clock.sleeperCount == 0)
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test func aWaitOfZeroSeesTheCancellation() async {
        let task = Task {
            let context = try makeContext(.immediate(3))
            try await context.next()
            context.recordFailure(Fault(1))
            cancelThisTask()
            try await context.wait()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test func aFailureInACancelledTaskIsTheEnd() async {
        let task = Task {
            let context = try makeContext(.immediate(3))
            try await context.next()
            cancelThisTask()
            context.recordFailure(Fault(1))
            #expect(!context.shouldRetry)
            try await context.wait()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(recorder.codes == ["attempt", "cancelled"])
    }

    @Test func aTokenThatWasCancelledEndsTheWaitBeforeItBegins() async throws {
        let token = RetryCancellationToken()
        let clock = ManualClock(autoAdvance: true)
        let context = try makeContext(.every(.seconds(60), 3), clock: clock, cancellation: token)
        try await context.next()
        context.recordFailure(Fault(1))
        token.cancel()
        await #expect(throws: CancellationError.self) { try await context.wait() }
        #expect(clock.sleeps == [])
        await #expect(throws: CancellationError.self) { try await context.next() }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }
}
