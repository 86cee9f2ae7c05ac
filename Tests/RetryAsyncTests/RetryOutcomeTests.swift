import RetryAsync
import RetryTesting
import Testing

/// The record of a call that has ended.
@Suite("The outcome", .timeLimit(.minutes(20)))
struct RetryOutcomeTests {
    private let clock = ManualClock(autoAdvance: true)

    private func executor(_ policy: RetryPolicy) -> RetryPipeline {
        RetryPipeline(policy: policy).clock(clock.retryClock).random(
            RetryRandomSource(ScriptedGenerator(fractions: [0])))
    }

    @Test func tellsTheStoryOfASuccess() async throws {
        let script = FaultScript<String>(
            .fail(Fault(1, .rateLimit(after: .seconds(5))), after: .seconds(1)), .fail(Mystery(), after: .seconds(1)),
            .succeed("done", after: .seconds(1))
        ).on(clock)
        let outcome = await executor(.every(.seconds(2), 4)).outcome { try await script() }
        #expect(outcome.value == "done")
        #expect(outcome.error == nil)
        #expect(outcome.stopReason == .succeeded)
        #expect(outcome.attempts == 3)
        #expect(outcome.elapsed == .seconds(10))
        #expect(outcome.timeline.map(\.attempt) == [1, 2, 3])
        #expect(outcome.timeline.map(\.errorClass) == [.rateLimit, .unknown, nil])
        #expect(outcome.timeline.map { $0.error is Fault } == [true, false, false])
        #expect(outcome.timeline.map { $0.error is Mystery } == [false, true, false])
        #expect(outcome.timeline.map(\.hint) == [.after(.seconds(5)), nil, nil])
        #expect(outcome.timeline.map(\.elapsed) == [.seconds(1), .seconds(7), .seconds(10)])
        #expect(outcome.timeline.map(\.delay) == [.seconds(5), .seconds(2), nil])
    }

    @Test func tellsTheStoryOfAFailure() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Fault(2, .permanent)))
        let outcome = await executor(.every(.seconds(2), 4)).outcome { try await script() }
        #expect(outcome.value == nil)
        #expect(outcome.error as? Fault == Fault(2, .permanent))
        #expect(outcome.stopReason == .permanent)
        #expect(outcome.attempts == 2)
        #expect(outcome.elapsed == .seconds(2))
        #expect(outcome.timeline.map(\.delay) == [.seconds(2), nil])
        #expect(throws: Fault(2, .permanent)) { try outcome.get() }
    }

    @Test func aSuccessAtOnceIsOneRecord() async {
        let outcome = await executor(.default).outcome { 42 }
        #expect(outcome.value == 42)
        #expect(outcome.timeline.map(\.attempt) == [1])
        #expect(outcome.timeline.map(\.delay) == [nil])
        #expect(outcome.elapsed == .zero)
    }

    @Test func stopReasonsAreThoseOfTheCall() async {
        let cases: [(RetryPolicy, any Error, RetryStopReason, Int)] = [
            (.immediate(2), Fault(1), .attemptsExhausted, 2),
            (.immediate(9).retries(1, for: .transient), Fault(1), .classLimit(.transient), 2),
            (.immediate(9), Fault(1, .auth), .permanent, 1),
            (.immediate(9).failsImmediately(), Fault(1), .immediateFailure, 1),
            (.every(.seconds(2), 9).deadline(.seconds(5)), Fault(1), .deadlineExceeded, 3),
            (.immediate(9), CancellationError(), .cancelled, 1),
        ]
        for (policy, error, reason, attempts) in cases {
            let outcome = await executor(policy).outcome { throw error }
            #expect(outcome.stopReason == reason)
            #expect(outcome.attempts == attempts)
            #expect(outcome.timeline.count == attempts)
        }
    }

    @Test func theTimelineOfACancelledCallKeepsTheErrorsThatLedThere() async throws {
        let script = FaultScript<Int>(.fail(Fault(1)), .fail(Wrapper(wrappedError: CancellationError())))
        let outcome = await executor(.immediate(9)).outcome { try await script() }
        #expect(outcome.error is Wrapper)
        #expect(outcome.stopReason == .cancelled)
        #expect(outcome.timeline.map { $0.error is Fault } == [true, false])
        #expect(outcome.timeline.map { $0.error is Wrapper } == [false, true])
        #expect(outcome.timeline.map(\.errorClass) == [.transient, nil])
    }

    @Test func aRejectedValueIsAValueAndNoError() async {
        let outcome = await executor(.every(.seconds(1), 2)).outcome(rejecting: negatives(.serverError)) { -1 }
        #expect(outcome.value == -1)
        #expect(outcome.error == nil)
        #expect(outcome.stopReason == .attemptsExhausted)
        #expect(outcome.timeline.map(\.errorClass) == [.serverError, .serverError])
        #expect(outcome.timeline.allSatisfy { $0.error == nil })
        #expect(outcome.timeline.map(\.delay) == [.seconds(1), nil])
    }

    @Test func theAttemptIsToldToTheOperationHereToo() async {
        let outcome = await executor(.immediate(3)).outcome { attempt in
            guard attempt.isLast else { throw Fault(attempt.number) }
            return attempt.number
        }
        #expect(outcome.value == 3)
    }

    @Test func aPolicyThatCannotBeRunIsAnOutcomeToo() async {
        let outcome = await executor(.default.guarantee(.exactlyOnce)).outcome { 42 }
        #expect(outcome.error is InvalidPolicyError)
        #expect(outcome.timeline.isEmpty)
        #expect(outcome.attempts == 0)
    }
}
