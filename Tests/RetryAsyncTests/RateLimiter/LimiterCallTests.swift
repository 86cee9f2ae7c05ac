import RetryAsync
import RetryTesting
import Testing

@Suite("Calls through a rate limiter", .timeLimit(.minutes(20)))
struct LimiterCallTests {
    private static let one = RateLimiterPolicy.tokenBucket(1, per: .seconds(1), burst: 1)

    private struct Handle: ~Copyable {
        let number: Int
    }

    @MainActor
    @Test("wait for their turn, and stay on the caller's actor")
    func call() async throws {
        let clock = ManualClock(autoAdvance: true)
        let limiter = CallRateLimiter(Self.one, on: clock)
        for number in 0..<3 {
            let handle = try await limiter.call {
                MainActor.assertIsolated()
                return Handle(number: number)
            }
            #expect(handle.number == number)
            #expect(clock.elapsed == .seconds(number))
        }
        try await limiter.acquire(cost: 1)
        #expect(clock.elapsed == .seconds(3))
    }

    @Test("wait for their turn on a thread too")
    func blocking() throws {
        let clock = ManualClock(autoAdvance: true)
        let sleeper = ManualSleeper(clock: clock).sleeper
        let limiter = CallRateLimiter(Self.one, on: clock)
        for number in 0..<3 {
            #expect(try limiter.callBlocking(sleeper: sleeper) { clock.elapsed } == .seconds(number))
        }
        #expect(throws: RateLimitedError.self) {
            try limiter.callBlocking(maxWait: .milliseconds(999), sleeper: sleeper) { 0 }
        }
        let token = RetryCancellationToken()
        token.cancel()
        #expect(throws: CancellationError.self) {
            try limiter.callBlocking(sleeper: sleeper, cancellation: token) { Issue.record("the operation ran") }
        }
        #expect(limiter.snapshot().returns == 1)
    }

    @Test("are rejected at once if they accept no such wait")
    func rejection() async throws {
        let clock = ManualClock()
        let limiter = CallRateLimiter(Self.one, named: "users", on: clock)
        try await limiter.acquire()
        let error = await #expect(throws: RateLimitedError.self) {
            try await limiter.call(maxWait: .milliseconds(500)) { Issue.record("the operation ran") }
        }
        #expect(error?.classification == ErrorClassification(.rateLimit, hint: .after(.seconds(1))))
        #expect(
            error?.description
                == "The rate limiter \"users\" (1 per 1s, bursts of 1) rejected the call: its turn comes in 1s, "
                + "and it may wait for less. Try again then, or allow a longer wait by the policy's maxWait and the call's "
                + "deadline.")
    }

    @Test("that are cancelled while they wait return their turn, and the next call gets it")
    func cancellation() async throws {
        let clock = ManualClock()
        let limiter = CallRateLimiter(Self.one, on: clock)
        try await limiter.acquire()
        let task = Task { try await limiter.call { Issue.record("the operation ran") } }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(limiter.snapshot().wait == .seconds(1))
        #expect(limiter.snapshot().returns == 1)
    }

    @Test("that are cancelled while they wait in a pipeline return their turn")
    func cancellationInPipeline() async throws {
        let clock = ManualClock()
        let limiter = CallRateLimiter(Self.one, on: clock)
        try await limiter.acquire()
        let pipeline = RetryPipeline(policy: .once).limiter(limiter).clock(clock.retryClock)
        let task = Task { try await pipeline { Issue.record("the operation ran") } }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(limiter.snapshot().returns == 1 && limiter.snapshot().wait == .seconds(1))
    }

    @Test("wait on when the limiter is held meanwhile, and give up where that is too long")
    func holdWhileWaiting() async throws {
        let clock = ManualClock()
        let limiter = CallRateLimiter(Self.one.maxWait(.seconds(10)), on: clock)
        try await limiter.acquire()
        let pipeline = RetryPipeline(policy: .once).limiter(limiter).clock(clock.retryClock)
        let starts = Log<Duration>()
        let first = Task { try await pipeline { starts.add(clock.elapsed) } }
        await clock.waitForSleepers(1)
        let second = Task { try await limiter.call { starts.add(clock.elapsed) } }
        await clock.waitForSleepers(2)
        limiter.hold(for: .seconds(5))
        clock.advance(by: .seconds(1))
        await clock.waitForSleepers(2)
        #expect(starts.count == 0)
        clock.advance(by: .seconds(5))
        try await first.value
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        try await second.value
        #expect(starts.events == [.seconds(6), .seconds(7)])

        let third = Task { try await pipeline { starts.add(clock.elapsed) } }
        await clock.waitForSleepers(1)
        let fourth = Task { try await limiter.call { starts.add(clock.elapsed) } }
        await clock.waitForSleepers(2)
        limiter.hold(for: .seconds(60))
        clock.advance(by: .seconds(2))
        await #expect(throws: RateLimitedError.self) { try await third.value }
        await #expect(throws: RateLimitedError.self) { try await fourth.value }
        #expect(starts.count == 2)
    }

    @Test("of a pipeline hear a hold beyond their deadline at once, when their first turn comes")
    func holdBeyondTheDeadline() async throws {
        let clock = ManualClock()
        let limiter = CallRateLimiter(Self.one, on: clock)
        try await limiter.acquire()
        let pipeline = RetryPipeline(policy: .once.deadline(.seconds(3))).limiter(limiter).clock(clock.retryClock)
        let task = Task { try await pipeline { Issue.record("the operation ran") } }
        await clock.waitForSleepers(1)
        limiter.hold(for: .seconds(5))
        clock.advance(by: .seconds(1))
        await #expect(throws: DeadlineExceededError.self) { try await task.value }
        #expect(clock.elapsed == .seconds(1))
        #expect(limiter.snapshot().returns == 1)
    }

    @Test("hold no permit of another guard while they wait, and give their turn back if that guard rejects")
    func beside() async throws {
        let clock = ManualClock(autoAdvance: true)
        let limiter = CallRateLimiter(Self.one, on: clock)
        try await limiter.acquire()
        let (gate, permit) = (ScriptedGuard(name: "gate"), ScriptedGuard(.reject, name: "permit", place: .permit))
        let pipeline = RetryPipeline(policy: .once).guarded(by: permit).limiter(limiter).guarded(by: gate)
            .clock(clock.retryClock)
        await #expect(throws: ScriptedGuard.Rejection.self) { try await pipeline { Issue.record("the operation ran") } }
        #expect(gate.notes == [.admitted(attempt: 1), .givenBack, .admitted(attempt: 1), .givenBack])
        #expect(permit.notes == [.rejected])
        #expect(limiter.snapshot().returns == 1)
        #expect(limiter.tryAcquire(), "the turn came back")
    }

    @Test("a pipeline has one limiter, and its description shows it")
    func modifier() {
        let clock = ManualClock()
        let limiter = CallRateLimiter(Self.one, named: "users", on: clock)
        let pipeline = RetryPipeline("users").limiter(CallRateLimiter(Self.one, on: clock)).limiter(limiter)
        #expect("\(pipeline)".hasSuffix("rate limiter users: 1 of 1 token, 1 per 1s"))
        #expect(!"\(pipeline.limiter(nil))".contains("limiter"))
    }
}
