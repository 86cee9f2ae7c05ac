// Standard sets of guards: a pipeline in one line.
extension RetryPipeline {
    /// Creates the standard pipeline for an HTTP service.
    ///
    /// ```swift
    /// enum Services {
    ///     static let users = RetryPipeline.standardClient("users")
    /// }
    ///
    /// let user = try await Services.users { try await client.user(id) }
    /// ```
    ///
    /// From the outside in, with the numbers of the standard resilience handler for HTTP clients of .NET
    /// (Microsoft.Extensions.Http.Resilience 9):
    ///
    /// | part | numbers |
    /// |---|---|
    /// | total deadline | 30 s |
    /// | retry | ``RetryPolicy/api``: 4 attempts |
    /// | circuit breaker | opens at 10 % failures of at least 100 calls in 30 s, for 5 s |
    /// | bulkhead | 1,000 calls at the same time, no queue |
    /// | attempt timeout | 10 s |
    ///
    /// Each call makes new guards: keep the pipeline, and use it for every call of the service.
    ///
    /// - Parameters:
    ///   - name: The name of the service in events and logs.
    ///   - permits: The most calls at the same time; from 1 to 1,000,000.
    ///   - clock: The time source; the system's if `nil`.
    /// - Returns: The pipeline.
    public static func standardClient(_ name: String, permits: Int = 1_000, clock: RetryClock? = nil) -> RetryPipeline {
        let breaker = CircuitBreakerPolicy(consecutiveFailures: 5, breakDuration: .seconds(5)).consecutiveFailures(nil)
            .failureRatio(0.1, within: .seconds(30), minimumCalls: 100)
        return RetryPipeline(name, policy: .api.deadline(.seconds(30)).attemptTimeout(.seconds(10)))
            .breaker(CircuitBreaker(name, policy: breaker, clock: clock))
            .bulkhead(Bulkhead(.permits(permits), named: name, clock: clock))
            .clock(clock)
    }

    /// Creates the standard pipeline for a service of language models, with limits to requests and tokens per minute.
    ///
    /// ```swift
    /// let model = RetryPipeline.modelProvider("model", requestsPerMinute: 500, tokensPerMinute: 200_000, tokens: 1_500)
    ///
    /// let answer = try await model { try await client.complete(prompt) }
    /// model.modelLimiter?.settle(estimate: 1_500, actual: answer.totalTokens)
    /// model.modelLimiter?.learn { answer.headers[$0] }
    /// ```
    ///
    /// | part | numbers |
    /// |---|---|
    /// | retry | ``RetryPolicy/rateLimited`` |
    /// | budget | ``RetryBudgetPolicy/default`` |
    /// | rate limiter | the given limits; a call waits 30 s at most, and a 429 holds back all calls |
    ///
    /// The limiter learns from the headers of answers, and from 429s: it is the cool-down gate, too. Each call makes new
    /// guards: keep the pipeline, and use it for every call of the service.
    ///
    /// - Parameters:
    ///   - name: The name of the service in events and logs.
    ///   - requestsPerMinute: From 1 to 1,000,000,000.
    ///   - tokensPerMinute: From 1 to 1,000,000,000.
    ///   - tokens: The estimated tokens of a request, from 1 to a tenth of the tokens per minute. For another estimate,
    ///     refine the pipeline: `model.limiter(model.modelLimiter, tokens: 4_000)`.
    ///   - clock: The time source; the system's if `nil`.
    /// - Returns: The pipeline.
    public static func modelProvider(
        _ name: String, requestsPerMinute: Int, tokensPerMinute: Int, tokens: Int = 1_000, clock: RetryClock? = nil
    ) -> RetryPipeline {
        let limiter = ModelRateLimiter(
            requestsPerMinute: requestsPerMinute, tokensPerMinute: tokensPerMinute, named: name, clock: clock)
        return RetryPipeline(name, policy: .rateLimited).limiter(limiter, tokens: tokens)
            .budget(RetryBudget(named: name, clock: clock)).clock(clock)
    }

    /// The limiter of requests and tokens of this pipeline; `nil` if it has none.
    public var modelLimiter: ModelRateLimiter? {
        guards?.all.lazy.compactMap { ($0 as? ModelRateLimiterGuard)?.limiter }.first
    }
}
