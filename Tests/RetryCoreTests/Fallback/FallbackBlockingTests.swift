import RetryCore
import RetryTesting
import Testing

@Suite("Fallbacks of blocking calls", .timeLimit(.minutes(20)))
struct FallbackBlockingTests {
    private struct Own: Error {}

    private let recorder = RecordingFallbackObserver()

    @Test("replaces a failure, receives the error, and is not asked after a success")
    func replaces() throws {
        let value = try withFallbackBlocking(named: "users", observer: recorder.observer) {
            throw ServerSideError()
        } fallback: { error -> Int in
            #expect(error is ServerSideError)
            return 7
        }
        #expect(value == 7)
        #expect(
            recorder.events.map(\.description) == ["fell_back operation=users class=server_error error=ServerSideError"]
        )
        let other = try withFallbackBlocking(observer: recorder.observer) {
            8
        } fallback: { _ in
            Issue.record("the fallback ran")
            return 9
        }
        #expect(other == 8 && recorder.events.count == 1)
    }

    @Test("its own error replaces the first one, and the event has the original failure")
    func ownError() {
        #expect(throws: Own.self) {
            try withFallbackBlocking(observer: recorder.observer) {
                throw ServerSideError()
            } fallback: { _ in
                throw Own()
            }
        }
        #expect(recorder.codes == ["fallback_failed"])
        #expect(recorder.events.first?.errorType == "ServerSideError")
        #expect(recorder.events.first?.errorClass == .serverError)
    }

    @Test("a failure of another class stays")
    func classes() {
        #expect(throws: PermanentError.self) {
            try withFallbackBlocking(on: .on(.serverError), observer: recorder.observer) {
                throw PermanentError("no")
            } fallback: { _ in
                Issue.record("the fallback ran")
            }
        }
        #expect(recorder.events.isEmpty)
    }

    @Test("a cancellation stays, whatever the policy says")
    func cancellation() {
        for policy in [FallbackPolicy.anyFailure, .except(.auth), .on(.transient, .permanent, .unknown)] {
            #expect(throws: CancellationError.self) {
                try withFallbackBlocking(on: policy) {
                    throw CancellationError()
                } fallback: { _ in
                    Issue.record("the fallback ran")
                }
            }
        }
    }

    @Test("a call that its token cancelled stays cancelled")
    func token() {
        let token = RetryCancellationToken()
        token.cancel()
        let pipeline = RetryPipeline(policy: .fast).cancellation(token)
        #expect(throws: CancellationError.self) {
            try retryBlocking(pipeline) {
                throw TransientError()
            } fallback: { _ in
                Issue.record("the fallback ran")
            }
        }
    }

    @Test("a retried call falls back after its last attempt, and its own events report the failure")
    func retried() throws {
        let calls = RecordingRetryObserver()
        let metrics = RetryMetrics()
        let pipeline = RetryPipeline("users", policy: RetryPolicy(maxAttempts: 3, backoff: .none))
            .observer([calls.observer, metrics.observer])
        let value = try retryBlocking(pipeline, fallbackObserver: recorder.observer) {
            throw ServerSideError()
        } fallback: { _ in
            7
        }
        #expect(value == 7)
        #expect(calls.codes.last == "max_attempts_exceeded" && calls.codes.count { $0 == "attempt" } == 3)
        #expect(metrics.snapshot().successes == 0 && metrics.snapshot().ends == ["max_attempts_exceeded": 1])
        #expect(recorder.events.map(\.operation) == ["users"])
    }

    @Test("an open circuit and an empty budget fall back by default")
    func guards() throws {
        let breaker = CircuitBreaker("users")
        breaker.forceOpen()
        let pipeline = RetryPipeline(policy: .once).breaker(breaker)
        #expect(
            try retryBlocking(pipeline) {
                1
            } fallback: {
                $0 is CircuitOpenError ? 7 : 8
            } == 7)
        // Its class is permanent, and a rejection counts as such whatever the classes are.
        #expect(
            try retryBlocking(pipeline, fallbackOn: .on(.serverError)) {
                1
            } fallback: { _ in
                7
            } == 7)
        #expect(throws: CircuitOpenError.self) {
            try retryBlocking(pipeline, fallbackOn: .anyFailure.rejections(false)) {
                1
            } fallback: { _ in
                7
            }
        }
        #expect(throws: CircuitOpenError.self) {
            try retryBlocking(pipeline, fallbackOn: .on(.permanent).rejections(false)) {
                1
            } fallback: { _ in
                7
            }
        }
        let budget = RetryBudget(.tokenBucket(perSuccess: 0, floor: 0, capacity: 1))
        let poor = RetryPipeline(policy: .fast).budget(budget)
        #expect(
            try retryBlocking(poor) {
                throw TransientError()
            } fallback: { _ in
                7
            } == 7)
    }

    @Test("the outcome says that it fell back, and has the attempts and the reason of the failure")
    func outcome() throws {
        let executor = BlockingExecutor(policy: RetryPolicy(maxAttempts: 2, backoff: .none))
        let outcome = try executor.outcome(fallbackObserver: recorder.observer) { () throws -> Int in
            throw ServerSideError()
        } fallback: { _ in
            7
        }
        #expect(outcome.fellBack && outcome.value == 7 && outcome.replacedError is ServerSideError)
        #expect(outcome.stopReason == .attemptsExhausted && outcome.attempts == 2 && outcome.timeline.count == 2)
        #expect("\(outcome)".hasPrefix("max_attempts_exceeded after 2 attempts in"))
        #expect("\(outcome)".hasSuffix(", fell back"))
        let failed = try executor.outcome { () throws -> Int in
            throw ServerSideError()
        } fallback: { _ in
            throw Own()
        }
        #expect(failed.fellBack && failed.error is Own && failed.replacedError is ServerSideError)
        let fine = try executor.outcome {
            1
        } fallback: { _ in
            7
        }
        #expect(!fine.fellBack && fine.value == 1 && fine.replacedError == nil)
        #expect(recorder.codes == ["fell_back"])
    }

    @Test("the caller's classifier decides on the class")
    func classifier() throws {
        let classifier = ErrorClassifier { $0 is Own ? .serverError : nil }
        let pipeline = RetryPipeline(policy: .once).classifier(classifier)
        #expect(
            try retryBlocking(pipeline, fallbackOn: .on(.serverError), fallbackObserver: recorder.observer) {
                throw Own()
            } fallback: { _ in
                7
            } == 7)
        #expect(recorder.events.first?.errorClass == .serverError)
        #expect(throws: Own.self) {
            try withFallbackBlocking(on: .on(.serverError)) {
                throw Own()
            } fallback: { _ in
                7
            }
        }
    }

    @Test("metrics count the original failure, by what became of it")
    func metrics() {
        let values = Locked<[[String]]>([])
        let observer = FallbackObserver { event in
            event.measure { one in
                values.withLock { $0.append([one.metric.name] + one.dimensions.map(\.value.text)) }
            }
        }
        _ = try? withFallbackBlocking(named: "users", observer: observer) {
            throw ServerSideError()
        } fallback: { _ in
            7
        }
        _ = try? withFallbackBlocking(named: "users", observer: observer) {
            throw ServerSideError()
        } fallback: { _ in
            throw Own()
        }
        #expect(
            values.withLock { $0 } == [
                ["retry.fallbacks", "users", "fell_back", "server_error", "ServerSideError"],
                ["retry.fallbacks", "users", "fallback_failed", "server_error", "ServerSideError"],
            ])
    }
}
