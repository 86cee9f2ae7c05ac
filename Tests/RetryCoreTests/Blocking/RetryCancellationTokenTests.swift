import Dispatch
import RetryCore
import RetryTesting
import Testing

/// With real threads, which would wait for an hour unless they are woken.
@Suite("A cancellation token on real threads", .timeLimit(.minutes(20)))
struct RetryCancellationTokenTests {
    static let hour = Duration.seconds(3_600)

    @Test("is cancelled once and stays so")
    func state() {
        let token = RetryCancellationToken()
        #expect(!token.isCancelled)
        token.cancel()
        token.cancel()
        #expect(token.isCancelled)
    }

    @Test(
        "is not waited for where no time is given",
        arguments: [.zero, .nanoseconds(-1), .seconds(-60)] as [Duration])
    func noTime(_ duration: Duration) {
        #expect(!RetryCancellationToken().wait(upTo: duration))
    }

    @Test("is not waited for once it is cancelled", arguments: [.zero, hour, .longest, Duration(attoseconds: .max)])
    func cancelled(_ duration: Duration) {
        let token = RetryCancellationToken()
        token.cancel()
        #expect(token.wait(upTo: duration))
        RetrySleeper.system.sleep(for: duration, cancellation: token)
    }

    @Test("the system's sleeper does not wait for a time in the past")
    func past() {
        RetrySleeper.system.sleep(for: .seconds(-60))
        RetrySleeper.system.sleep(for: .seconds(-60), cancellation: RetryCancellationToken())
    }

    @Test("wakes every waiter")
    func wakesAll() throws {
        let token = RetryCancellationToken()
        let isAboutToWait = DispatchSemaphore(value: 0)
        let threads = (0..<8).map { _ in
            TestThread {
                isAboutToWait.signal()
                return token.wait(upTo: Self.hour)
            }
        }
        for _ in threads { isAboutToWait.wait() }
        token.cancel()
        for thread in threads { try #require(thread.join() == true) }
    }

    @Test("ends a call's wait at once, whenever it comes")
    func endsAWait() throws {
        for _ in 0..<200 {
            let token = RetryCancellationToken()
            let isAboutToWait = DispatchSemaphore(value: 0)
            let recorder = RecordingRetryObserver()
            let thread = TestThread {
                let executor = BlockingExecutor(
                    RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .constant(Self.hour)))
                        .observer(recorder.observer)
                        .onRetry({ _ in isAboutToWait.signal() })
                        .sleeper(.system)
                        .cancellation(token))
                return Result { try executor.execute { throw TransientError() } }
            }
            isAboutToWait.wait()
            token.cancel()
            try #require(thread.join()?.failure is CancellationError)
            #expect(recorder.codes == ["attempt", "retry", "cancelled"])
        }
    }

    @Test("ends the wait of a manual loop at once")
    func endsALoop() {
        let token = RetryCancellationToken()
        let isAboutToWait = DispatchSemaphore(value: 0)
        let thread = TestThread {
            Result {
                let context = try RetryContext(
                    RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .constant(Self.hour))).cancellation(
                        token))
                while true {
                    try context.next()
                    context.failed(TransientError())
                    isAboutToWait.signal()
                }
            }
        }
        isAboutToWait.wait()
        token.cancel()
        #expect(thread.join()?.failure is CancellationError)
    }
}
