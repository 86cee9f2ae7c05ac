import RetryCore
import RetryTesting
import Testing

@Suite("A rate limiter that learns from its service", .timeLimit(.minutes(20)))
struct LimiterLearningTests {
    private let clock = ManualClock()

    @Test(
        "a smaller remainder takes the difference away, a larger one changes nothing",
        arguments: [RateLimiterPolicy.ten, .three])
    func remainder(policy: RateLimiterPolicy) {
        let limiter = CallRateLimiter(policy, on: clock)
        limiter.learn(RateLimitStatus(remaining: 1))
        #expect(limiter.snapshot().available == 1)
        limiter.learn(RateLimitStatus(remaining: 900))
        #expect(limiter.snapshot().available == 1)
        #expect(limiter.tryAcquire() && !limiter.tryAcquire())
        clock.advance(by: .seconds(5))
        #expect(limiter.snapshot().available == 3)
    }

    @Test("nothing left: no call starts up to the reset", arguments: [RateLimiterPolicy.ten, .three])
    func reset(policy: RateLimiterPolicy) {
        let limiter = CallRateLimiter(policy, on: clock)
        limiter.learn(RateLimitStatus(remaining: 0, reset: .seconds(7)))
        #expect(!limiter.tryAcquire())
        #expect(limiter.snapshot().wait == .seconds(7))
        clock.advance(by: .seconds(7))
        #expect(limiter.tryAcquire())
        #expect(!limiter.tryAcquire(), "spaced: the others of the service come at the same time")
    }

    @Test("a learned limit changes the rate, and the turns that are given out stay")
    func rate() throws {
        let limiter = CallRateLimiter(.ten, on: clock)
        for _ in 0..<3 { _ = limiter.tryAcquire() }
        let turn = try limiter.reserve()
        limiter.learn(RateLimitStatus(limit: 2))
        #expect(turn.delay == .milliseconds(100))
        let next = try limiter.reserve()
        #expect(next.delay == .milliseconds(600))
        limiter.learn(RateLimitStatus(limit: 100, period: .seconds(1)))
        #expect(limiter.snapshot().limit == 10, "no more than the policy allows")
        next.giveBack()
        turn.giveBack()
    }

    @Test(
        "a cost up to the policy's burst is possible under a smaller limit too",
        arguments: [RateLimiterPolicy.ten, .three])
    func smallLimit(policy: RateLimiterPolicy) throws {
        let limiter = CallRateLimiter(policy, on: clock)
        limiter.learn(RateLimitStatus(limit: 1))
        #expect(try limiter.reserve(cost: 3).delay <= .seconds(3))
    }

    static let responses: [(RateLimitCurrency, [String: String], [RateLimitStatus])] = [
        (
            .requests,
            ["x-ratelimit-limit": "100", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "30"],
            [RateLimitStatus(limit: 100, remaining: 7, reset: .seconds(30))]
        ),
        (
            .requests,
            [
                "x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "6m0s", "x-ratelimit-limit-tokens": "90000",
            ],
            [RateLimitStatus(limit: 500, remaining: 0, reset: .seconds(360))]
        ),
        (
            .tokens,
            ["x-ratelimit-limit-tokens": "90000", "x-ratelimit-remaining-tokens": "12.5"],
            [RateLimitStatus(limit: 90_000, remaining: 12)]
        ),
        (
            .tokens,
            [
                "anthropic-ratelimit-tokens-limit": "80000", "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "1970-01-01T00:01:40Z",
            ],
            [RateLimitStatus(limit: 80_000, remaining: 0, reset: .seconds(60))]
        ),
        (.requests, ["ratelimit-limit": "100, 100;w=60"], [RateLimitStatus(limit: 100)]),
        (
            .requests, ["ratelimit": "\"burst\";r=0;t=5, \"daily\";r=900;t=3600"],
            [RateLimitStatus(remaining: 0, reset: .seconds(5))]
        ),
        (.requests, ["x-ratelimit-limit": "-5", "x-ratelimit-remaining": "many"], []),
        (.requests, ["x-ratelimit-limit": "99999999999999999999999"], [RateLimitStatus(limit: .max)]),
        (.requests, ["x-ratelimit-remaining": "5, 3"], [RateLimitStatus(remaining: 3)]),
        (.tokens, ["x-ratelimit-limit": "100", "ratelimit": "\"x\";r=0;t=5"], []), (.tokens, [:], []),
        (.requests, ["x-ratelimit-limit": "", "x-ratelimit-remaining": " "], []),
        (.requests, ["x-ratelimit-limit": "1e3"], []), (.requests, ["x-ratelimit-limit": "10."], []),
    ]

    @Test("reads the headers of services", arguments: responses.indices)
    func headers(index: Int) {
        let (currency, headers, statuses) = Self.responses[index]
        #expect(RateLimitHeaders.statuses(of: currency, now: 40) { headers[$0] } == statuses)
    }

    @Test("requests and tokens of a model: both admit a call, the later start counts")
    func model() {
        let limiter = ModelRateLimiter(
            requestsPerMinute: 60, tokensPerMinute: 6_000, largestRequest: 1_000, named: "model",
            clock: RetryClock(clock))
        let pipeline = ModelBench(limiter)
        #expect(pipeline.wait(1_000) == 0)
        #expect(limiter.tokens.snapshot().available == 0)
        #expect(pipeline.wait(100) == 1, "100 tokens a second")
        #expect(pipeline.wait(10) == 1.1)
        limiter.settle(estimate: 1_000, actual: 400)
        #expect(pipeline.wait(600) == 1.1, "600 tokens came back")
        #expect(limiter.requests.snapshot().available >= 0)
    }

    @Test("a request that one limit rejects takes nothing of the other one")
    func rejection() {
        let limiter = ModelRateLimiter(
            requests: CallRateLimiter(.tokenBucket(1, per: .seconds(60), burst: 1, maxWait: .zero), on: clock),
            tokens: CallRateLimiter(.tokenBucket(600, per: .seconds(60), burst: 600), on: clock))
        let bench = ModelBench(limiter)
        #expect(bench.wait(100) == 0)
        #expect(bench.wait(100) == nil)
        #expect(limiter.tokens.snapshot().available == 500)
        #expect(bench.error(100).limit == 1)
        #expect(bench.wait(601) == nil)
        #expect(bench.error(601).retryAfter == nil)
    }

    @Test("learns both limits from one response, and is held as one")
    func modelLearns() {
        let limiter = ModelRateLimiter(requestsPerMinute: 60, tokensPerMinute: 6_000, clock: RetryClock(clock))
        let headers = [
            "x-ratelimit-remaining-requests": "3", "x-ratelimit-remaining-tokens": "0",
            "x-ratelimit-reset-tokens": "2s",
        ]
        limiter.learn { headers[$0] }
        #expect(limiter.requests.snapshot().available == 3)
        #expect(limiter.tokens.snapshot().holdLeft == .seconds(2))
        limiter.hold(for: .seconds(9))
        #expect(limiter.requests.snapshot().holdLeft == .seconds(9))
        #expect("\(limiter)".contains("held for 9s"))
    }
}

/// The guard of a model's limiter, without a call.
private struct ModelBench {
    private let limiter: ModelRateLimiter

    init(_ limiter: ModelRateLimiter) {
        self.limiter = limiter
    }

    /// The wait of a request in seconds; `nil` if it is rejected.
    func wait(_ tokens: Int) -> Double? { limiter.reservedWait(tokens: tokens).map { Double($0) / 1e9 } }

    func error(_ tokens: Int) -> RateLimitedError { limiter.error(cost: Int64(tokens)) }
}
