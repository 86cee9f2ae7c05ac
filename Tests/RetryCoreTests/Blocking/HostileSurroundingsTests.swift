import RetryCore
import RetryTesting
import Testing

/// Observers, classifiers and clocks that behave badly cost time at most: the call ends as it would without them.
@Suite("Surroundings that behave badly", .timeLimit(.minutes(20)))
struct HostileSurroundingsTests {
    static let century = Duration.seconds(100 * 365 * 86_400)

    @Test("an observer that takes a century changes nothing where there is no deadline")
    func slowObserver() throws {
        let clock = ManualClock()
        let recorder = RecordingRetryObserver()
        let script = FaultScript<Int>(.fail(TransientError()), .succeed(42))
        let executor = BlockingExecutor(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .none))
                .observer([
                    RetryObserver { _ in clock.advance(by: Self.century) }, recorder.observer,
                ])
                .onRetry({ _ in clock.advance(by: Self.century) })
                .clock(RetryClock(clock)))
        #expect(try executor.execute { try script.callBlocking() } == 42)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
    }

    @Test("an observer that takes too long lets no attempt start after the deadline")
    func slowObserverAndDeadline() {
        let clock = ManualClock()
        let script = FaultScript<Int>(.fail(TransientError()), .succeed(42))
        #expect(throws: TransientError.self) {
            try retryBlocking(
                RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .none, deadline: .seconds(10)))
                    .observer(
                        RetryObserver { if $0.kind == .retry { clock.advance(by: .seconds(10)) } }
                    )
                    .clock(RetryClock(clock))
            ) { try script.callBlocking() }
        }
        #expect(script.calls == 1)
    }

    @Test("the time that a classifier takes is time that has passed when the wait is chosen")
    func slowClassifier() {
        let sleeper = ManualSleeper()
        let classifier = ErrorClassifier { _ in
            sleeper.clock.advance(by: .seconds(6))
            return .transient
        }
        #expect(throws: StrangeError.self) {
            try retryBlocking(
                RetryPipeline(
                    policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(5)), deadline: .seconds(10))
                )
                .classifier(classifier)
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock)
            ) { throw StrangeError() }
        }
        #expect(sleeper.sleeps.isEmpty)
    }

    @Test("an observer may make calls of its own, which have events of their own")
    func reentrantObserver() throws {
        let recorder = RecordingRetryObserver()
        let inner = RecordingRetryObserver()
        let observer = RetryObserver { event in
            recorder.observer.observe(event)
            let script = FaultScript<Int>(.fail(TransientError()), .succeed(1))
            _ = try? retryBlocking(.default.backoff(.none).observer(inner.observer)) {
                try script.callBlocking()
            }
        }
        #expect(try retryBlocking(RetryPipeline().observer(observer)) { 42 } == 42)
        #expect(recorder.events.map(\.number) == [1, 2])
        #expect(inner.events.map(\.number) == [1, 2, 3, 4, 1, 2, 3, 4])
    }

    @Test(
        "an invalid hint of a classifier is none",
        arguments: [
            .after(.seconds(-1)), .after(Duration(attoseconds: .min)), .after(.nanoseconds(1)),
        ] as [RetryHint])
    func invalidHint(_ hint: RetryHint) throws {
        let harness = BlockingHarness()
        #expect(try harness.run([TaggedError(.transient.hint(hint))]).get() == "done")
        #expect(harness.sleeps == [.seconds(1)])
    }

    @Test("a huge hint of a classifier ends the call")
    func hugeHint() {
        let harness = BlockingHarness()
        let huge = TaggedError(.transient.hint(.after(Duration(attoseconds: .max))))
        #expect(harness.run([huge]).failure is TaggedError)
        #expect(harness.sleeps.isEmpty && harness.recorder.stopReasons == [.hintTooLong])
    }

    @Test("an error's text is not made unless requested")
    func text() {
        struct SecretError: Error, CustomStringConvertible {
            var description: String {
                Issue.record("The secret was read.")
                return "secret"
            }
        }
        let metrics = RetryMetrics()
        let observer: RetryObserver = [.log { _, _ in }, metrics.observer]
        _ = try? retryBlocking(.default.backoff(.none).observer(observer)) { throw SecretError() }
        #expect(metrics.snapshot().calls == 1)
    }

    @Test(
        "a clock that runs backwards, jumps or stands still makes nothing trap",
        arguments: [
            [.zero], [.seconds(60), .zero], [.zero, century, .zero, century], [.zero, .seconds(-1), .seconds(-2)],
            [.zero, .seconds(Int64.max)], [.zero, .seconds(-Int64.max)], [.seconds(Int64.max), .seconds(-Int64.max)],
            [.seconds(-Int64.max), .seconds(Int64.max), .zero],
            [.zero, .nanoseconds(Int64.min), .nanoseconds(Int64.max)],
        ] as [[Duration]])
    func clock(_ times: [Duration]) throws {
        for behavior in [DeadlineBehavior.stop, .truncate] {
            for start in 0..<times.count {
                try runOn(ScriptedClock([.zero] + times[start...] + times), behavior)
            }
        }
    }

    private func runOn(_ clock: ScriptedClock, _ behavior: DeadlineBehavior) throws {
        let recorder = RecordingRetryObserver()
        let random = DrawCounter()
        let executor = BlockingExecutor(
            RetryPipeline(
                policy: RetryPolicy(maxAttempts: 4, backoff: .constant(.seconds(1))).deadline(.seconds(10), behavior)
            )
            .observer(recorder.observer)
            .sleeper(
                RetrySleeper { duration, _ in #expect(duration > .zero && duration <= .seconds(10)) }
            )
            .clock(RetryClock(clock))
            .random(random.source))
        let outcome = try executor.outcome { () -> Int in throw TransientError() }
        #expect(outcome.error is TransientError)
        #expect([.attemptsExhausted, .deadlineExceeded].contains(outcome.stopReason))
        #expect(outcome.elapsed >= .zero)
        #expect(recorder.events.allSatisfy { $0.elapsed >= .zero && $0.delay >= .zero })
        #expect(recorder.stopReasons == [outcome.stopReason])
    }
}
