import RetryCore
import RetryTesting
import Testing

@Suite("The events of a blocking call", .timeLimit(.minutes(20)))
struct BlockingEventsTests {
    /// A call that ends in a certain way, and what an observer sees of it.
    struct Ending: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var policy = RetryPolicy(maxAttempts: 3, backoff: BlockingHarness.backoff)
        var errors: [any Error] = []
        var condition: RetryCondition?
        let codes: [String]
        var sleeps: [Duration] = []
    }

    static let endings = [
        Ending(testDescription: "success at once", codes: ["attempt", "success"]),
        Ending(
            testDescription: "success after retries", errors: [TransientError(), ServerSideError()],
            codes: ["attempt", "retry", "attempt", "retry", "attempt", "success"], sleeps: [.seconds(1), .seconds(2)]),
        Ending(testDescription: "a permanent error", errors: [PermanentError()], codes: ["attempt", "permanent_fail"]),
        Ending(
            testDescription: "a permanent error after a retry", errors: [TransientError(), PermanentError()],
            codes: ["attempt", "retry", "attempt", "permanent_fail"], sleeps: [.seconds(1)]),
        Ending(
            testDescription: "a hint that says never", errors: [TaggedError(.rateLimit.hint(.never))],
            codes: ["attempt", "permanent_fail"]),
        Ending(
            testDescription: "an error that is not to be retried", errors: [TransientError()],
            condition: [ServerSideError.self], codes: ["attempt", "permanent_fail"]),
        Ending(
            testDescription: "a policy that fails at once", policy: .api.failsImmediately(), errors: [TransientError()],
            codes: ["attempt", "immediate_fail"]),
        Ending(
            testDescription: "too many unknown errors",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingHarness.backoff),
            errors: [StrangeError(), StrangeError(), StrangeError()],
            codes: ["attempt", "retry", "attempt", "retry", "attempt", "max_unknown_attempts_exceeded"],
            sleeps: [.seconds(1), .seconds(2)]),
        Ending(
            testDescription: "too many errors of a class",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingHarness.backoff).retries(1, for: .serverError),
            errors: [ServerSideError(), ServerSideError()],
            codes: ["attempt", "retry", "attempt", "max_attempts_exceeded"],
            sleeps: [.seconds(1)]),
        Ending(
            testDescription: "too many attempts", errors: [TransientError(), TransientError(), TransientError()],
            codes: ["attempt", "retry", "attempt", "retry", "attempt", "max_attempts_exceeded"],
            sleeps: [.seconds(1), .seconds(2)]),
        Ending(
            testDescription: "one attempt", policy: .once, errors: [TransientError()],
            codes: ["attempt", "max_attempts_exceeded"]),
        Ending(
            testDescription: "a wait beyond the deadline",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingHarness.backoff, deadline: .seconds(3)),
            errors: [TransientError(), TransientError()], codes: ["attempt", "retry", "attempt", "deadline_exceeded"],
            sleeps: [.seconds(1)]),
        Ending(
            testDescription: "a last attempt at the deadline",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingHarness.backoff)
                .deadline(.milliseconds(2_500), .truncate),
            errors: [TransientError(), TransientError(), TransientError()],
            codes: ["attempt", "retry", "attempt", "retry", "attempt", "deadline_exceeded"],
            sleeps: [.seconds(1), .milliseconds(1_500)]),
        Ending(
            testDescription: "a cancellation of the operation", errors: [TransientError(), CancellationError()],
            codes: ["attempt", "retry", "attempt", "cancelled"], sleeps: [.seconds(1)]),
        Ending(
            testDescription: "retries without a wait", policy: RetryPolicy(maxAttempts: 3, backoff: .none),
            errors: [TransientError(), TransientError()],
            codes: ["attempt", "retry", "attempt", "retry", "attempt", "success"]),
    ]

    @Test("are numbered, and end with the only one that says stop", arguments: endings)
    func ending(_ ending: Ending) {
        let harness = BlockingHarness(ending.policy)
        let result = harness.run(ending.errors, retryOn: ending.condition)
        #expect(harness.codes == ending.codes)
        #expect(harness.sleeps == ending.sleeps)
        let events = harness.recorder.events
        #expect(events.map(\.number) == Array(1...ending.codes.count))
        #expect(events.last?.stopReason != nil)
        #expect(harness.recorder.stopReasons.count == 1)
        #expect((events.last?.stopReason == .succeeded) == (result.failure == nil))
    }

    @Test("hold what was known when they came")
    func fields() throws {
        let policy = RetryPolicy(maxAttempts: 2, backoff: BlockingHarness.backoff).named("careful")
        let harness = BlockingHarness(policy)
        _ = harness.run([RateLimitError("slow down", retryAfter: .seconds(7)), StrangeError()])
        let events = harness.recorder.events
        #expect(events.map(\.operation) == Array(repeating: "harness", count: 4))
        #expect(events.map(\.policy) == Array(repeating: "careful", count: 4))
        #expect(events.map(\.attempt) == [1, 1, 2, 2])
        #expect(events.map(\.errorClass) == [nil, .rateLimit, nil, .unknown])
        #expect(events.map(\.errorType) == [nil, "RateLimitError", nil, "StrangeError"])
        #expect(events.map(\.message) == [nil, "slow down", nil, "StrangeError()"])
        #expect(events.map(\.hint) == [nil, .after(.seconds(7)), nil, nil])
        #expect(events.map(\.delay) == [.zero, .milliseconds(7_700), .zero, .zero])
        #expect(events.map(\.elapsed) == [.zero, .zero, .milliseconds(7_700), .milliseconds(7_700)])
    }

    @Test("tell nothing of an error that was a cancellation but its type")
    func cancellation() {
        let harness = BlockingHarness()
        _ = harness.run([EnvelopeError(wrappedError: CancellationError())])
        #expect(harness.recorder.events.last?.errorClass == nil)
        #expect(harness.recorder.events.last?.errorType == "EnvelopeError")
    }
    @Test("tell at the end of a wait of the failure before it, and of no older one")
    func endOfAWait() throws {
        let token = RetryCancellationToken()
        let harness = BlockingHarness(token: token) { sleep in
            if sleep == 2 { token.cancel() }
        }
        let script = FaultScript<Int>(.fail(ServerSideError()), .succeed(503))
        _ = try? harness.executor().execute {
            HTTPStatusTable.classification($0)
        } operation: {
            try script.callBlocking()
        }
        #expect(harness.codes == ["attempt", "retry", "attempt", "retry", "cancelled"])
        #expect(harness.recorder.events.map(\.errorType) == [nil, "ServerSideError", nil, nil, nil])
    }

    @Test("hold no more of an error's text than a log can bear")
    func longText() {
        let harness = BlockingHarness(.once)
        _ = harness.run([PermanentError(String(repeating: "é", count: 1_000_000))])
        let message = harness.recorder.events.last?.message
        #expect(message == String(repeating: "é", count: 2_048))
    }
}
