import RetryCore
import RetryTesting
import Testing

@Suite("The events of a blocking call", .timeLimit(.minutes(20)))
struct BlockingEventsTests {
    /// A call that ends in a certain way, and what an observer sees of it.
    struct Ending: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var policy = RetryPolicy(maxAttempts: 3, backoff: BlockingScene.backoff)
        var errors: [any Error] = []
        var condition: RetryCondition?
        let codes: [String]
        var sleeps: [Duration] = []
    }

    static let endings = [
        Ending(testDescription: "success at once", codes: ["attempt", "success"]),
        Ending(
            testDescription: "success after retries", errors: [TransientError(), ServerError()],
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
            condition: [ServerError.self], codes: ["attempt", "permanent_fail"]),
        Ending(
            testDescription: "a policy that fails at once", policy: .api.failsImmediately(), errors: [TransientError()],
            codes: ["attempt", "immediate_fail"]),
        Ending(
            testDescription: "too many unknown errors",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingScene.backoff),
            errors: [StrangeError(), StrangeError(), StrangeError()],
            codes: ["attempt", "retry", "attempt", "retry", "attempt", "max_unknown_attempts_exceeded"],
            sleeps: [.seconds(1), .seconds(2)]),
        Ending(
            testDescription: "too many errors of a class",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingScene.backoff).retries(1, for: .serverError),
            errors: [ServerError(), ServerError()], codes: ["attempt", "retry", "attempt", "max_attempts_exceeded"],
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
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingScene.backoff, deadline: .seconds(3)),
            errors: [TransientError(), TransientError()], codes: ["attempt", "retry", "attempt", "deadline_exceeded"],
            sleeps: [.seconds(1)]),
        Ending(
            testDescription: "a last attempt at the deadline",
            policy: RetryPolicy(maxAttempts: 9, backoff: BlockingScene.backoff)
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
        let scene = BlockingScene(ending.policy)
        let result = scene.run(ending.errors, retryOn: ending.condition)
        #expect(scene.codes == ending.codes)
        #expect(scene.sleeps == ending.sleeps)
        let events = scene.recorder.events
        #expect(events.map(\.number) == Array(1...ending.codes.count))
        #expect(events.last?.stopReason != nil)
        #expect(scene.recorder.stopReasons.count == 1)
        #expect((events.last?.stopReason == .succeeded) == (result.failure == nil))
    }

    @Test("hold what was known when they came")
    func fields() throws {
        let policy = RetryPolicy(maxAttempts: 2, backoff: BlockingScene.backoff).named("careful")
        let scene = BlockingScene(policy)
        _ = scene.run([RateLimitError("slow down", retryAfter: .seconds(7)), StrangeError()])
        let events = scene.recorder.events
        #expect(events.map(\.operation) == Array(repeating: "scene", count: 4))
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
        let scene = BlockingScene()
        _ = scene.run([EnvelopeError(wrappedError: CancellationError())])
        #expect(scene.recorder.events.last?.errorClass == nil)
        #expect(scene.recorder.events.last?.errorType == "EnvelopeError")
    }
    @Test("tell at the end of a wait of the failure before it, and of no older one")
    func endOfAWait() throws {
        let token = CancellationToken()
        let scene = BlockingScene(token: token) { sleep in
            if sleep == 2 { token.cancel() }
        }
        let script = FaultScript<Int>(.fail(ServerError()), .succeed(503))
        _ = try? scene.executor().execute {
            HTTPStatus.classification($0)
        } operation: {
            try script.callBlocking()
        }
        #expect(scene.codes == ["attempt", "retry", "attempt", "retry", "cancelled"])
        #expect(scene.recorder.events.map(\.errorType) == [nil, "ServerError", nil, nil, nil])
    }

    @Test("hold no more of an error's text than a log can bear")
    func longText() {
        let scene = BlockingScene(.once)
        _ = scene.run([PermanentError(String(repeating: "é", count: 1_000_000))])
        let message = scene.recorder.events.last?.message
        #expect(message == String(repeating: "é", count: 2_048))
    }
}
