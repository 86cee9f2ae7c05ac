import RetryCore
import RetryTesting
import Testing

@Suite("A pipeline", .timeLimit(.minutes(20)))
struct RetryPipelineTests {
    private let sleeper = ManualSleeper()

    @Test("is a value: a copy that is refined leaves the others as they were")
    func isAValue() throws {
        let first = RetryPipeline("first", policy: .fast).sleeper(sleeper.sleeper)
        let second = first.named("second").maxAttempts(2)
        let third = second.named("third")
        #expect(first.name == "first" && second.name == "second" && third.name == "third")
        #expect(first.policy == .fast && second.policy.maxAttempts == 2 && third.policy.maxAttempts == 2)
        #expect(RetryPipeline.default.name == nil)
    }

    @Test("a modifier changes its own setting alone")
    func keepsTheOthers() throws {
        let recorder = RecordingRetryObserver()
        let notices = Locked<[Int]>([])
        let breaker = CircuitBreaker("service")
        let budget = RetryBudget(.limit(5, per: .seconds(60)))
        let base = RetryPipeline("users", policy: .default.backoff(.none).maxAttempts(2))
            .budget(budget)
            .observer(recorder.observer)
            .onRetry { notice in notices.withLock { $0.append(notice.attempt) } }
            .classifier(ErrorClassifier { _ in .serverError })
            .retryOn(.where { _ in true })
            .sleeper(sleeper.sleeper)
            .clock(sleeper.retryClock)
            .random(.seeded(1))
            .cancellation(RetryCancellationToken())
            .maxAttempts(3)
            .deadline(.seconds(60))
        // A copy: its settings are shared until it is refined.
        let pipeline = base.breaker(breaker).named("members")
        #expect(base.name == "users")
        #expect(throws: TaggedError.self) { try retryBlocking(pipeline) { throw TaggedError() } }
        #expect(recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "max_attempts_exceeded"])
        #expect(recorder.events.allSatisfy { $0.operation == "members" })
        #expect(recorder.events.compactMap(\.errorClass).allSatisfy { $0 == .serverError })
        #expect(notices.withLock { $0 } == [1, 2])
        #expect(breaker.snapshot.consecutiveFailures == 3)
        #expect(budget.snapshot().grants == 2)
    }

    @Test("none of a setting is what it was without it")
    func nothing() throws {
        let recorder = RecordingRetryObserver()
        let pipeline = RetryPipeline(policy: .once)
            .breaker(CircuitBreaker("open"))
            .observer(recorder.observer)
            .cancellation(RetryCancellationToken())
            .breaker(nil)
            .budget(nil)
            .observer(nil)
            .onRetry(nil)
            .classifier(nil)
            .retryOn(nil)
            .clock(nil)
            .random(nil)
            .sleeper(nil)
            .cancellation(nil)
            .named(nil)
        #expect(try retryBlocking(pipeline) { 42 } == 42)
        #expect(recorder.events.isEmpty && pipeline.name == nil)
    }

    @Test("a notice tells the error, its class, the hint and the wait")
    func notice() throws {
        let notices = Locked<[RetryNotice]>([])
        let error = TaggedError(.rateLimit.hint(.after(.seconds(3))))
        let script = FaultScript<Int>(.fail(error), .succeed(1))
        let pipeline = RetryPipeline(policy: .default.hints(.obey)).sleeper(sleeper.sleeper).random(
            RetryRandomSource(ScriptedGenerator(fractions: [0])))
        _ = try retryBlocking(
            pipeline, onRetry: { notice in notices.withLock { $0.append(notice) } },
            operation: { try script.callBlocking() })
        let notice = try #require(notices.withLock { $0.first })
        #expect(notice.error as? TaggedError === error)
        #expect(notice.attempt == 1 && notice.errorClass == .rateLimit)
        #expect(notice.hint == .after(.seconds(3)))
        #expect(notice.delay == .seconds(3) && sleeper.sleeps == [.seconds(3)])
    }

    @Test("both closures are told of a retry: the pipeline's first, then the call's")
    func bothClosures() throws {
        let told = Locked<[String]>([])
        let script = FaultScript<Int>(.fail(TransientError()), .succeed(1))
        let pipeline = RetryPipeline(policy: .default.backoff(.none).maxAttempts(2)).onRetry { _ in
            told.withLock { $0.append("pipeline") }
        }
        _ = try retryBlocking(
            pipeline, onRetry: { _ in told.withLock { $0.append("call") } },
            operation: { try script.callBlocking() })
        #expect(told.withLock { $0 } == ["pipeline", "call"])
    }
}
