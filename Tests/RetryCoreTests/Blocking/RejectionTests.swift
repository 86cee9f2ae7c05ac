import RetryCore
import RetryTesting
import Testing

@Suite("Rejected values", .timeLimit(.minutes(20)))
struct RejectionTests {
    /// A response as a client returns it, with its status and nothing thrown.
    struct Response: Equatable {
        let status: Int
        var number = 0
    }

    /// A response that cannot be copied.
    struct Ticket: ~Copyable {
        let number: Int
    }

    /// Runs a call that returns responses of these statuses in turn.
    private func run(_ statuses: [Int], _ harness: BlockingHarness) throws -> Response {
        let steps = statuses.enumerated().map { number, status in
            FaultScript<Response>.Step.succeed(Response(status: status, number: number + 1))
        }
        let script = FaultScript(steps: steps, clock: nil)
        return try harness.executor().execute {
            HTTPStatusTable.classification($0.status)
        } operation: {
            try script.callBlocking()
        }
    }

    @Test("are retried until one is accepted")
    func accepted() throws {
        let harness = BlockingHarness()
        #expect(try run([503, 429, 200], harness) == Response(status: 200, number: 3))
        #expect(harness.codes == ["attempt", "retry", "attempt", "retry", "attempt", "success"])
        #expect(harness.recorder.events.map(\.errorClass) == [nil, .serverError, nil, .rateLimit, nil, nil])
        #expect(harness.recorder.events.compactMap(\.errorType).isEmpty)
        #expect(harness.classified.withLock(\.isEmpty))
    }

    @Test("are returned where the retries end: the last one")
    func exhausted() throws {
        let harness = BlockingHarness()
        #expect(try run([503, 503, 503], harness) == Response(status: 503, number: 3))
        #expect(harness.recorder.stopReasons == [.attemptsExhausted])
    }

    @Test("are returned at once where no retry makes sense")
    func permanent() throws {
        let harness = BlockingHarness()
        #expect(try run([404], harness) == Response(status: 404, number: 1))
        #expect(harness.codes == ["attempt", "permanent_fail"])
    }

    @Test("are returned where the deadline passes during the wait")
    func deadline() throws {
        let clock = ManualClock()
        let sleeper = RetrySleeper { _, _ in clock.advance(by: .seconds(60)) }
        let executor = BlockingExecutor(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)), deadline: .seconds(10)))
                .sleeper(sleeper)
                .clock(RetryClock(clock)))
        let value = try executor.execute { (_: borrowing Int) in
            .transient
        } operation: {
            503
        }
        #expect(value == 503)
    }

    @Test("bring hints with them")
    func hints() throws {
        let harness = BlockingHarness()
        let script = FaultScript<Int>(.succeed(429), .succeed(200))
        _ = try harness.executor().execute {
            HTTPStatusTable.classification($0, retryAfter: "30")
        } operation: {
            try script.callBlocking()
        }
        #expect(harness.sleeps == [.seconds(31)])
    }

    @Test("and errors count together, and the last of both decides what the caller gets")
    func mixed() throws {
        let reject: (borrowing Int) -> ErrorClassification? = { HTTPStatusTable.classification($0) }
        let policy = RetryPolicy(maxAttempts: 2, backoff: .none)
        let error = TaggedError()
        let valueLast = FaultScript<Int>(.fail(error), .succeed(503))
        #expect(
            try retryBlocking(RetryPipeline(policy: policy), rejecting: reject) { try valueLast.callBlocking() } == 503)
        let errorLast = FaultScript<Int>(.succeed(503), .fail(error))
        let thrown = #expect(throws: TaggedError.self) {
            try retryBlocking(RetryPipeline(policy: policy), rejecting: reject) { try errorLast.callBlocking() }
        }
        #expect(thrown === error)
        #expect(valueLast.calls == 2 && errorLast.calls == 2)
    }

    @Test("may be of a kind that cannot be copied", arguments: [1: 1, 3: 3, 9: 4] as KeyValuePairs)
    func noncopyable(accepted: Int, expected: Int) throws {
        var made = 0
        let reject = { (ticket: borrowing Ticket) -> ErrorClassification? in ticket.number < accepted ? .transient : nil
        }
        let ticket = try retryBlocking(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 4, backoff: .none)), rejecting: reject
        ) { _ in
            made += 1
            return Ticket(number: made)
        }
        #expect(ticket.number == expected)
    }

    @Test("are judged once each")
    func judgedOnce() throws {
        var judged: [Int] = []
        let script = FaultScript<Int>(.succeed(1), .succeed(2), .succeed(3))
        _ = try BlockingExecutor(policy: RetryPolicy(maxAttempts: 3, backoff: .none)).execute {
            (value: borrowing Int) in
            judged.append(copy value)
            return .transient
        } operation: {
            try script.callBlocking()
        }
        #expect(judged == [1, 2, 3])
    }
}
