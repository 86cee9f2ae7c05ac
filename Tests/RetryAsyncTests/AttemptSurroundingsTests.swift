import RetryAsync
import RetryTesting
import Testing

/// An attempt under a time limit is a child task, and must not look different from inside.
@Suite("Surroundings of an attempt", .timeLimit(.minutes(20)))
struct AttemptSurroundingsTests {
    @TaskLocal private static var request = "none"

    @Test(arguments: CallForm.allCases)
    func taskLocalsAreVisibleInEveryAttempt(form: CallForm) async throws {
        let seen = Log<String>()
        let call = Call()
        try await Self.$request.withValue("request 7") {
            try await call.run(form) {
                seen.add(Self.request)
                if seen.count < 3 { throw Fault(seen.count) }
            }
        }
        #expect(seen.events == ["request 7", "request 7", "request 7"])
    }

    @Test(arguments: CallForm.allCases, [TaskPriority.high, .utility])
    func thePriorityIsTheCallers(form: CallForm, priority: TaskPriority) async throws {
        let call = Call()
        let seen = Log<TaskPriority>()
        let task = Task.detached(priority: priority) {
            let outside = Task.currentPriority
            try await call.run(form) {
                seen.add(Task.currentPriority)
                if seen.count < 3 { throw Fault(seen.count) }
            }
            return outside
        }
        // Awaiting a task from a higher priority raises it; the attempts are raised with it or not at all.
        let outside = try await task.value
        #expect(seen.count == 3)
        #expect(seen.events.allSatisfy { $0 >= priority && $0 >= outside })
    }

    @Test(arguments: CallForm.allCases)
    func thePreferredExecutorIsKept(form: CallForm) throws {
        let call = Call(policy: .every(.seconds(1), 3))
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2)), .succeed(3))
        let threads = Log<ThreadIdentity>()
        let value = try DeterministicExecutor.run(seed: 1, clock: call.clock) {
            try await call.run(form) {
                threads.add(ThreadIdentity())
                return try await script()
            }
        }
        #expect(value == 3)
        #expect(threads.events == Array(repeating: ThreadIdentity(), count: 3))
    }

    @Test(arguments: CallForm.allCases)
    func childTasksOfAnAttemptEndWithIt(form: CallForm) throws {
        let call = Call(policy: .every(.seconds(1), 2))
        let ended = Log<String>()
        let attempts = Log<Int>()
        let error = #expect(throws: Fault.self) {
            try DeterministicExecutor.run(seed: 1, clock: call.clock) {
                try await call.run(form) {
                    attempts.add(1)
                    async let child: Void = call.clock.sleep(for: .seconds(60))
                    defer { ended.add("attempt \(attempts.count)") }
                    if attempts.count > 0 { throw Fault(attempts.count) }
                    try await child
                }
            }
        }
        #expect(error == Fault(2))
        #expect(ended.events == ["attempt 1", "attempt 2"])
        #expect(call.clock.elapsed == .seconds(1))
        #expect(call.clock.sleeperCount == 0)
    }

    @Test func aCallInsideACallIsBoundedByTheOuterTimeout() throws {
        let clock = ManualClock()
        let outer = RecordingRetryObserver()
        let inner = RecordingRetryObserver()
        let script = FaultScript<Int>(.fail(Fault(1)), .succeed(2))
        let value = try DeterministicExecutor.run(seed: 1, clock: clock) {
            try await retry(
                RetryPipeline(policy: .immediate(2).attemptTimeout(.seconds(5)))
                    .observer(outer.observer)
                    .clock(clock.retryClock)
            ) {
                try await retry(
                    RetryPipeline(policy: .every(.seconds(60), 2)).observer(inner.observer).clock(clock.retryClock)
                ) {
                    try await script()
                }
            }
        }
        #expect(value == 2)
        #expect(clock.elapsed == .seconds(5))
        #expect(inner.codes == ["attempt", "retry", "cancelled", "attempt", "success"])
        #expect(outer.codes == ["attempt", "retry", "attempt", "success"])
        #expect(outer.events.compactMap(\.errorType) == ["AttemptTimeoutError"])
    }

    @Test func anInnerTimeoutIsAnOrdinaryErrorForTheOuterCall() throws {
        let clock = ManualClock()
        let outer = RecordingRetryObserver()
        #expect(throws: AttemptTimeoutError(timeout: .seconds(1))) {
            try DeterministicExecutor.run(seed: 1, clock: clock) {
                try await retry(RetryPipeline(policy: .immediate(2)).observer(outer.observer).clock(clock.retryClock)) {
                    try await retry(.once.attemptTimeout(.seconds(1)).clock(clock.retryClock)) {
                        try await clock.sleep(for: .seconds(60))
                    }
                }
            }
        }
        #expect(outer.codes == ["attempt", "retry", "attempt", "max_attempts_exceeded"])
        #expect(outer.events.compactMap(\.errorClass) == [.transient, .transient])
    }
}
