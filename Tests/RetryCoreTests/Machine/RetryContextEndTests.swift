import RetryCore
import RetryTesting
import Testing

@Suite("The end of a loop by hand", .timeLimit(.minutes(5)))
struct RetryContextEndTests {
    private let clock = ManualClock()
    private let recorder = RecordingObserver()
    private let token = CancellationToken()

    private func context(
        _ policy: RetryPolicy = RetryContextTests.policy, whileAsleep: @escaping @Sendable () -> Void = {}
    ) throws -> RetryContext {
        try RetryContext(
            policy: policy, observer: recorder.observer, sleeper: Sleeper { _, _ in whileAsleep() },
            cancellation: token, clock: RetryClock(clock))
    }

    @Test("a break from an attempt that runs is a success")
    func breakOut() throws {
        do {
            for attempt in try context() where attempt == 1 { break }
        }
        #expect(recorder.codes == ["attempt", "success"])
    }

    @Test("a loop left after a failure was abandoned")
    func leftAfterFailure() throws {
        do {
            let context = try context()
            for _ in context {
                context.recordFailure(ServerError())
                break
            }
            #expect(context.stopReason == nil)
        }
        #expect(recorder.codes == ["attempt", "retry", "abandoned"])
        #expect(recorder.events.map(\.attempt) == [1, 1, 1])
        #expect(recorder.events.last?.errorType == "ServerError")
    }

    @Test("a loop left after a wait was abandoned, and its next attempt never started")
    func leftAfterWait() throws {
        do {
            let context = try context()
            for _ in context {
                context.recordFailure(ServerError())
                try context.wait()
                break
            }
        }
        #expect(recorder.codes == ["attempt", "retry", "abandoned"])
        #expect(recorder.events.map(\.attempt) == [1, 1, 1])
    }

    @Test("a deadline that passes during the wait ends the loop without an error of its own")
    func deadline() throws {
        let clock = clock
        let context = try context(RetryContextTests.policy.deadline(.seconds(10))) { clock.advance(by: .seconds(60)) }
        for _ in context {
            context.recordFailure(ServerError())
            try context.wait()
        }
        #expect(context.stopReason == .deadlineExceeded)
        #expect(context.currentAttempt == 1)
        #expect(recorder.codes == ["attempt", "retry", "deadline_exceeded"])
    }

    @Test("a cancellation during an attempt ends the loop with it")
    func cancelledAttempt() throws {
        let context = try context()
        #expect(context.next() == 1)
        token.cancel()
        context.recordFailure(ServerError())
        #expect(!context.shouldRetry)
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(context.next() == nil)
        #expect(context.lastError is ServerError)
        #expect(recorder.codes == ["attempt", "cancelled"])
    }

    @Test("a cancellation during a wait ends the loop")
    func cancelledWait() throws {
        let token = token
        let context = try context(whileAsleep: { token.cancel() })
        #expect(context.next() == 1)
        context.recordFailure(ServerError())
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(context.next() == nil)
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test("a cancellation before a wait leaves it out")
    func cancelledBeforeTheWait() throws {
        let context = try context(whileAsleep: { Issue.record("The loop waited.") })
        #expect(context.next() == 1)
        context.recordFailure(ServerError())
        token.cancel()
        #expect(throws: CancellationError.self) { try context.wait() }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test("a cancellation after a wait, or instead of one, lets no attempt start", arguments: [true, false])
    func cancelledAfterTheWait(waits: Bool) throws {
        let context = try context()
        #expect(context.next() == 1)
        context.recordFailure(ServerError())
        if waits { try context.wait() }
        token.cancel()
        #expect(context.next() == nil)
        #expect(context.stopReason == .cancelled)
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }

    @Test("a cancellation of the task around the loop ends it")
    func cancelledTask() async throws {
        let sleeper = Sleeper { _, _ in withUnsafeCurrentTask { $0?.cancel() } }
        let recorder = recorder
        await #expect(throws: CancellationError.self) {
            try await Task {
                let context = try RetryContext(
                    policy: RetryContextTests.policy, observer: recorder.observer, sleeper: sleeper)
                for _ in context {
                    context.recordFailure(ServerError())
                    try context.wait() as Void
                }
            }.value
        }
        #expect(recorder.codes == ["attempt", "retry", "cancelled"])
    }
}
