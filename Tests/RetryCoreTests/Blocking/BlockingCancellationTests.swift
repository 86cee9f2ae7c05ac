import RetryCore
import RetryTesting
import Testing

@Suite("Cancellation of a blocking call", .timeLimit(.minutes(20)))
struct BlockingCancellationTests {
    /// Cancels the task that runs.
    private static func cancelTask() {
        withUnsafeCurrentTask { $0?.cancel() }
    }

    /// Expects that the call ended by a cancellation after these events.
    private static func expectCancelled(
        _ result: Result<String, any Error>, _ harness: BlockingHarness, _ codes: [String],
        with error: any Error = CancellationError()
    ) {
        #expect(result.failure.map { type(of: $0) == type(of: error) } == true)
        #expect(harness.codes == codes)
        #expect(harness.recorder.stopReasons == [.cancelled])
    }

    @Test("before the call lets the first attempt run, and no other")
    func before() {
        let harness = BlockingHarness()
        harness.token.cancel()
        Self.expectCancelled(harness.run([TransientError()]), harness, ["attempt", "cancelled"])
        #expect(harness.sleeps.isEmpty)
        #expect(harness.classified.withLock(\.isEmpty))
        #expect(harness.retries.withLock(\.isEmpty))
        #expect(harness.random.draws == 0)
    }

    @Test("does not undo a success")
    func success() throws {
        let harness = BlockingHarness()
        harness.token.cancel()
        #expect(try harness.run([]).get() == "done")
        #expect(harness.codes == ["attempt", "success"])
    }

    @Test("during an attempt ends the call with it, and hides its error")
    func duringAnAttempt() {
        let harness = BlockingHarness()
        let result = Result {
            try harness.executor().execute { () -> String in
                harness.token.cancel()
                throw PermanentError()
            }
        }
        Self.expectCancelled(result, harness, ["attempt", "cancelled"])
        #expect(harness.recorder.events.last?.errorType == "PermanentError")
    }

    @Test("just before a wait leaves the wait out")
    func beforeTheWait() {
        let harness = BlockingHarness()
        let result = Result {
            try harness.executor(onRetry: { harness.token.cancel() }).execute { () -> String in throw TransientError() }
        }
        Self.expectCancelled(result, harness, ["attempt", "retry", "cancelled"])
        #expect(harness.sleeps.isEmpty)
    }

    @Test("during a wait ends it, and no attempt follows")
    func duringAWait() {
        let token = RetryCancellationToken()
        let harness = BlockingHarness(token: token) { sleep in
            if sleep == 2 { token.cancel() }
        }
        let result = harness.run([TransientError(), TransientError(), TransientError()])
        Self.expectCancelled(result, harness, ["attempt", "retry", "attempt", "retry", "cancelled"])
        #expect(harness.sleeps == [.seconds(1), .seconds(2)])
        #expect(harness.clock.now == ManualClock.Instant(.seconds(1)))
    }

    @Test("is seen where there is no wait")
    func withoutAWait() {
        let harness = BlockingHarness(RetryPolicy(maxAttempts: 3, backoff: .none))
        let result = Result {
            try harness.executor(onRetry: { harness.token.cancel() }).execute { () -> String in throw TransientError() }
        }
        Self.expectCancelled(result, harness, ["attempt", "retry", "cancelled"])
    }

    @Test("comes before a deadline that passed in the same wait")
    func beforeTheDeadline() {
        let token = RetryCancellationToken()
        let clock = ManualClock()
        let recorder = RecordingRetryObserver()
        #expect(throws: CancellationError.self) {
            try retryBlocking(
                RetryPipeline(
                    policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)), deadline: .seconds(10))
                )
                .observer(recorder.observer)
                .sleeper(
                    RetrySleeper { _, _ in
                        clock.advance(by: .seconds(60))
                        token.cancel()
                    }
                )
                .cancellation(token)
                .clock(RetryClock(clock))
            ) { throw TransientError() }
        }
        #expect(recorder.stopReasons == [.cancelled])
    }

    @Test("of the task around the call is seen after an attempt")
    func taskDuringAnAttempt() async {
        let harness = BlockingHarness()
        let result = await Task {
            Result {
                try harness.executor().execute { () -> String in
                    Self.cancelTask()
                    throw TransientError()
                }
            }
        }.value
        Self.expectCancelled(result, harness, ["attempt", "cancelled"])
    }

    @Test("of the task around the call is seen after a wait")
    func taskDuringAWait() async {
        let harness = BlockingHarness(duringSleep: { _ in Self.cancelTask() })
        let result = await Task { harness.run([TransientError(), TransientError()]) }.value
        Self.expectCancelled(result, harness, ["attempt", "retry", "cancelled"])
        #expect(harness.sleeps == [.seconds(1)])
    }

    @Test(
        "by an error of the operation is not retried, and the caller gets that error",
        arguments: [
            CancellationError(), EnvelopeError(wrappedError: CancellationError()),
            MaybeCancelledError(isCancellation: true),
            EnvelopeError(wrappedError: MaybeCancelledError(isCancellation: true)),
        ] as [any Error])
    func byAnError(_ error: any Error) {
        let harness = BlockingHarness()
        let everything = RetryCondition.where { _ in
            Issue.record("A condition is not asked about a cancellation.")
            return true
        }
        Self.expectCancelled(harness.run([error], retryOn: everything), harness, ["attempt", "cancelled"], with: error)
    }

    @Test("is not what an error means that only could mean it")
    func noCancellation() {
        let harness = BlockingHarness(.once)
        #expect(harness.run([MaybeCancelledError(isCancellation: false)]).failure is MaybeCancelledError)
        #expect(harness.codes == ["attempt", "max_attempts_exceeded"])
    }

    @Test("hides a rejected value")
    func rejectedValue() {
        let harness = BlockingHarness()
        harness.token.cancel()
        let result = Result {
            try harness.executor().execute { (_: borrowing String) in
                .transient
            } operation: {
                "rejected"
            }
        }
        Self.expectCancelled(result, harness, ["attempt", "cancelled"])
    }
}
