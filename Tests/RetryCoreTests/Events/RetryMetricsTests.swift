import RetryCore
import RetryTesting
import Testing

@Suite("Metrics", .timeLimit(.minutes(20)))
struct RetryMetricsTests {
    private let metrics = RetryMetrics()

    /// A call that throws these errors in turn and then returns, with waits of a second.
    private func run(
        _ errors: [any Error], policy: RetryPolicy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1))),
        token: RetryCancellationToken? = nil
    ) {
        let script = FaultScript<Int>(steps: errors.map { .fail($0) } + [.succeed(1)], clock: nil)
        _ = try? retryBlocking(
            RetryPipeline(policy: policy).observer(metrics.observer).sleeper(RetrySleeper { _, _ in }).cancellation(
                token)
        ) { try script.callBlocking() }
    }

    @Test("begin at zero")
    func zero() {
        let counts = metrics.snapshot()
        #expect(counts.calls == 0 && counts.attemptsMade == 0 && counts.retries == 0 && counts.successes == 0)
        #expect(counts.ends.isEmpty && counts.failures.isEmpty)
        #expect(counts.attempts.count == 0 && counts.delays.count == 0)
        #expect(counts.attempts.quantile(0.5) == nil)
    }

    @Test("count calls, attempts, retries and ends")
    func counts() {
        run([])
        run([TransientError(), ServerSideError()])
        run([PermanentError()])
        run([TransientError(), TransientError(), TransientError()])
        let counts = metrics.snapshot()
        #expect(counts.calls == 4)
        #expect(counts.attemptsMade == 8)
        #expect(counts.retries == 4)
        #expect(counts.successes == 2)
        #expect(counts.ends == ["success": 2, "permanent_fail": 1, "max_attempts_exceeded": 1])
        #expect(counts.attempts.counts == [2, 0, 2, 0, 0, 0, 0, 0, 0, 0])
        #expect(counts.attempts.sum == 8)
        #expect(counts.delays.count == 4)
        #expect(counts.delays.sum == 4)
    }

    @Test("count each failed attempt once, under its class, and no cancellation")
    func failures() {
        run([TransientError(), ServerSideError()])
        run([TransientError(), PermanentError()])
        let token = RetryCancellationToken()
        token.cancel()
        run([ServerSideError()], token: token)
        run([StrangeError()], policy: .once)
        let counts = metrics.snapshot()
        #expect(counts.failures == [.transient: 2, .serverError: 1, .permanent: 1, .unknown: 1])
        #expect(counts.ends["cancelled"] == 1)
    }

    @Test("do not change what was read before")
    func snapshots() {
        run([])
        let before = metrics.snapshot()
        run([])
        #expect(before.calls == 1)
        #expect(before != metrics.snapshot())
        #expect(metrics.snapshot() == metrics.snapshot())
    }

    @Test("stay small, however many classes there are")
    func manyClasses() {
        for number in 0..<1_000 {
            run([TaggedError(ErrorClassification(ErrorClass("class \(number)")))], policy: .once)
        }
        run([TaggedError(ErrorClassification(ErrorClass("class 0")))], policy: .once)
        let counts = metrics.snapshot()
        #expect(counts.calls == 1_001)
        #expect(counts.failures.count == 256)
        #expect(counts.failures[ErrorClass("class 0")] == 2)
        #expect(counts.ends == ["max_attempts_exceeded": 1_001])
    }

    @Test("observe many executors at once")
    func manyExecutors() throws {
        for name in ["a", "b", "c"] {
            #expect(try BlockingExecutor(RetryPipeline().named(name).observer(metrics.observer)).execute { 1 } == 1)
        }
        #expect(metrics.snapshot().successes == 3)
    }
}
