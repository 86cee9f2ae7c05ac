import RetryAsync

/// The ways to call the service, one for each run: each adds a guard to the one before.
enum Way: Int, CaseIterable {
    case noRetry, naive, budget, breaker

    var name: String {
        switch self {
        case .noRetry: "no retry"
        case .naive: "naive retries"
        case .budget: "budget"
        case .breaker: "budget and breaker"
        }
    }

    /// A pipeline; an application makes one for each service that it calls, and keeps it.
    func makeExecutor() -> RetryPipeline {
        switch self {
        case .noRetry: RetryPipeline(policy: .once)
        case .naive: RetryPipeline(policy: policy).random(.seeded(7))
        case .budget: RetryPipeline(policy: policy).budget(budget).random(.seeded(7))
        case .breaker: RetryPipeline(policy: policy).breaker(breaker).budget(budget).random(.seeded(7))
        }
    }

    /// Four attempts, 200 to 300 ms apart.
    private var policy: RetryPolicy {
        let backoff = Backoff.constant(.milliseconds(250), jitter: .proportional(0.2), cap: .milliseconds(300))
        return RetryPolicy(maxAttempts: 4, backoff: backoff)
    }

    /// Retries for one call in ten.
    private var budget: RetryBudget { RetryBudget(.ratio(0.1, floor: 0)) }

    /// Opens when three requests in a row fail, or when a quarter of them hang.
    ///
    /// A break outlasts an attempt and the wait after it: a call that fails in the meantime then ends at once.
    private var breaker: CircuitBreaker {
        let policy = CircuitBreakerPolicy(consecutiveFailures: 3, breakDuration: .milliseconds(750))
            .slowCallRatio(0.25, slowerThan: .milliseconds(100), within: .milliseconds(500), minimumCalls: 10)
        return CircuitBreaker("upstream", policy: policy)
    }
}
