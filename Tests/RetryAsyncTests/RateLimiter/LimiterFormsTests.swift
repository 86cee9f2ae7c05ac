import RetryAsync
import RetryTesting
import Testing

@Suite("A rate limiter in every form of a call", .timeLimit(.minutes(20)))
struct LimiterFormsTests {
    /// A form of a call; it fails once, then succeeds, and returns the number of its attempts.
    enum Form: CaseIterable, Sendable {
        case retry, execute, observed, timed, blocking, blockingExecutor, loop, asyncLoop, sequence, gate, blockingGate
    }

    private let clock = ManualClock(autoAdvance: true)

    private func pipeline(_ limiter: CallRateLimiter, _ policy: RetryPolicy = .immediate(3)) -> RetryPipeline {
        let sleeper = ManualSleeper(clock: clock)
        return RetryPipeline(policy: policy).limiter(limiter).sleeper(sleeper.sleeper).clock(clock.retryClock)
    }

    private func run(_ form: Form, _ pipeline: RetryPipeline, failures: Int = 1) async throws -> [Duration] {
        let starts = Log<Duration>()
        let clock = clock
        let operation: @Sendable () throws -> Int = {
            starts.add(clock.elapsed)
            if starts.count <= failures { throw TransientError() }
            return starts.count
        }
        switch form {
        case .retry: _ = try await RetryAsync.retry(pipeline) { try operation() }
        case .execute: _ = try await pipeline.execute { try operation() }
        case .observed: _ = try await pipeline.observer(RetryObserver { _ in }).execute { try operation() }
        case .timed:
            _ = try await pipeline.policy(.immediate(3).attemptTimeout(.seconds(86_400))).execute { try operation() }
        case .blocking: _ = try retryBlocking(pipeline) { try operation() }
        case .blockingExecutor: _ = try BlockingExecutor(pipeline).execute { try operation() }
        case .loop: try loop(pipeline, operation)
        case .asyncLoop:
            let context = try RetryContext(pipeline)
            var value: Int?
            while value == nil {
                try await context.next()
                do { value = context.succeeded(try operation()) } catch { context.failed(error) }
            }
        case .sequence:
            let source = RetryingSequence(pipeline) { Source.numbers([try operation()]) }
            for try await _ in source {}
        case .gate:
            // On a clock that stands still: the lease keeper would wake the other one up without end.
            let pipeline = pipeline.clock(ManualClock().retryClock)
            _ = try await EffectGate(pipeline, store: InMemoryEffectStore(), receiver: .deduplicates)
                .once("key") { _ in "\(try operation())" }
        case .blockingGate:
            _ = try BlockingEffectGate(pipeline, store: InMemoryEffectStore(), receiver: .deduplicates)
                .once("key") { _ in "\(try operation())" }
        }
        return starts.events
    }

    private func loop(_ pipeline: RetryPipeline, _ operation: () throws -> Int) throws {
        let context = try RetryContext(pipeline)
        while true {
            try context.next()
            do {
                _ = context.succeeded(try operation())
                return
            } catch { context.failed(error) }
        }
    }

    @Test("spaces the attempts", arguments: Form.allCases.filter { $0 != .gate })
    func spaces(_ form: Form) async throws {
        let limiter = CallRateLimiter(.tokenBucket(1, per: .seconds(3), burst: 1), on: clock)
        #expect(limiter.tryAcquire())
        #expect(try await run(form, pipeline(limiter)) == [.seconds(3), .seconds(6)])
        #expect(limiter.snapshot().waits == 2)
    }

    @Test("spaces the attempts of an effect, whose lease is kept meanwhile")
    func effect() async throws {
        let clock = ManualClock()
        let limiter = CallRateLimiter(.tokenBucket(1, per: .seconds(3), burst: 1), on: clock)
        #expect(limiter.tryAcquire())
        let gate = EffectGate(
            RetryPipeline(policy: .immediate(3)).limiter(limiter).clock(clock.retryClock), store: InMemoryEffectStore(),
            receiver: .deduplicates)
        let starts = Log<Duration>()
        let task = Task {
            try await gate.once("key") { _ in
                starts.add(clock.elapsed)
                if starts.count == 1 { throw TransientError() }
                return "done"
            }
        }
        for _ in 0..<2 {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(3))
        }
        #expect(try await task.value.value == "done")
        #expect(starts.events == [.seconds(3), .seconds(6)])
    }

    @Test("rejects at once what would wait for longer than its policy allows", arguments: Form.allCases)
    func rejects(_ form: Form) async throws {
        let limiter = CallRateLimiter(
            .tokenBucket(1, per: .seconds(3), burst: 1, maxWait: .seconds(2)), named: "users", on: clock)
        #expect(limiter.tryAcquire())
        let error = await #expect(throws: RateLimitedError.self) { _ = try await run(form, pipeline(limiter)) }
        #expect(error?.retryAfter == .seconds(3) && error?.name == "users" && error?.limit == 1)
        #expect(clock.elapsed == .zero)
        #expect(limiter.snapshot().wait == .seconds(3), "the call has taken nothing")
    }

    @Test(
        "rejects at once what its deadline does not allow, and takes nothing",
        arguments: Form.allCases.filter { $0 != .timed })
    func deadline(_ form: Form) async throws {
        let limiter = CallRateLimiter(.tokenBucket(1, per: .seconds(3), burst: 1), on: clock)
        #expect(limiter.tryAcquire())
        await #expect(throws: DeadlineExceededError(deadline: .seconds(2))) {
            _ = try await run(form, pipeline(limiter, .immediate(3).deadline(.seconds(2))))
        }
        #expect(clock.elapsed == .zero)
        #expect(limiter.snapshot().wait == .seconds(3))
        #expect(limiter.snapshot().returns == 1)
    }

    @Test(
        "a retry whose turn comes after the deadline ends the call with the operation's error",
        arguments: Form.allCases.filter { $0 != .timed && $0 != .gate && $0 != .blockingGate })
    func deadlineOfARetry(_ form: Form) async throws {
        let limiter = CallRateLimiter(.tokenBucket(1, per: .seconds(3), burst: 1), on: clock)
        await #expect(throws: TransientError.self) {
            _ = try await run(form, pipeline(limiter, .immediate(3).deadline(.seconds(2))))
        }
        #expect(clock.elapsed == .zero)
        #expect(limiter.snapshot().wait == .seconds(3))
    }

    @Test(
        "a policy that waits for guards waits for the time of the rejection",
        arguments: Form.allCases.filter { $0 != .gate && $0 != .timed })
    func waitsAfterRejection(_ form: Form) async throws {
        let limiter = CallRateLimiter(.tokenBucket(1, per: .seconds(3), burst: 1, maxWait: .zero), on: clock)
        #expect(limiter.tryAcquire())
        let pipeline = pipeline(limiter, .immediate(3).whenRejected(.wait))
            .random(RetryRandomSource(ScriptedGenerator(fractions: [0])))
        #expect(try await run(form, pipeline) == [.seconds(3), .seconds(6)])
    }

    @Test("a cost above the burst ends the call at once, whatever its policy", arguments: Form.allCases)
    func impossible(_ form: Form) async throws {
        let limiter = CallRateLimiter(.ten, on: clock)
        let pipeline = pipeline(limiter).limiter(limiter, cost: 4)
        let error = await #expect(throws: RateLimitedError.self) { _ = try await run(form, pipeline) }
        #expect(error?.retryAfter == nil && error?.cost == 4)
    }

    @Test("spaces the attempts by requests and tokens", arguments: Form.allCases.filter { $0 != .gate })
    func model(_ form: Form) async throws {
        let limiter = ModelRateLimiter(
            requestsPerMinute: 60, tokensPerMinute: 6_000, largestRequest: 500, clock: clock.retryClock)
        let pipeline = pipeline(CallRateLimiter(.ten, on: clock)).limiter(nil).limiter(limiter, tokens: 500)
        #expect(try await run(form, pipeline) == [.zero, .seconds(5)])
        let rejected = pipeline.limiter(limiter, tokens: 501)
        await #expect(throws: RateLimitedError.self) { _ = try await run(form, rejected) }
        #expect(pipeline.description.contains("rate limiter"))
    }
}

extension RateLimiterPolicy {
    fileprivate static let ten = RateLimiterPolicy.tokenBucket(10, per: .seconds(1), burst: 3)
}
