import Benchmark
import RetryAsync

/// Returns the rows for the guards that hold load back, by themselves and together.
func loadGuardRows() -> [Row] {
    let limiter = CallRateLimiter(.tokenBucket(1_000_000_000, per: .seconds(1), burst: 1_000_000_000))
    let gate = CoolDownGate()
    let adaptive = Bulkhead(.adaptive())
    let throttle = AdaptiveThrottle()
    let gated = RetryPipeline(policy: .api).coolDown(gate)
    let all = RetryPipeline(policy: .api).breaker(CircuitBreaker("service")).budget(RetryBudget(.ratio(0.2)))
        .limiter(limiter).bulkhead(Bulkhead(.permits(100))).coolDown(gate)
    return [
        Row("limiter, tryAcquire", bar: .nanoseconds(15), mallocs: 0) { count in acquire(limiter, count) },
        limiterCrowd(), bulkheadRow(), bulkheadCrowd(), waiterRow(),
        Row(
            "first try, a gate that is open", bar: .nanosecondsAboveLoop(25), mallocs: 0, loop: loopByHand
        ) { upstream in
            try await gated.execute { try await upstream.call() }
        },
        Row("adaptive limit, acquire and release", bar: .nanoseconds(60), mallocs: 0) { count in
            acquire(adaptive, .success, count)
        },
        Row("throttle, admit and record", bar: .shown, mallocs: 0) { count in
            for _ in 0..<count where throttle.admit() { throttle.record(.success) }
        },
        Row(
            "first try, breaker, budget, limiter, bulkhead and gate", bar: .nanosecondsAboveLoop(110), mallocs: 0,
            loop: loopByHand
        ) { upstream in
            try await all.execute { try await upstream.call() }
        },
    ]
}

@inline(never)
private func acquire(_ limiter: CallRateLimiter, _ count: Int) {
    for _ in 0..<count { _ = limiter.tryAcquire() }
}

@inline(never)
private func acquire(_ bulkhead: Bulkhead, _ result: AttemptResult, _ count: Int) {
    for _ in 0..<count { bulkhead.tryAcquire()?.release(result) }
}

private func limiterCrowd() -> Row {
    let limiter = CallRateLimiter(.tokenBucket(1_000_000_000, per: .seconds(1), burst: 1_000_000_000))
    let crowd = Crowd(of: 8) { count in acquire(limiter, count) }
    return Row("limiter, tryAcquire, 8 threads", bar: .nanoseconds(150)) { count in crowd.run(count) }
}

private func bulkheadRow() -> Row {
    let bulkhead = Bulkhead(.permits(100))
    return Row("bulkhead, acquire and release", bar: .nanoseconds(30), mallocs: 0) { count in
        acquire(bulkhead, .neutral, count)
    }
}

private func bulkheadCrowd() -> Row {
    let bulkhead = Bulkhead(.permits(100))
    let crowd = Crowd(of: 8) { count in acquire(bulkhead, .neutral, count) }
    return Row("bulkhead, acquire and release, 8 threads", bar: .nanoseconds(250)) { count in crowd.run(count) }
}

/// Two tasks share one permit, so that each waits for the other.
private func waiterRow() -> Row {
    let bulkhead = Bulkhead(.permits(1, queue: 10))
    return Row("bulkhead, a waiter: queue, grant, resume", bar: .nanoseconds(1_500), mallocs: 2) { count in
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<(count + 1) / 2 {
                        let permit = try await bulkhead.acquire()
                        await Task.yield()
                        permit.release()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
