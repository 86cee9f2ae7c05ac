import RetryCore
import RetryTesting
import Testing

@Suite("onRetry", .timeLimit(.minutes(20)))
struct OnRetryTests {
    @Test("is told each error that a retry follows, with its attempt, and not the last one")
    func attempts() {
        let harness = BlockingHarness()
        _ = harness.run(["a", "b", "c"].map { TaggedError(.transient, $0) })
        #expect(harness.retries.withLock { $0 } == [.init(error: "a", attempt: 1), .init(error: "b", attempt: 2)])
    }

    @Test("is not called without a retry", arguments: [[], [PermanentError()], [CancellationError()]] as [[any Error]])
    func notCalled(_ errors: [any Error]) {
        let harness = BlockingHarness()
        _ = harness.run(errors)
        #expect(harness.retries.withLock(\.isEmpty))
    }

    @Test("gets the error itself")
    func identity() throws {
        let first = TaggedError()
        let seen = Locked<TaggedError?>(nil)
        let script = FaultScript<Int>(.fail(first), .succeed(1))
        let executor = BlockingExecutor(
            .default.backoff(.none).onRetry { notice in seen.withLock { $0 = notice.error as? TaggedError } })
        _ = try executor.execute { try script.callBlocking() }
        #expect(seen.withLock { $0 } === first)
    }

    @Test("comes after the event of the retry, and before the wait")
    func order() throws {
        let log = Locked<[String]>([])
        let script = FaultScript<Int>(.fail(TransientError()), .succeed(1))
        let executor = BlockingExecutor(
            RetryPipeline()
                .observer(RetryObserver { event in log.withLock { $0.append(event.code) } })
                .onRetry({
                    notice in log.withLock { $0.append("onRetry \(notice.attempt)") }
                })
                .sleeper(RetrySleeper { _, _ in log.withLock { $0.append("sleep") } })
                .random(DrawCounter().source))
        _ = try executor.execute { try script.callBlocking() }
        #expect(log.withLock { $0 } == ["attempt", "retry", "onRetry 1", "sleep", "attempt", "success"])
    }

    @Test("is told of a rejected value by an error that names its class")
    func rejectedValue() throws {
        let harness = BlockingHarness()
        let script = FaultScript<Int>(.succeed(503), .succeed(200))
        let value = try harness.executor().execute {
            HTTPStatusTable.classification($0)
        } operation: {
            try script.callBlocking()
        }
        #expect(value == 200)
        let error = "The operation returned a value that counts as a failure: server_error."
        #expect(harness.retries.withLock { $0 } == [.init(error: error, attempt: 1)])
    }
}
