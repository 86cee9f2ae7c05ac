import RetryCore
import RetryTesting
import Testing

@Suite("The end of a manual loop", .timeLimit(.minutes(20)))
struct RetryContextEndTests {
    private let clock = ManualClock()
    private let recorder = RecordingRetryObserver()
    private let token = RetryCancellationToken()

    private func context(
        _ policy: RetryPolicy = RetryContextTests.policy, whileAsleep: @escaping @Sendable () -> Void = {}
    ) throws -> RetryContext {
        try RetryContext(
            RetryPipeline(policy: policy)
                .observer(recorder.observer)
                .sleeper(RetrySleeper { _, _ in whileAsleep() })
                .cancellation(token)
                .clock(RetryClock(clock)))
    }

    @Test("a loop left while its attempt runs was abandoned: its outcome is unknown")
    func leftWhileRunning() throws {
        do {
            let context = try context()
            try context.next()
        }
        #expect(recorder.codes == ["attempt", "abandoned"])
    }

    @Test("an error that leaves the loop is no success")
    func errorOfTheBody() throws {
        #expect(throws: ServerSideError.self) {
            let context = try context()
            try context.next()
            throw ServerSideError()
        }
        #expect(recorder.codes == ["attempt", "abandoned"])
    }

    @Test("a loop left after a failure was abandoned")
    func leftAfterFailure() throws {
        do {
            let context = try context()
            try context.next()
            context.failed(ServerSideError())
            #expect(context.stopReason == nil)
        }
        #expect(recorder.codes == ["attempt", "retry", "abandoned"])
        #expect(recorder.events.map(\.attempt) == [1, 1, 1])
        #expect(recorder.events.last?.errorType == "ServerSideError")
    }

    @Test("a loop left after a wait was abandoned, and its next attempt never started")
    func leftAfterWait() throws {
        do {
            let context = try context()
            try context.next()
            context.failed(ServerSideError())
            try context.wait()
        }
        #expect(recorder.codes == ["attempt", "retry", "abandoned"])
        #expect(recorder.events.map(\.attempt) == [1, 1, 1])
    }

    @Test("a deadline that passes during the wait ends the loop with the operation's error")
    func deadline() throws {
        let clock = clock
        let context = try context(RetryContextTests.policy.deadline(.seconds(10))) { clock.advance(by: .seconds(60)) }
        try context.next()
        context.failed(ServerSideError())
        #expect(throws: ServerSideError.self) { try context.next() }
        #expect(context.stopReason == .deadlineExceeded)
        #expect(context.currentAttempt == 1)
        #expect(recorder.codes == ["attempt", "retry", "deadline_exceeded"])
    }

    @Test("a cancellation during an attempt ends the loop with it")
    func cancelledAttempt() throws {
        let context = try context()
        #expect(try context.next().number == 1)
        token.cancel()
        context.recordFailure(ServerSideError())
        #expect(!context.shouldRetry)
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(throws: CancellationError.self) { try context.next() }
        #expect(context.lastError is ServerSideError)
        #expect(recorder.codes == ["attempt", "cancelled"])
    }

    @Test("a cancellation during a wait ends the loop")
    func cancelledWait() throws {
        let token = token
        let context = try context(whileAsleep: { token.cancel() })
        #expect(try context.next().number == 1)
        context.recordFailure(ServerSideError())
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(throws: CancellationError.self) { try context.next() }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test("a cancellation before a wait leaves it out")
    func cancelledBeforeTheWait() throws {
        let context = try context(whileAsleep: { Issue.record("The loop waited.") })
        #expect(try context.next().number == 1)
        context.recordFailure(ServerSideError())
        token.cancel()
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test("a cancellation after a wait, or instead of one, lets no attempt start", arguments: [true, false])
    func cancelledAfterTheWait(waits: Bool) throws {
        let context = try context()
        #expect(try context.next().number == 1)
        context.recordFailure(ServerSideError())
        if waits { try context.wait() }
        token.cancel()
        #expect(throws: CancellationError.self) { try context.next() }
        #expect(context.stopReason == .cancelled)
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test("a cancellation of the task around the loop ends it")
    func cancelledTask() async throws {
        let sleeper = RetrySleeper { _, _ in withUnsafeCurrentTask { $0?.cancel() } }
        let recorder = recorder
        await #expect(throws: CancellationError.self) {
            try await Task {
                let context = try RetryContext(
                    RetryPipeline(policy: RetryContextTests.policy).observer(recorder.observer).sleeper(sleeper))
                while true {
                    try context.next()
                    context.recordFailure(ServerSideError())
                }
            }.value
        }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }
}
