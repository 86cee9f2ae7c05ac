import RetryAsync
import RetryTesting
import Testing

/// The surroundings of a call that are not what they should be.
@Suite("A driver", .timeLimit(.minutes(20)))
struct DriverTests {
    /// A clock whose sleep throws in place of waiting.
    private struct BrokenClock: Clock {
        struct Stopped: Error {}

        let error: any Error
        let base = ManualClock()

        var now: ManualClock.Instant { base.now }
        var minimumResolution: Duration { base.minimumResolution }

        func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
            throw error
        }
    }

    @Test(
        "ends the call with the service's error where its clock cannot wait",
        arguments: [BrokenClock.Stopped(), CancellationError()] as [any Error])
    func brokenClock(_ error: any Error) async throws {
        let clock = RetryClock(BrokenClock(error: error))
        let recorder = RecordingRetryObserver()
        let policy = RetryPolicy.every(.seconds(1), 3)
        await #expect(throws: Fault(1)) {
            try await retry(RetryPipeline(policy: policy).observer(recorder.observer).clock(clock)) { throw Fault(1) }
        }
        await #expect(throws: Fault(1)) {
            try await retry(RetryPipeline(policy: policy).clock(clock)) { throw Fault(1) }
        }
        #expect(recorder.codes == ["attempt", "retry", "wait_failed"])
        let context = try RetryContext(RetryPipeline(policy: policy).clock(clock))
        try await context.next()
        context.failed(Fault(2))
        await #expect(throws: Fault(2)) { try await context.next() }
        #expect(context.stopReason == .waitFailed)
    }

    @Test("gives back what the budget lent where its clock cannot wait")
    func brokenClockAndBudget() async throws {
        let budget = RetryBudget(.limit(5, per: .seconds(60)), clock: ManualClock().retryClock)
        await #expect(throws: Fault(1)) {
            try await retry(
                RetryPipeline(policy: .every(.seconds(1), 3))
                    .budget(budget)
                    .clock(RetryClock(BrokenClock(error: BrokenClock.Stopped())))
            ) { throw Fault(1) }
        }
        #expect(budget.snapshot().balance == 5)
    }

    @Test(
        "runs an operation without a limit where its clock cannot measure one",
        arguments: [
            RetryPolicy.immediate(1).attemptTimeout(.seconds(1)), .immediate(1).deadline(.seconds(1), .interrupt),
        ])
    func brokenTimer(_ policy: RetryPolicy) async throws {
        let clock = RetryClock(BrokenClock(error: BrokenClock.Stopped()))
        let value = try await retry(RetryPipeline(policy: policy).clock(clock)) {
            for _ in 0..<100 { await Task.yield() }
            try Task.checkCancellation()
            return 42
        }
        #expect(value == 42)
        await #expect(throws: Fault(1)) {
            try await retry(RetryPipeline(policy: policy).clock(clock)) {
                for _ in 0..<100 { await Task.yield() }
                throw Task.isCancelled ? Fault(2) : Fault(1)
            }
        }
    }

    @MainActor
    @Test("lets other tasks of its actor run between attempts without a wait", arguments: [true, false])
    func yields(isObserved: Bool) async {
        let others = Log<Int>()
        let attempts = Log<Int>()
        let other = Task { @MainActor in others.add(attempts.count) }
        let recorder = RecordingRetryObserver()
        await #expect(throws: Fault(1)) {
            try await retry(RetryPipeline(policy: .immediate(1_000)).observer(isObserved ? recorder.observer : nil)) {
                attempts.add(1)
                throw Fault(1)
            }
        }
        await other.value
        #expect(others.events == [8])
        #expect(attempts.count == 1_000)
    }

    @MainActor
    @Test("lets other tasks of its actor run in a manual loop without waits")
    func manualLoopYields() async throws {
        let others = Log<Int>()
        let context = try RetryContext(policy: .immediate(1_000))
        let other = Task { @MainActor in others.add(context.currentAttempt) }
        await #expect(throws: Fault(1)) {
            while true {
                try await context.next()
                context.failed(Fault(1))
            }
        }
        await other.value
        #expect(others.events == [8])
    }

    @MainActor
    @Test("lets other tasks of its actor run while a sequence is resumed without waits")
    func sequenceYields() async throws {
        let others = Log<Int>()
        let made = Log<Int>()
        let other = Task { @MainActor in others.add(made.count) }
        let sequence = RetryingSequence(
            RetryPipeline(policy: .immediate(3)), position: { element, _ in element }, restartsAttempts: true,
            make: { (place: Int?) in
                made.add(place ?? 0)
                return OneAndFail(element: (place ?? 0) + 1)
            })
        var iterator = sequence.makeAsyncIterator()
        for _ in 0..<100 { _ = try await iterator.next(isolation: MainActor.shared) }
        await other.value
        #expect(others.events == [8])
    }

    /// Gives one element without suspending, and then fails.
    private struct OneAndFail: AsyncSequence, AsyncIteratorProtocol {
        let element: Int
        var isOver = false

        func makeAsyncIterator() -> OneAndFail { self }

        mutating func next() async throws -> Int? { try await next(isolation: #isolation) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> Int? {
            if isOver { throw Fault(1) }
            isOver = true
            return element
        }
    }

    @Test("reads the start of a call precisely where its deadline is short")
    func shortDeadline() {
        let short = RetryPolicy.immediate(2).deadline(.milliseconds(5))
        for _ in 0..<10_000 {
            let before = RetryClock.system.nanoseconds
            #expect((RetryPipeline(policy: short).callStart.time ?? 0) >= before)
        }
    }

    @Test("keeps the first and the last attempts of a long call, and counts all of them")
    func timeline() async {
        let executor = RetryPipeline(policy: .immediate(10_000))
        let outcome = await executor.outcome { throw Fault(1) }
        #expect(outcome.attempts == 10_000)
        #expect(outcome.timeline.map(\.attempt) == Array(1...64) + Array(9_553...10_000))
        let short = await RetryPipeline(policy: .immediate(512)).outcome { throw Fault(1) }
        #expect(short.timeline.map(\.attempt) == Array(1...512))
        let one = await RetryPipeline(policy: .immediate(513)).outcome { throw Fault(1) }
        #expect(one.timeline.map(\.attempt) == Array(1...64) + Array(66...513))
    }
}
