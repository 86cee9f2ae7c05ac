import RetryCore
import RetryTesting
import Testing

/// Blocking calls within the attempts of others.
@Suite("Nested blocking calls", .timeLimit(.minutes(20)))
struct NestedBlockingTests {
    private struct Down: Error {}

    private let policy = RetryPolicy(maxAttempts: 3, backoff: .none)

    /// Counts the requests of calls at a depth, each with three attempts.
    private func requests(depth: Int, _ policy: RetryPolicy, name: String? = nil) -> Int {
        var count = 0
        func call(_ depth: Int) throws {
            try retryBlocking(RetryPipeline(policy: policy).named(name)) {
                if depth > 1 { return try call(depth - 1) }
                count += 1
                throw Down()
            }
        }
        try? call(depth)
        return count
    }

    @Test(arguments: [(1, 3), (2, 5), (3, 7), (4, 9)])
    func retriesDoNotMultiply(depth: Int, expected: Int) {
        #expect(requests(depth: depth, policy) == expected)
    }

    @Test(arguments: [(1, 3), (2, 9), (3, 27), (4, 81)])
    func aPolicyMayAllowIt(depth: Int, expected: Int) {
        #expect(requests(depth: depth, policy.nested(.allow)) == expected)
    }

    @Test func theSameOperationRunsOnceWhateverThePolicy() {
        #expect(requests(depth: 2, policy.nested(.allow), name: "users") == 5)
        #expect(requests(depth: 2, policy.nested(.allow)) == 9, "calls without a name are not the same")
    }

    @Test func aFailureMayStopTheCallsAroundIt() {
        #expect(requests(depth: 2, policy.nested(.stop)) == 4)
        #expect(requests(depth: 3, policy.nested(.stop)) == 5)
    }

    @Test func theReasonIsReported() {
        let recorder = RecordingRetryObserver()
        var attempts = 0
        try? retryBlocking(policy: policy) {
            attempts += 1
            if attempts == 1 { throw Down() }
            try retryBlocking(RetryPipeline("inner", policy: policy).observer(recorder.observer)) { throw Down() }
        }
        #expect(recorder.codes == ["attempt", "nested_retry", "attempt", "nested_retry"])
        #expect(recorder.events.map(\.amplification) == [1, 2, 1, 3])
    }

    @Test func theDeadlineOfACallReachesTheCallsInItsSecondAttempt() {
        let clock = ManualClock(autoAdvance: true)
        var remaining: [Duration?] = []
        try? retryBlocking(
            RetryPipeline(policy: RetryPolicy(maxAttempts: 2, backoff: .constant(.seconds(4))).deadline(.seconds(10)))
                .clock(RetryClock(clock)).sleeper(RetrySleeper { duration, _ in clock.advance(by: duration) })
        ) {
            remaining.append(RetryDeadline.current?.remaining)
            throw Down()
        }
        #expect(remaining == [nil, .seconds(6)])
        #expect(RetryDeadline.current == nil)
    }

    @Test func aBoundDeadlineEndsTheRetriesInIt() {
        let clock = ManualClock(autoAdvance: true)
        let deadline = RetryDeadline(in: .seconds(5), clock: RetryClock(clock))
        let call = RetryPipeline(policy: RetryPolicy(maxAttempts: 9, backoff: .constant(.seconds(2))))
            .clock(RetryClock(clock)).sleeper(RetrySleeper { duration, _ in clock.advance(by: duration) })
        var attempts = 0
        #expect(throws: Down.self) {
            try deadline.bound {
                try retryBlocking(call) {
                    attempts += 1
                    throw Down()
                }
            }
        }
        #expect(attempts == 3, "the wait from 4 s to 6 s does not fit")
        #expect(deadline.bound { 42 } == 42)
    }

    /// The attempts of a call that retries every two seconds, within deadlines.
    private func attempts(within deadlines: Duration...) -> Int {
        let clock = ManualClock(autoAdvance: true)
        let call = RetryPipeline(policy: RetryPolicy(maxAttempts: 9, backoff: .constant(.seconds(2))))
            .clock(RetryClock(clock)).sleeper(RetrySleeper { duration, _ in clock.advance(by: duration) })
        var attempts = 0
        func run(_ deadlines: ArraySlice<Duration>) throws {
            guard let first = deadlines.first else {
                return try retryBlocking(call) {
                    attempts += 1
                    throw Down()
                }
            }
            try RetryDeadline(in: first, clock: RetryClock(clock)).bound { try run(deadlines.dropFirst()) }
        }
        try? run(deadlines[...])
        return attempts
    }

    @Test func aWaitThatEndsAtTheDeadlineIsNotBegun() {
        #expect(attempts(within: .seconds(4)) == 2)
        #expect(attempts(within: .milliseconds(4_001)) == 3)
    }

    @Test func theNarrowestOfSeveralDeadlinesCounts() {
        #expect(attempts(within: .seconds(3), .seconds(60)) == 2)
        #expect(attempts(within: .seconds(60), .seconds(3)) == 2)
    }

    @Test func anAttemptWithoutALimitHasTheTimeOfTheDeadlineAroundIt() throws {
        let clock = RetryClock(ManualClock())
        let remaining = try RetryDeadline(in: .seconds(5), clock: clock).bound {
            try retryBlocking(.once) { (attempt: RetryAttempt) in attempt.remaining }
        }
        #expect(remaining == .seconds(5))
    }

    /// A last attempt starts at the deadline, which binds neither it nor the calls in it.
    @Test func theLastChanceAtADeadlineHasNone() {
        let clock = ManualClock(autoAdvance: true)
        let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(60))).deadline(.seconds(10), .truncate)
        var deadlines: [Duration?] = []
        try? retryBlocking(
            RetryPipeline(policy: policy).clock(RetryClock(clock))
                .sleeper(RetrySleeper { duration, _ in clock.advance(by: duration) })
        ) {
            deadlines.append(RetryDeadline.current?.remaining)
            throw Down()
        }
        #expect(deadlines == [nil, nil])
    }

    @Test func aTaskThatOutlivesItsAttemptIsNotBound() async {
        let late = Locked<Task<Int, Never>?>(nil)
        let (ended, end) = AsyncStream<Void>.makeStream()
        func call() {
            try? retryBlocking(RetryPipeline(policy: RetryPolicy(maxAttempts: 2, backoff: .none))) {
                (attempt: RetryAttempt) in
                if !attempt.isFirst {
                    let task = Task {
                        for await _ in ended {}
                        return requests(depth: 1, policy)
                    }
                    late.withLock { $0 = task }
                }
                throw Down()
            }
        }
        call()
        end.finish()
        #expect(await late.withLock { $0 }?.value == 3)
    }

    @Test func deadlinesOfOtherClocksAreKeptApart() {
        let (one, other) = (RetryClock(ManualClock()), RetryClock(ManualClock()))
        RetryDeadline(in: .seconds(5), clock: one).bound {
            RetryDeadline(in: .seconds(9), clock: other).bound {
                #expect(RetryDeadline.current?.remaining == .seconds(5))
                #expect(RetryDeadline.current(on: other)?.remaining == .seconds(9))
                #expect(RetryDeadline.current(on: .system) == nil)
            }
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-3), .seconds(Int64.min), .seconds(Int64.max)])
    func hostileDeadlines(duration: Duration) {
        let deadline = RetryDeadline(in: duration)
        #expect(deadline.remaining >= .zero)
        #expect(deadline.bound { 42 } == 42)
    }
}
