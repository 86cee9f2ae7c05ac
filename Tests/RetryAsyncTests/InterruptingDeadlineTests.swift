import RetryAsync
import RetryTesting
import Testing

/// A deadline that ends the attempt that runs, and one that does not.
@Suite("Interrupting deadline", .timeLimit(.minutes(20)))
struct InterruptingDeadlineTests {
    private let clock = ManualClock()
    private let recorder = RecordingRetryObserver()
    private let policy = RetryPolicy.every(.seconds(2), 9).deadline(.seconds(10), .interrupt)

    /// Runs a call whose waits pass by themselves.
    private func run<Value: Sendable>(
        _ policy: RetryPolicy, classifier: ErrorClassifier? = nil, retryOn condition: RetryCondition? = nil,
        _ operation: @escaping @Sendable (RetryAttempt) async throws -> Value
    ) throws -> Value {
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            try await retry(
                RetryPipeline(policy: policy)
                    .classifier(classifier)
                    .retryOn(condition)
                    .observer(recorder.observer)
                    .clock(clock.retryClock), operation: operation)
        }
    }

    @Test func theAttemptThatRunsIsCancelledAndNoOtherFollows() {
        #expect(throws: DeadlineExceededError(deadline: .seconds(10))) {
            try run(policy) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        #expect(clock.elapsed == .seconds(10))
        #expect(clock.sleeperCount == 0)
        #expect(recorder.codes == ["attempt", "deadline_exceeded"])
        #expect(recorder.events.last?.errorClass == .transient)
        #expect(recorder.events.last?.errorType == "DeadlineExceededError")
    }

    @Test func theReasonIsTheDeadlineInTheLastAttemptToo() {
        #expect(throws: DeadlineExceededError(deadline: .seconds(10))) {
            try run(policy.maxAttempts(1)) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        #expect(recorder.stopReasons == [.deadlineExceeded])
    }

    @Test func aLaterAttemptHasOnlyWhatIsLeft() {
        let script = FaultScript<Int>(
            .fail(Fault(1), after: .seconds(3)), .forever(.succeed(2, after: .milliseconds(5_001)))
        ).on(clock)
        #expect(throws: Fault(1)) { try run(policy) { _ in try await script() } }
        #expect(clock.elapsed == .seconds(10))
        #expect(recorder.codes == ["attempt", "retry", "attempt", "deadline_exceeded"])
    }

    @Test func anAttemptThatEndsBeforeTheDeadlineIsNotTouched() throws {
        let script = FaultScript<Int>(
            .fail(Fault(1), after: .seconds(3)), .succeed(2, after: .milliseconds(4_999))
        ).on(clock)
        #expect(try run(policy) { _ in try await script() } == 2)
        #expect(clock.sleeperCount == 0)
    }

    @Test func anAttemptThatIgnoresItsCancellationIsAwaited() {
        #expect(throws: DeadlineExceededError(deadline: .seconds(10))) {
            try run(policy) { _ in
                await clock.sleepDeaf(for: .seconds(30))
                try Task.checkCancellation()
            }
        }
        #expect(clock.elapsed == .seconds(30))
    }

    @Test func aValueThatIsReturnedInSpiteOfTheCancellationCounts() throws {
        let value = try run(policy) { _ in
            await clock.sleepDeaf(for: .seconds(30))
            return 42
        }
        #expect(value == 42)
        #expect(recorder.codes == ["attempt", "success"])
    }

    @Test func aRejectedValueAtTheDeadlineIsReturned() throws {
        let value = try DeterministicExecutor.run(seed: 1, clock: clock) {
            try await retry(
                RetryPipeline(policy: policy).observer(recorder.observer).clock(clock.retryClock),
                rejecting: negatives(.transient)
            ) {
                try? await clock.sleep(for: .seconds(60))
                return -1
            }
        }
        #expect(value == -1)
        #expect(recorder.stopReasons == [.deadlineExceeded])
    }

    @Test func neitherTheClassifierNorTheConditionIsAsked() {
        let asked = Log<String>()
        let classifier = ErrorClassifier { _ in
            asked.add("classifier")
            return .permanent
        }
        let condition = RetryCondition.where { _ in
            asked.add("condition")
            return false
        }
        #expect(throws: DeadlineExceededError.self) {
            try run(policy, classifier: classifier, retryOn: condition) { _ in
                try await clock.sleep(for: .seconds(60))
            }
        }
        #expect(asked.events == [])
        #expect(recorder.stopReasons == [.deadlineExceeded])
    }

    @Test func aWaitThatWouldReachTheDeadlineIsNotBegun() {
        let script = FaultScript<Int>(.forever(.fail(Fault(1), after: .milliseconds(1_500)))).on(clock)
        #expect(throws: Fault(1)) { try run(policy) { _ in try await script() } }
        // Attempts end at 1.5 s, 5 s and 8.5 s, and 2 s more would be too late.
        #expect(clock.elapsed == .milliseconds(8_500))
        #expect(recorder.stopReasons == [.deadlineExceeded])
    }
}

// MARK: - Together with an attempt timeout

extension InterruptingDeadlineTests {
    @Test func whicheverLimitComesFirstEndsTheAttempt() {
        #expect(throws: DeadlineExceededError(deadline: .seconds(10))) {
            try run(policy.attemptTimeout(.seconds(4))) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        // Timed out at 4 s, and interrupted at the deadline, 4 s into the second attempt: the deadline has precedence.
        #expect(clock.elapsed == .seconds(10))
        #expect(recorder.codes == ["attempt", "retry", "attempt", "deadline_exceeded"])
        #expect(recorder.events.compactMap(\.errorType) == ["AttemptTimeoutError", "DeadlineExceededError"])
    }

    @Test func aTimeoutWithoutRoomForAnotherAttemptIsTheErrorThatIsThrown() {
        #expect(throws: AttemptTimeoutError(timeout: .seconds(9))) {
            try run(policy.attemptTimeout(.seconds(9))) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        #expect(clock.elapsed == .seconds(9))
        #expect(recorder.codes == ["attempt", "deadline_exceeded"])
    }
}

// MARK: - Deadlines that do not interrupt

extension InterruptingDeadlineTests {
    @Test(arguments: [DeadlineBehavior.stop, .truncate])
    func theAttemptThatRunsIsLeftAlone(behavior: DeadlineBehavior) {
        let script = FaultScript<Int>(.forever(.fail(Fault(1), after: .seconds(60)))).on(clock)
        #expect(throws: Fault(1)) { try run(policy.deadline(.seconds(10), behavior)) { _ in try await script() } }
        #expect(clock.elapsed == .seconds(60))
        #expect(script.calls == 1)
        #expect(recorder.codes == ["attempt", "deadline_exceeded"])
        #expect(clock.sleeps == [.seconds(60)], "no timer was set")
    }

    @Test func withoutADeadlineThereIsNothingToInterrupt() throws {
        let script = FaultScript<Int>(.fail(Fault(1), after: .seconds(60)), .succeed(2)).on(clock)
        #expect(try run(.immediate(2).deadline(nil, .interrupt)) { _ in try await script() } == 2)
        #expect(clock.sleeps == [.seconds(60)], "no timer was set")
    }

    @Test(arguments: [DeadlineBehavior.stop, .truncate])
    func aValueThatComesTooLateIsAValue(behavior: DeadlineBehavior) throws {
        let script = FaultScript<Int>(.succeed(42, after: .seconds(60))).on(clock)
        #expect(try run(policy.deadline(.seconds(10), behavior)) { _ in try await script() } == 42)
    }
}
