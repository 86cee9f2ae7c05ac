import RetryCore
import RetryTesting
import Testing

@Suite("A loop by hand", .timeLimit(.minutes(5)))
struct RetryContextTests {
    static let policy = RetryPolicy(
        maxAttempts: 3, backoff: .exponential(initial: .milliseconds(100), cap: .seconds(60), jitter: .none))

    private let sleeper = ManualSleeper()
    private let recorder = RecordingObserver()

    private func context(
        _ policy: RetryPolicy = policy, retryOn condition: RetryCondition? = nil
    ) throws -> RetryContext {
        try RetryContext(
            policy: policy, named: "loop", retryOn: condition, observer: recorder.observer, sleeper: sleeper.sleeper,
            clock: sleeper.retryClock)
    }

    @Test("goes round until an attempt succeeds")
    func success() throws {
        let context = try context()
        var attempts: [Int] = []
        for attempt in context {
            attempts.append(attempt)
            #expect(context.currentAttempt == attempt)
            if attempt < 3 {
                context.recordFailure(TransientError())
                #expect(context.shouldRetry)
                try context.wait()
            } else {
                context.recordSuccess()
            }
        }
        #expect(attempts == [1, 2, 3])
        #expect(sleeper.sleeps == [.milliseconds(100), .milliseconds(200)])
        #expect(context.currentAttempt == 3)
        #expect(context.stopReason == .succeeded)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test("ends where no retry follows, and knows the error")
    func exhausted() throws {
        let context = try context()
        let errors = [TaggedError(), TaggedError(), TaggedError()]
        for attempt in context {
            context.recordFailure(errors[attempt - 1])
            #expect(context.lastError as? TaggedError === errors[attempt - 1])
            #expect(context.shouldRetry == (attempt < 3))
            try context.wait()
        }
        #expect(context.currentAttempt == 3)
        #expect(context.lastError as? TaggedError === errors[2])
        #expect(context.stopReason == .attemptsExhausted)
        #expect(sleeper.sleeps.count == 2)
        #expect(recorder.codes.last == "max_attempts_exceeded")
    }

    @Test("has no retry for an error that is not to be retried")
    func condition() throws {
        let context = try context(retryOn: [ServerError.self])
        for _ in context { context.recordFailure(TransientError()) }
        #expect(!context.shouldRetry)
        #expect(context.delay == nil)
        #expect(context.currentAttempt == 1)
        #expect(context.stopReason == .permanent)
    }

    @Test("knows nothing before it begins, and tells nothing if it never does")
    func new() throws {
        do {
            let context = try context()
            #expect(context.currentAttempt == 0)
            #expect(context.lastError == nil)
            #expect(context.stopReason == nil)
            #expect(!context.shouldRetry)
            context.recordFailure(TransientError())
            context.recordSuccess()
            try context.wait()
            #expect(context.lastError == nil)
        }
        #expect(recorder.events.isEmpty)
    }

    @Test("has one delay for each failure, however often it is asked")
    func delay() throws {
        let random = DrawCounter(value: .max / 2)
        let context = try RetryContext(
            policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(2), jitter: .full)),
            sleeper: sleeper.sleeper, random: random.source)
        for _ in context {
            #expect(context.delay == nil)
            context.recordFailure(TransientError())
            let delay = context.delay
            #expect(context.delay == delay)
            try context.wait()
            #expect(context.delay == nil)
            #expect(!context.shouldRetry)
        }
        #expect(random.draws == 2)
        #expect(sleeper.sleeps == [.seconds(1), .seconds(1)])
    }

    @Test("may wait by other means")
    func ownWait() throws {
        let context = try context()
        for _ in context {
            context.recordFailure(TransientError())
            sleeper.clock.advance(by: context.delay ?? .zero)
        }
        #expect(context.currentAttempt == 3)
        #expect(sleeper.sleeps.isEmpty)
        #expect(sleeper.clock.now == .init(.milliseconds(300)))
    }

    @Test("counts the attempt that ran last until the next one starts")
    func betweenAttempts() throws {
        let context = try context()
        #expect(context.next() == 1)
        context.recordFailure(TransientError())
        try context.wait()
        #expect(context.currentAttempt == 1)
        #expect(context.next() == 2)
        #expect(context.currentAttempt == 2)
    }

    @Test("takes a round without a record for a transient failure, and waits for nothing")
    func noRecord() throws {
        let context = try context()
        #expect(context.map(\.self) == [1, 2, 3])
        #expect(context.stopReason == .attemptsExhausted)
        #expect(context.lastError == nil)
        #expect(sleeper.sleeps.isEmpty)
        #expect(recorder.events.compactMap(\.errorClass) == [.transient, .transient, .transient])
    }

    @Test("hears the first word about an attempt, and no other")
    func oneRecord() throws {
        let context = try context()
        let error = TaggedError()
        #expect(context.next() == 1)
        context.recordFailure(error)
        context.recordFailure(PermanentError())
        context.recordSuccess()
        #expect(context.lastError as? TaggedError === error)
        #expect(context.shouldRetry)
        #expect(context.next() == 2)
        context.recordSuccess()
        context.recordFailure(PermanentError())
        #expect(context.stopReason == .succeeded)
        #expect(context.next() == nil)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
    }

    @Test("serves one loop")
    func oneLoop() throws {
        let context = try context()
        for _ in context { context.recordSuccess() }
        for _ in context { Issue.record("A second loop went round.") }
    }

    @Test("tells onRetry of each failure that a retry follows")
    func onRetry() throws {
        let told = Locked<[String]>([])
        let context = try RetryContext(
            policy: Self.policy, onRetry: { error, attempt in told.withLock { $0.append("\(error) \(attempt)") } })
        for attempt in context { context.recordFailure(TransientError("failure \(attempt)")) }
        #expect(told.withLock { $0 } == ["failure 1 1", "failure 2 2"])
    }
}
