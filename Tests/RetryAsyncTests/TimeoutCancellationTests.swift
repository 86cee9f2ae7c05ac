import RetryAsync
import RetryTesting
import Testing

/// The caller's cancellation and the library's own are told apart.
@Suite("Cancellation under a time limit", .timeLimit(.minutes(20)))
struct TimeoutCancellationTests {
    /// Both kinds of limit, each a second long.
    static let policies = [
        RetryPolicy.immediate(9).attemptTimeout(.seconds(1)), .immediate(9).deadline(.seconds(1), .interrupt),
    ]

    private let clock = ManualClock()
    private let recorder = RecordingRetryObserver()

    /// Runs a call that is cancelled at a time.
    private func run<Value: Sendable>(
        _ policy: RetryPolicy, cancelledAt time: Duration, _ operation: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            let task = Task(executorPreference: DeterministicExecutor.current) {
                try await retry(
                    RetryPipeline(policy: policy).observer(recorder.observer).clock(clock.retryClock),
                    operation: operation)
            }
            try await clock.sleep(for: time)
            task.cancel()
            return try await task.value
        }
    }

    @Test(arguments: policies)
    func inTimeTheCancellationIsTheCallers(policy: RetryPolicy) {
        #expect(throws: CancellationError.self) {
            try run(policy, cancelledAt: .milliseconds(500)) { try await clock.sleep(for: .seconds(60)) }
        }
        #expect(clock.elapsed == .milliseconds(500))
        #expect(clock.sleeperCount == 0)
        #expect(recorder.codes == ["attempt", "cancelled"])
        #expect(recorder.events.last?.errorType == "CancellationError")
    }

    @Test(arguments: policies)
    func whateverTheOperationMakesOfIt(policy: RetryPolicy) {
        #expect(throws: CancellationError.self) {
            try run(policy, cancelledAt: .milliseconds(500)) {
                do { try await clock.sleep(for: .seconds(60)) } catch { throw Fault(1) }
            }
        }
        #expect(recorder.codes == ["attempt", "cancelled"])
    }

    @Test(arguments: policies)
    func afterTheTimeoutTheCallersCancellationStillWins(policy: RetryPolicy) {
        #expect(throws: CancellationError.self) {
            try run(policy, cancelledAt: .seconds(5)) {
                await clock.sleepDeaf(for: .seconds(10))
                throw Fault(1)
            }
        }
        #expect(clock.elapsed == .seconds(10))
        #expect(recorder.codes == ["attempt", "cancelled"])
        #expect(recorder.events.last?.errorType == "Fault", "what the operation made of it, and no timeout")
    }

    @Test(arguments: policies)
    func aValueCountsEvenIfBothHaveCancelledTheAttempt(policy: RetryPolicy) throws {
        let value = try run(policy, cancelledAt: .seconds(5)) {
            await clock.sleepDeaf(for: .seconds(10))
            return 42
        }
        #expect(value == 42)
        #expect(recorder.codes == ["attempt", "success"])
    }

    @Test(arguments: policies)
    func aCancellationThatTheOperationThrowsInTimeIsOne(policy: RetryPolicy) {
        #expect(throws: CancellationError.self) {
            try run(policy, cancelledAt: .seconds(5)) {
                try await clock.sleep(for: .milliseconds(500))
                throw CancellationError()
            }
        }
        #expect(recorder.codes == ["attempt", "cancelled"])
    }

    @Test func aCancellationThatTheOperationThrowsAfterItsTimeIsTheTimeout() throws {
        let attempts = Log<Int>()
        let value = try run(Self.policies[0], cancelledAt: .seconds(50)) {
            attempts.add(1)
            if attempts.count == 1 { try await clock.sleep(for: .seconds(60)) }
            return attempts.count
        }
        #expect(value == 2)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
    }

    @Test func theWaitAfterATimeoutEndsAtOnceToo() {
        let policy = RetryPolicy.every(.seconds(60), 9).attemptTimeout(.seconds(1))
        #expect(throws: CancellationError.self) {
            try run(policy, cancelledAt: .seconds(5)) { try await clock.sleep(for: .seconds(60)) }
        }
        #expect(clock.elapsed == .seconds(5))
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test(arguments: policies)
    func aCallThatIsCancelledBeforehandRunsOnceAndLeavesNoTimer(policy: RetryPolicy) async {
        let attempts = Log<Bool>()
        let task = Task {
            cancelThisTask()
            try await retry(RetryPipeline(policy: policy).clock(clock.retryClock)) {
                attempts.add(Task.isCancelled)
                throw Fault(1)
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(attempts.events == [true])
        #expect(clock.sleeperCount == 0)
    }
}
