import RetryAsync

func guardRows() -> [Row] {
    let breaker = CircuitBreaker("service")
    let budget = RetryBudget(.ratio(0.2))
    let executor = RetryPipeline(policy: .api).breaker(breaker).budget(budget)
    return [
        Row(
            "first try, a breaker and a budget at the call", bar: .nanosecondsAboveLoop(120), mallocs: 0,
            loop: loopByHand
        ) { upstream in
            try await retry(.api.breaker(breaker).budget(budget)) { try await upstream.call() }
        },
        Row(
            "first try, a pipeline with both", bar: .nanosecondsAboveLoop(120), mallocs: 0, loop: loopByHand
        ) { upstream in
            try await executor.execute { try await upstream.call() }
        },
    ]
}
