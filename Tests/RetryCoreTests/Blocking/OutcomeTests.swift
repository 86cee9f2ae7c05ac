import RetryCore
import RetryTesting
import Testing

@Suite("The outcome of a blocking call", .timeLimit(.minutes(20)))
struct OutcomeTests {
    /// The outcome of a call whose attempts take half a second each.
    private func outcome(_ steps: [any Error], _ harness: BlockingHarness) throws -> RetryOutcome<Int> {
        let half = Duration.milliseconds(500)
        let script = FaultScript<Int>(
            steps: steps.map { .fail($0, after: half) } + [.succeed(42, after: half)], clock: harness.clock)
        return try harness.executor().outcome { try script.callBlocking() }
    }

    @Test("tells of a success after retries")
    func success() throws {
        let first = TaggedError(.rateLimit(after: .seconds(7)))
        let outcome = try outcome([first, StrangeError()], BlockingHarness())
        #expect(outcome.value == 42)
        #expect(outcome.error == nil)
        #expect(try outcome.get() == 42)
        #expect(outcome.stopReason == .succeeded)
        #expect(outcome.attempts == 3)
        #expect(outcome.elapsed == .milliseconds(11_200))
        let timeline = outcome.timeline
        #expect(timeline.map(\.attempt) == [1, 2, 3])
        #expect(timeline.map(\.errorClass) == [.rateLimit, .unknown, nil])
        #expect(timeline.map(\.hint) == [.after(.seconds(7)), nil, nil])
        #expect(timeline.map(\.delay) == [.milliseconds(7_700), .seconds(2), nil])
        #expect(timeline.map(\.elapsed) == [.milliseconds(500), .milliseconds(8_700), .milliseconds(11_200)])
        #expect(timeline[0].error as? TaggedError === first)
        #expect(timeline[1].error is StrangeError)
        #expect(timeline[2].error == nil)
    }

    @Test("tells of a failure")
    func failure() throws {
        let errors = [TaggedError(), TaggedError(), TaggedError()]
        let outcome = try outcome(errors, BlockingHarness())
        #expect(outcome.value == nil)
        #expect(outcome.error as? TaggedError === errors[2])
        #expect(outcome.stopReason == .attemptsExhausted)
        #expect(outcome.attempts == 3)
        #expect(outcome.timeline.map(\.delay) == [.seconds(1), .seconds(2), nil])
        let thrown = #expect(throws: TaggedError.self) { try outcome.get() }
        #expect(thrown === errors[2])
    }

    @Test("keeps the error that a cancellation hides")
    func cancelled() throws {
        let token = RetryCancellationToken()
        let harness = BlockingHarness(token: token) { _ in token.cancel() }
        let error = TaggedError()
        let outcome = try outcome([error], harness)
        #expect(outcome.error is CancellationError)
        #expect(outcome.stopReason == .cancelled)
        #expect(outcome.attempts == 1)
        #expect(outcome.timeline.map(\.delay) == [.seconds(1)])
        #expect(outcome.timeline[0].error as? TaggedError === error)
    }

    @Test("records an attempt that was cancelled, unclassified")
    func cancelledAttempt() throws {
        let harness = BlockingHarness()
        harness.token.cancel()
        let outcome = try outcome([TaggedError()], harness)
        #expect(outcome.timeline.map(\.attempt) == [1])
        #expect(outcome.timeline.map(\.errorClass) == [nil])
        #expect(outcome.timeline[0].error is TaggedError)
    }

    @Test("tells of a value that was rejected to the end")
    func rejected() throws {
        let executor = BlockingExecutor(policy: RetryPolicy(maxAttempts: 2, backoff: .none))
        let outcome = try executor.outcome { (_: borrowing Int) in
            .serverError
        } operation: {
            503
        }
        #expect(outcome.value == 503)
        #expect(outcome.stopReason == .attemptsExhausted)
        #expect(outcome.attempts == 2)
        #expect(outcome.timeline.map(\.errorClass) == [.serverError, .serverError])
        #expect(outcome.timeline.compactMap(\.error).isEmpty)
    }

    @Test("counts no attempt that the deadline kept from starting")
    func deadline() throws {
        let clock = ManualClock()
        let executor = BlockingExecutor(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)), deadline: .seconds(10)))
                .sleeper(RetrySleeper { _, _ in clock.advance(by: .seconds(60)) })
                .clock(RetryClock(clock)))
        let outcome = try executor.outcome { () -> Int in throw TaggedError() }
        #expect(outcome.stopReason == .deadlineExceeded)
        #expect(outcome.attempts == 1)
        #expect(outcome.elapsed == .seconds(60))
        #expect(outcome.error is TaggedError)
    }

    @Test("counts no attempt where none started")
    func refused() {
        let call = RetryCall(.once, recordsTimeline: true)
        let outcome = RetryOutcome<Int>(ending: .error(TaggedError()), call: call)
        #expect(outcome.attempts == 0)
        #expect(outcome.timeline.isEmpty)
    }

    @Test("holds a value that cannot be copied")
    func noncopyable() throws {
        struct Ticket: ~Copyable {
            let number: Int
        }
        let outcome = try BlockingExecutor(policy: .once).outcome { Ticket(number: 7) }
        #expect(outcome.attempts == 1)
        let ticket = try outcome.get()
        #expect(ticket.number == 7)
    }
}
