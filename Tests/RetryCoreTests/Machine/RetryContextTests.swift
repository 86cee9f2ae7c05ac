import RetryCore
import RetryTesting
import Testing

@Suite("A manual loop", .timeLimit(.minutes(20)))
struct RetryContextTests {
    static let policy = RetryPolicy(
        maxAttempts: 3, backoff: .exponential(initial: .milliseconds(100), cap: .seconds(60), jitter: .none))

    private let sleeper = ManualSleeper()
    private let recorder = RecordingRetryObserver()

    private func context(
        _ policy: RetryPolicy = policy, retryOn condition: RetryCondition? = nil
    ) throws -> RetryContext {
        try RetryContext(
            RetryPipeline(policy: policy)
                .named("loop")
                .retryOn(condition)
                .observer(recorder.observer)
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock))
    }

    @Test("waits and goes round until an attempt succeeds")
    func success() throws {
        let context = try context()
        var attempts: [Int] = []
        func run() throws -> String {
            while true {
                let attempt = try context.next()
                attempts.append(attempt.number)
                #expect(context.currentAttempt == attempt.number)
                if attempt.number == 3 { return context.succeeded("done") }
                context.failed(TransientError())
                #expect(context.shouldRetry)
            }
        }
        #expect(try run() == "done")
        #expect(attempts == [1, 2, 3])
        #expect(sleeper.sleeps == [.milliseconds(100), .milliseconds(200)])
        #expect(context.currentAttempt == 3)
        #expect(context.stopReason == .succeeded)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
    }

    @Test("throws the last error where no retry follows")
    func exhausted() throws {
        let context = try context()
        let errors = [TaggedError(), TaggedError(), TaggedError()]
        let thrown = #expect(throws: TaggedError.self) {
            while true {
                let attempt = try context.next().number
                context.failed(errors[attempt - 1])
                #expect(context.lastError as? TaggedError === errors[attempt - 1])
                #expect(context.shouldRetry == (attempt < 3))
            }
        }
        #expect(thrown === errors[2])
        #expect(context.currentAttempt == 3)
        #expect(context.lastError as? TaggedError === errors[2])
        #expect(context.stopReason == .attemptsExhausted)
        #expect(sleeper.sleeps.count == 2)
        #expect(recorder.codes.last == "max_attempts_exceeded")
        #expect(throws: TaggedError.self) { try context.next() }
    }

    @Test("has no retry for an error that is not to be retried")
    func condition() throws {
        let context = try context(retryOn: [ServerSideError.self])
        try context.next()
        context.failed(TransientError())
        #expect(!context.shouldRetry)
        #expect(context.delay == nil)
        #expect(throws: TransientError.self) { try context.next() }
        #expect(context.currentAttempt == 1)
        #expect(context.stopReason == .permanent)
    }

    @Test("has no state before it begins, and no events if it never does")
    func new() throws {
        do {
            let context = try context()
            #expect(context.currentAttempt == 0)
            #expect(context.lastError == nil)
            #expect(context.stopReason == nil)
            #expect(!context.shouldRetry)
            context.failed(TransientError())
            context.succeeded()
            try context.wait()
            #expect(context.lastError == nil)
        }
        #expect(recorder.events.isEmpty)
    }

    @Test("has one delay for each failure, however often it is asked")
    func delay() throws {
        let random = DrawCounter(value: .max / 2)
        let context = try RetryContext(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(2), jitter: .full)))
                .sleeper(sleeper.sleeper)
                .random(random.source))
        #expect(throws: TransientError.self) {
            while true {
                try context.next()
                #expect(context.delay == nil)
                context.failed(TransientError())
                let delay = context.delay
                #expect(context.delay == delay)
                try context.wait()
                #expect(context.delay == nil)
                #expect(!context.shouldRetry)
            }
        }
        #expect(random.draws == 2)
        #expect(sleeper.sleeps == [.seconds(1), .seconds(1)])
    }

    @Test("leaves a wait to a caller that takes it")
    func ownWait() throws {
        let context = try context()
        #expect(throws: TransientError.self) {
            while true {
                try context.next()
                context.failed(TransientError())
                sleeper.clock.advance(by: context.takeDelay() ?? .zero)
                #expect(context.takeDelay() == nil)
            }
        }
        #expect(context.currentAttempt == 3)
        #expect(sleeper.sleeps.isEmpty)
        #expect(sleeper.clock.now == .init(.milliseconds(300)))
    }

    @Test("counts the attempt that ran last until the next one starts")
    func betweenAttempts() throws {
        let context = try context()
        #expect(try context.next().number == 1)
        context.failed(TransientError())
        try context.wait()
        #expect(context.currentAttempt == 1)
        #expect(try context.next().number == 2)
        #expect(context.currentAttempt == 2)
        #expect(sleeper.sleeps.count == 1)
    }

    @Test("takes a round without a record for a transient failure")
    func noRecord() throws {
        let context = try context()
        var rounds = 0
        #expect(throws: (any Error).self) {
            while true {
                try context.next()
                rounds += 1
            }
        }
        #expect(rounds == 3)
        #expect(context.stopReason == .attemptsExhausted)
        #expect(context.lastError == nil)
        #expect(recorder.events.compactMap(\.errorClass) == [.transient, .transient, .transient])
    }

    @Test("records the first outcome of an attempt, and no other")
    func oneRecord() throws {
        let context = try context()
        let error = TaggedError()
        #expect(try context.next().number == 1)
        context.recordFailure(error)
        context.recordFailure(PermanentError())
        context.recordSuccess()
        #expect(context.lastError as? TaggedError === error)
        #expect(context.shouldRetry)
        #expect(try context.next().number == 2)
        context.recordSuccess()
        context.recordFailure(PermanentError())
        #expect(context.stopReason == .succeeded)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
    }

    @Test("refuses to go round after a success, and names the mistake")
    func afterASuccess() throws {
        let context = try context()
        try context.next()
        context.succeeded()
        let error = #expect(throws: RetryContextEndedError.self) { try context.next() }
        #expect(error?.description.contains("return or break") == true)
        #expect(recorder.codes == ["attempt", "success"])
    }

    @Test("calls onRetry for each failure that a retry follows")
    func onRetry() throws {
        let told = Locked<[String]>([])
        let context = try RetryContext(
            RetryPipeline(policy: Self.policy)
                .onRetry({ notice in
                    told.withLock { $0.append("\(notice.error) \(notice.attempt)") }
                })
                .sleeper(sleeper.sleeper))
        #expect(throws: TransientError.self) {
            while true { context.failed(TransientError("failure \(try context.next().number)")) }
        }
        #expect(told.withLock { $0 } == ["failure 1 1", "failure 2 2"])
    }
}
