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
        _ result: Result<String, any Error>, _ scene: BlockingScene, _ codes: [String],
        with error: any Error = CancellationError()
    ) {
        #expect(result.failure.map { type(of: $0) == type(of: error) } == true)
        #expect(scene.codes == codes)
        #expect(scene.recorder.stopReasons == [.cancelled])
    }

    @Test("before the call lets the first attempt run, and no other")
    func before() {
        let scene = BlockingScene()
        scene.token.cancel()
        Self.expectCancelled(scene.run([TransientError()]), scene, ["attempt", "cancelled"])
        #expect(scene.sleeps.isEmpty)
        #expect(scene.classified.withLock(\.isEmpty))
        #expect(scene.retries.withLock(\.isEmpty))
        #expect(scene.random.draws == 0)
    }

    @Test("does not undo a success")
    func success() throws {
        let scene = BlockingScene()
        scene.token.cancel()
        #expect(try scene.run([]).get() == "done")
        #expect(scene.codes == ["attempt", "success"])
    }

    @Test("during an attempt ends the call with it, and hides its error")
    func duringAnAttempt() {
        let scene = BlockingScene()
        let result = Result {
            try scene.executor().execute { () -> String in
                scene.token.cancel()
                throw PermanentError()
            }
        }
        Self.expectCancelled(result, scene, ["attempt", "cancelled"])
        #expect(scene.recorder.events.last?.errorType == "PermanentError")
    }

    @Test("just before a wait leaves the wait out")
    func beforeTheWait() {
        let scene = BlockingScene()
        let result = Result {
            try scene.executor(onRetry: { scene.token.cancel() }).execute { () -> String in throw TransientError() }
        }
        Self.expectCancelled(result, scene, ["attempt", "retry", "cancelled"])
        #expect(scene.sleeps.isEmpty)
    }

    @Test("during a wait ends it, and no attempt follows")
    func duringAWait() {
        let token = CancellationToken()
        let scene = BlockingScene(token: token) { sleep in
            if sleep == 2 { token.cancel() }
        }
        let result = scene.run([TransientError(), TransientError(), TransientError()])
        Self.expectCancelled(result, scene, ["attempt", "retry", "attempt", "retry", "cancelled"])
        #expect(scene.sleeps == [.seconds(1), .seconds(2)])
        #expect(scene.clock.now == ManualClock.Instant(.seconds(1)))
    }

    @Test("is seen where there is no wait")
    func withoutAWait() {
        let scene = BlockingScene(RetryPolicy(maxAttempts: 3, backoff: .none))
        let result = Result {
            try scene.executor(onRetry: { scene.token.cancel() }).execute { () -> String in throw TransientError() }
        }
        Self.expectCancelled(result, scene, ["attempt", "retry", "cancelled"])
    }

    @Test("comes before a deadline that passed in the same wait")
    func beforeTheDeadline() {
        let token = CancellationToken()
        let clock = ManualClock()
        let recorder = RecordingObserver()
        #expect(throws: CancellationError.self) {
            try retryBlocking(
                RetryPipeline(
                    policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)), deadline: .seconds(10))
                )
                .observer(recorder.observer)
                .sleeper(
                    Sleeper { _, _ in
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
        let scene = BlockingScene()
        let result = await Task {
            Result {
                try scene.executor().execute { () -> String in
                    Self.cancelTask()
                    throw TransientError()
                }
            }
        }.value
        Self.expectCancelled(result, scene, ["attempt", "cancelled"])
    }

    @Test("of the task around the call is seen after a wait")
    func taskDuringAWait() async {
        let scene = BlockingScene(duringSleep: { _ in Self.cancelTask() })
        let result = await Task { scene.run([TransientError(), TransientError()]) }.value
        Self.expectCancelled(result, scene, ["attempt", "retry", "cancelled"])
        #expect(scene.sleeps == [.seconds(1)])
    }

    @Test(
        "by an error of the operation is not retried, and the caller gets that error",
        arguments: [
            CancellationError(), EnvelopeError(wrappedError: CancellationError()),
            MaybeCancelledError(isCancellation: true),
            EnvelopeError(wrappedError: MaybeCancelledError(isCancellation: true)),
        ] as [any Error])
    func byAnError(_ error: any Error) {
        let scene = BlockingScene()
        let everything = RetryCondition.where { _ in
            Issue.record("A condition is not asked about a cancellation.")
            return true
        }
        Self.expectCancelled(scene.run([error], retryOn: everything), scene, ["attempt", "cancelled"], with: error)
    }

    @Test("is not what an error means that only could mean it")
    func noCancellation() {
        let scene = BlockingScene(.once)
        #expect(scene.run([MaybeCancelledError(isCancellation: false)]).failure is MaybeCancelledError)
        #expect(scene.codes == ["attempt", "max_attempts_exceeded"])
    }

    @Test("hides a rejected value")
    func rejectedValue() {
        let scene = BlockingScene()
        scene.token.cancel()
        let result = Result {
            try scene.executor().execute { (_: borrowing String) in
                .transient
            } operation: {
                "rejected"
            }
        }
        Self.expectCancelled(result, scene, ["attempt", "cancelled"])
    }
}
