import RetryCore
import RetryTesting
import Testing

/// The topics of the AWS retry utilities' own tests, with their numbers.
///
/// The tenth topic, asynchronous retries, is a suite of the same name beside the asynchronous driver.
///
/// Draws from the middle stand for no jitter: ± 50 % of a wait has the wait itself in its middle.
@Suite("The topics of the AWS utilities", .timeLimit(.minutes(20)))
struct SeedTopicsTests {
    /// A service's client error, by its code.
    struct ClientError: ServiceCodeError {
        let serviceCode: String?
    }

    /// An error that is a text and nothing else.
    struct TextError: Error, CustomStringConvertible {
        let description: String
    }

    private let sleeper = ManualSleeper()

    /// The utilities' own default: three attempts, one second doubling up to a minute.
    private static let policy = RetryPolicy(maxAttempts: 3, backoff: backoff).retries(nil, for: .unknown)
    private static let backoff = Backoff.exponential(
        initial: .seconds(1), cap: .seconds(60), jitter: .proportional(0.5))

    private func executor(
        _ policy: RetryPolicy = policy, retryOn condition: RetryCondition? = nil, observer: RetryObserver? = nil,
        onRetry: (@Sendable (RetryNotice) -> Void)? = nil
    ) -> BlockingExecutor {
        BlockingExecutor(
            RetryPipeline(policy: policy)
                .retryOn(condition)
                .observer(observer)
                .onRetry(onRetry)
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock)
                .random(RetryRandomSource(ScriptedGenerator(fractions: [0.5]))))
    }

    /// An operation that throws "Error 1", "Error 2" … so many times, and then returns.
    private func failing(_ times: Int) -> FaultScript<String> {
        let errors = (0..<times).map { FaultScript<String>.Step.fail(TextError(description: "Error \($0 + 1)")) }
        return FaultScript(steps: errors + [.succeed("ok")], clock: nil)
    }

    @Test("success without retry")
    func successWithoutRetry() throws {
        let operation = failing(0)
        #expect(try executor().execute { try operation.callBlocking() } == "ok")
        #expect(operation.calls == 1)
        #expect(sleeper.sleeps.isEmpty)
    }

    @Test("retry on transient failures")
    func retryOnTransientFailures() throws {
        let operation = failing(2)
        let policy = Self.policy.maxAttempts(5).backoff(
            .exponential(initial: .milliseconds(100), cap: .seconds(60), jitter: .proportional(0.5)))
        #expect(try executor(policy).execute { try operation.callBlocking() } == "ok")
        #expect(operation.calls == 3)
        #expect(sleeper.sleeps == [.milliseconds(100), .milliseconds(200)])
    }

    @Test("max attempts enforcement")
    func maxAttemptsEnforcement() {
        let operation = failing(10)
        let error = #expect(throws: TextError.self) { try executor().execute { try operation.callBlocking() } }
        #expect(error?.description == "Error 3")
        #expect(operation.calls == 3)
        #expect(sleeper.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("specific exception handling")
    func specificExceptionHandling() throws {
        let listed = FaultScript<String>(.fail(TransientError()), .succeed("ok"))
        let executor = executor(retryOn: [TransientError.self, ServerSideError.self])
        #expect(try executor.execute { try listed.callBlocking() } == "ok")
        let other = failing(1)
        #expect(throws: TextError.self) { try executor.execute { try other.callBlocking() } }
        #expect(other.calls == 1)
        #expect(sleeper.sleeps == [.seconds(1)])
    }

    @Test("custom retry callbacks")
    func customRetryCallbacks() throws {
        let told = Locked<[String]>([])
        let executor = executor(onRetry: { notice in
            told.withLock { $0.append("\(notice.attempt): \(notice.error)") }
        })
        let operation = failing(10)
        #expect(throws: TextError.self) { try executor.execute { try operation.callBlocking() } }
        #expect(told.withLock { $0 } == ["1: Error 1", "2: Error 2"])
    }

    @Test("rate limit retry")
    func rateLimitRetry() throws {
        let executor = executor(.rateLimited, retryOn: .rateLimits)
        let throttled = FaultScript<String>(.forever(.fail(ClientError(serviceCode: "ThrottlingException"))))
        #expect(throws: ClientError.self) { try executor.execute { try throttled.callBlocking() } }
        #expect(throttled.calls == 5)
        #expect(sleeper.sleeps == [2, 4, 8, 16].map { .seconds($0) })
        let byText = FaultScript<String>(.fail(TextError(description: "HTTP 429")), .succeed("ok"))
        #expect(try executor.execute { try byText.callBlocking() } == "ok")
        let denied = FaultScript<String>(.fail(ClientError(serviceCode: "AccessDeniedException")), .succeed("ok"))
        #expect(throws: ClientError.self) { try executor.execute { try denied.callBlocking() } }
        #expect(denied.calls == 1)
    }

    @Test("backoff calculation")
    func backoffCalculation() {
        let plain = BackoffSchedule(.exponential(initial: .seconds(1), cap: .seconds(60), jitter: .none))
        #expect(plain.delays(9) == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        var middle = ScriptedGenerator(fractions: [0.5])
        let jittered = BackoffSchedule(Self.backoff)
        #expect((1...4).map { jittered.delay(afterAttempt: $0, using: &middle) } == [1, 2, 4, 8].map { .seconds($0) })
        for attempt in 1...8 {
            let bounds = jittered.bounds(afterAttempt: attempt)
            #expect(bounds.lowerBound * 2 == plain.delay(afterAttempt: attempt))
            #expect(bounds.upperBound <= .seconds(60))
        }
    }

    @Test("RetryContext usage")
    func retryContextUsage() throws {
        let context = try RetryContext(
            RetryPipeline(policy: Self.policy.maxAttempts(5))
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock)
                .random(RetryRandomSource(ScriptedGenerator(fractions: [0.5]))))
        let operation = failing(2)
        var result: String?
        var delays: [Duration?] = []
        while result == nil {
            try context.next()
            do {
                result = context.succeeded(try operation.callBlocking())
            } catch {
                context.recordFailure(error)
                guard context.shouldRetry else { throw error }
                delays.append(context.delay)
                try context.wait()
            }
        }
        #expect(result == "ok")
        #expect(context.currentAttempt == 3)
        #expect("\(context.lastError, default: "-")" == "Error 2")
        #expect(delays == [.seconds(1), .seconds(2)])
        #expect(sleeper.sleeps == [.seconds(1), .seconds(2)])
    }

    @Test("logging behavior")
    func loggingBehavior() {
        let lines = Locked<[String]>([])
        let log = RetryObserver.log(from: .info, includesMessages: true) { level, line in
            lines.withLock { $0.append("\(level): \(line)") }
        }
        let operation = failing(10)
        _ = try? executor(observer: log).execute { try operation.callBlocking() }
        #expect(
            lines.withLock { $0 } == [
                #"warning: retry attempt=1 class=unknown error=TextError delay=1s elapsed=0s message="Error 1""#,
                #"warning: retry attempt=2 class=unknown error=TextError delay=2s elapsed=1s message="Error 2""#,
                #"error: max_attempts_exceeded attempt=3 class=unknown error=TextError elapsed=3s message="Error 3""#,
            ])
    }
}
