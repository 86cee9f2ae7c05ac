import RetryAsync
import RetryTesting
import Testing

/// The one topic of the AWS retry utilities' own tests that needs the asynchronous driver, on the numbers that they
/// have; the others are a suite of the same name beside the blocking driver.
@Suite("The topics of the AWS utilities", .timeLimit(.minutes(20)))
struct SeedTopicsTests {
    private static let policy = RetryPolicy(
        maxAttempts: 3, backoff: .exponential(initial: .seconds(1), cap: .seconds(60), jitter: .none))

    private let clock = ManualClock(autoAdvance: true)
    private let recorder = RecordingRetryObserver()

    /// Runs an operation that throws so many errors and then returns.
    private func run(failures: Int, onRetry: (@Sendable (RetryNotice) -> Void)? = nil) async throws -> String {
        let errors = (0..<failures).map { FaultScript<String>.Step.fail(TransientError("Error \($0 + 1)")) }
        let operation = FaultScript(steps: errors + [.succeed("ok")], clock: clock)
        return try await retry(
            RetryPipeline(policy: Self.policy).observer(recorder.observer).onRetry(onRetry).clock(RetryClock(clock))
        ) {
            try await operation()
        }
    }

    @Test("async retry behavior")
    func asyncRetryBehavior() async throws {
        #expect(try await run(failures: 0) == "ok")
        #expect(clock.sleeps.isEmpty)
        #expect(try await run(failures: 2) == "ok")
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
        #expect(recorder.codes.suffix(6) == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test("async retry behavior: the last error, and the callbacks before it")
    func asyncExhaustion() async {
        let told = Locked<[Int]>([])
        let error = await #expect(throws: TransientError.self) {
            try await run(failures: 10) { notice in told.withLock { $0.append(notice.attempt) } }
        }
        #expect(error?.description == "Error 3")
        #expect(told.withLock { $0 } == [1, 2])
        #expect(clock.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("async retry behavior: cancelled in the midst of a wait")
    func asyncCancellation() async {
        let clock = ManualClock()
        let operation = FaultScript<String>(.forever(.fail(TransientError())))
        let call = Task {
            try await retry(RetryPipeline(policy: Self.policy).clock(RetryClock(clock))) { try await operation() }
        }
        await clock.waitForSleepers()
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(operation.calls == 1)
    }
}
