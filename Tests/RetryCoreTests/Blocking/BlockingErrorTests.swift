import RetryCore
import RetryTesting
import Testing

@Suite("What a blocking call throws", .timeLimit(.minutes(20)))
struct BlockingErrorTests {
    @Test("the last error of the operation, and not another one like it")
    func lastError() {
        let errors = [TaggedError(), TaggedError(), TaggedError()]
        let harness = BlockingHarness()
        #expect(harness.run(errors).failure as? TaggedError === errors[2])
    }

    @Test(
        "the error that was not retried",
        arguments: [.permanent, .auth, .permission, .transient.hint(.never)] as [ErrorClassification])
    func notRetried(_ classification: ErrorClassification) {
        let errors = [TaggedError(), TaggedError(classification)]
        let harness = BlockingHarness()
        #expect(harness.run(errors).failure as? TaggedError === errors[1])
    }

    @Test("the error before the deadline", arguments: [DeadlineBehavior.stop, .truncate])
    func deadline(_ behavior: DeadlineBehavior) {
        let errors = (0..<5).map { _ in TaggedError(.rateLimit(after: .seconds(4))) }
        let harness = BlockingHarness(RetryPolicy(maxAttempts: 5, backoff: .none).deadline(.seconds(10), behavior))
        #expect(harness.run(errors).failure as? TaggedError === errors[2])
        #expect(harness.sleeps == [.milliseconds(4_400), .milliseconds(4_400)])
    }

    @Test("the error before a wait that took too long")
    func overslept() {
        let errors = [TaggedError(), TaggedError()]
        let clock = ManualClock()
        let script = FaultScript<Int>(steps: errors.map { .fail($0) }, clock: clock)
        let recorder = RecordingRetryObserver()
        let error = #expect(throws: TaggedError.self) {
            try retryBlocking(
                RetryPipeline(
                    policy: RetryPolicy(maxAttempts: 5, backoff: .constant(.seconds(1)), deadline: .seconds(10))
                )
                .observer(recorder.observer)
                .sleeper(RetrySleeper { _, _ in clock.advance(by: .seconds(10)) })
                .clock(RetryClock(clock))
            ) { try script.callBlocking() }
        }
        #expect(error === errors[0])
        #expect(recorder.codes == ["attempt", "retry", "deadline_exceeded"])
        #expect(script.calls == 1)
    }

    @Test("also without an observer")
    func unobserved() {
        let errors = [TaggedError(), TaggedError(), TaggedError()]
        let script = FaultScript<Int>(steps: errors.map { .fail($0) }, clock: nil)
        let error = #expect(throws: TaggedError.self) {
            try retryBlocking(policy: .default.backoff(.none)) { try script.callBlocking() }
        }
        #expect(error === errors[2])
        #expect(script.calls == 3)
    }
}
