import RetryAsync
import RetryTesting
import Testing

/// An attempt that takes too long is cancelled and awaited, and counts as a transient failure.
@Suite("Attempt timeout", .timeLimit(.minutes(20)))
struct AttemptTimeoutTests {
    private let clock = ManualClock()
    private let recorder = RecordingRetryObserver()
    private let policy = RetryPolicy.immediate(3).attemptTimeout(.seconds(1))

    /// Runs a call whose waits pass by themselves.
    private func run<Value: Sendable>(
        _ policy: RetryPolicy, classifier: ErrorClassifier? = nil, retryOn condition: RetryCondition? = nil,
        onRetry: (@Sendable (RetryNotice) -> Void)? = nil,
        _ operation: @escaping @Sendable (RetryAttempt) async throws -> Value
    ) throws -> Value {
        try DeterministicExecutor.run(seed: 1, clock: clock) {
            try await retry(
                RetryPipeline(policy: policy)
                    .classifier(classifier)
                    .retryOn(condition)
                    .observer(recorder.observer)
                    .onRetry(onRetry)
                    .clock(clock.retryClock), operation: operation)
        }
    }

    @Test func anAttemptThatHangsIsCancelledAndRetried() throws {
        let script = FaultScript<Int>(.succeed(1, after: .seconds(60)), .succeed(2)).on(clock)
        #expect(try run(policy) { _ in try await script() } == 2)
        #expect(clock.elapsed == .seconds(1))
        #expect(clock.sleeperCount == 0)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
        #expect(recorder.events.map(\.errorClass) == [nil, .transient, nil, nil])
        #expect(recorder.events.map(\.errorType) == [nil, "AttemptTimeoutError", nil, nil])
    }

    @Test func theLimitCoversTheSynchronousBeginning() throws {
        let value = try run(policy) { attempt in
            // What an operation does before it first suspends, such as writing a large request.
            if attempt.isFirst { clock.advance(by: .seconds(5)) }
            try await clock.sleep(for: .milliseconds(1))
            return attempt.number
        }
        #expect(value == 2)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
        #expect(recorder.events.map(\.errorType) == [nil, "AttemptTimeoutError", nil, nil])
    }

    @Test func anAttemptThatIsInTimeIsNotTouched() throws {
        let script = FaultScript<Int>(.succeed(1, after: .milliseconds(999))).on(clock)
        #expect(try run(policy) { _ in try await script() } == 1)
        #expect(recorder.codes == ["attempt", "success"])
        #expect(clock.sleeperCount == 0)
    }

    @Test func everyAttemptHasTheWholeTime() throws {
        let policy = RetryPolicy.every(.seconds(2), 3).attemptTimeout(.seconds(1)).hints(.ignore)
        #expect(throws: AttemptTimeoutError(timeout: .seconds(1))) {
            try run(policy) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        #expect(clock.elapsed == .seconds(1 + 2 + 1 + 2 + 1))
        #expect(clock.elapsed == policy.worstCaseDuration)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "retry", "attempt", "max_attempts_exceeded"])
        #expect(clock.sleeperCount == 0)
    }

    @Test func anAttemptThatIgnoresItsCancellationIsAwaited() throws {
        let log = Log<String>()
        let value = try run(policy) { attempt in
            log.add("\(attempt.number) begins")
            if attempt.isFirst { await clock.sleepDeaf(for: .seconds(10)) }
            log.add("\(attempt.number) ends at \(clock.now)")
            try Task.checkCancellation()
            return attempt.number
        }
        #expect(value == 2)
        // Ten seconds, not one, and never two attempts at once.
        #expect(log.events == ["1 begins", "1 ends at 10.0 seconds", "2 begins", "2 ends at 10.0 seconds"])
    }

    @Test func aValueThatIsReturnedInSpiteOfTheCancellationCounts() throws {
        let value = try run(policy) { _ in
            try? await clock.sleep(for: .seconds(60))
            return Task.isCancelled ? "cancelled" : "not cancelled"
        }
        #expect(value == "cancelled")
        #expect(clock.elapsed == .seconds(1))
        #expect(recorder.codes == ["attempt", "success"])
    }

    @Test func theNextAttemptIsNotCancelled() throws {
        let states = Log<Bool>()
        _ = try? run(policy) { _ in
            states.add(Task.isCancelled)
            try await clock.sleep(for: .seconds(60))
        }
        #expect(states.events == [false, false, false])
    }

    @Test func noTimerIsLeftWhenTheNextAttemptBegins() throws {
        let sleepers = Log<Int>()
        let script = FaultScript<Int>(
            .fail(Fault(1)), .succeed(2, after: .seconds(60)), .succeed(3, after: .milliseconds(1))
        ).on(clock)
        _ = try run(policy) { _ in
            sleepers.add(clock.sleeperCount)
            return try await script()
        }
        #expect(sleepers.events == [0, 0, 0])
        #expect(clock.sleeperCount == 0)
    }

    @Test func aTimeoutTooLongForAnyClockIsNoTrap() throws {
        let script = FaultScript<Int>(.fail(Fault(1), after: .seconds(3_600)), .succeed(2)).on(clock)
        let policy = RetryPolicy.immediate(2).attemptTimeout(.seconds(Int64.max))
        #expect(try run(policy) { _ in try await script() } == 2)
        #expect(clock.elapsed == .seconds(3_600))
    }
}

extension AttemptTimeoutTests {
    /// A clock that throws in place of waiting.
    private struct BrokenClock: Clock {
        var now: ManualClock.Instant { ManualClock.Instant() }
        var minimumResolution: Duration { .nanoseconds(1) }

        func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws { throw Fault(9) }
    }

    @Test func aClockThatCannotWaitMeasuresNothing() async throws {
        let value = try await retry(
            RetryPipeline(policy: .once.attemptTimeout(.seconds(1))).clock(RetryClock(BrokenClock()))
        ) {
            for _ in 0..<100 { await Task.yield() }
            try Task.checkCancellation()
            return 42
        }
        #expect(value == 42)
    }
}

// MARK: - What kind of failure it is

extension AttemptTimeoutTests {
    @Test func neitherTheClassifierNorTheConditionIsAsked() throws {
        let asked = Log<String>()
        let classifier = ErrorClassifier { _ in
            asked.add("classifier")
            return .permanent
        }
        let condition = RetryCondition.where { _ in
            asked.add("condition")
            return false
        }
        let script = FaultScript<Int>(.succeed(1, after: .seconds(60)), .succeed(2)).on(clock)
        #expect(try run(policy, classifier: classifier, retryOn: condition) { _ in try await script() } == 2)
        #expect(asked.events == [])
    }

    @Test func theLimitsOfTransientFailuresHold() throws {
        #expect(throws: AttemptTimeoutError.self) {
            try run(policy.retries(1, for: .transient)) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        #expect(recorder.stopReasons == [.classLimit(.transient)])
        recorder.reset()
        #expect(throws: AttemptTimeoutError.self) {
            try run(policy.never(.transient)) { _ in try await clock.sleep(for: .seconds(60)) }
        }
        #expect(recorder.codes == ["attempt", "permanent_fail"])
    }

    @Test func theTimelineNamesIt() throws {
        let script = FaultScript<Int>(.succeed(1, after: .seconds(60)), .succeed(2)).on(clock)
        let executor = RetryPipeline(policy: policy).clock(clock.retryClock)
        let outcome = try DeterministicExecutor.run(seed: 1, clock: clock) {
            await executor.outcome { try await script() }
        }
        #expect(outcome.timeline.map { $0.error as? AttemptTimeoutError } == [.init(timeout: .seconds(1)), nil])
        #expect(outcome.timeline.map(\.errorClass) == [.transient, nil])
        #expect(outcome.timeline.map(\.elapsed) == [.seconds(1), .seconds(1)])
        #expect(outcome.stopReason == .succeeded)
    }

    @Test func theCallerIsToldOfIt() throws {
        let told = Log<AttemptTimeoutError?>()
        let script = FaultScript<Int>(.succeed(1, after: .seconds(60)), .succeed(2)).on(clock)
        let tell: @Sendable (RetryNotice) -> Void = { told.add($0.error as? AttemptTimeoutError) }
        _ = try run(policy, onRetry: tell) { _ in try await script() }
        #expect(told.events == [AttemptTimeoutError(timeout: .seconds(1))])
    }
}

// MARK: - Which error the caller sees

extension AttemptTimeoutTests {
    @Test func anEarlierErrorOfTheOperationIsPreferred() {
        let script = FaultScript<Int>(.fail(Fault(1)), .forever(.succeed(2, after: .seconds(60)))).on(clock)
        #expect(throws: Fault(1)) { try run(policy) { _ in try await script() } }
        #expect(recorder.stopReasons == [.attemptsExhausted])
    }

    @Test func aLaterErrorOfTheOperationIsPreferred() {
        let script = FaultScript<Int>(.succeed(1, after: .seconds(60)), .fail(Fault(2)), .fail(Fault(3))).on(clock)
        #expect(throws: Fault(3)) { try run(policy) { _ in try await script() } }
    }

    @Test func aCancellationByTheLimitIsNoErrorOfTheOperation() {
        for error in [CancellationError(), Wrapper(wrappedError: CancellationError())] as [any Error] {
            #expect(throws: AttemptTimeoutError(timeout: .seconds(1))) {
                try run(policy) { _ in
                    try? await clock.sleep(for: .seconds(60))
                    throw error
                }
            }
        }
    }

    @Test func anAnswerThatComesWithTheLimitIsTheAnswer() {
        let refusal = Fault(401, .auth)
        let calls = Log<Int>()
        #expect(throws: refusal) {
            try run(policy) { attempt in
                calls.add(attempt.number)
                try? await clock.sleep(for: .seconds(60))
                throw refusal
            }
        }
        #expect(calls.events == [1])
        #expect(recorder.stopReasons == [.permanent])
    }
}
