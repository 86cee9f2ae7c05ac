import RetryCore
import RetryTesting
import Testing

@Suite("Descriptions", .timeLimit(.minutes(20)))
struct DescriptionTests {
    @Test("of policies name their attempts and waits, and what differs from most policies")
    func policies() {
        #expect("\(RetryPolicy.api)" == "api: 4 attempts, waits 250ms doubling up to 15s, full jitter")
        #expect("\(RetryPolicy.once)" == "once: 1 attempt")
        #expect(
            "\(RetryPolicy.fast)" == "fast: 3 attempts, waits 500ms doubling up to 5s, ±50 % jitter; unknown unlimited")
        let policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)))
            .backoff(.linear(initial: .seconds(1), increment: .seconds(2), cap: .seconds(60)), for: .rateLimit)
            .retries(1, for: .unknown).deadline(.seconds(30), .truncate).attemptTimeout(.seconds(4))
            .hints(.ignore).whenRejected(.wait)
        #expect(
            "\(policy)"
                == "3 attempts, waits 1s; waits after rate_limit: 1s and 2s more each time up to 1m, full jitter; "
                + "unknown 1 retry; "
                + "deadline 30s (truncate); attempt timeout 4s; hints: ignored; waits for guards")
    }

    @Test(
        "of backoffs and jitter are words",
        arguments: [
            (Backoff.none, "none"),
            (.constant(.milliseconds(250), jitter: .equal), "250ms, equal jitter"),
            (
                .exponential(initial: .seconds(1), factor: 1.5, cap: .seconds(9), jitter: .proportional(0.25)),
                "1s times 1.5 up to 9s, ±25 % jitter"
            ),
            (
                .fibonacci(initial: .seconds(1), cap: .seconds(9), jitter: .floor(.milliseconds(5))),
                "1s in Fibonacci steps up to 9s, jitter from 5ms"
            ),
            (.list([.seconds(1), .seconds(5)], jitter: .additive(.milliseconds(5))), "1s, 5s, jitter of 5ms more"),
        ])
    func backoffs(_ backoff: Backoff, _ text: String) {
        #expect("\(backoff)" == text)
    }

    @Test("of breakers tell the state, and the counts of their rules")
    func breakers() {
        let clock = ManualClock()
        let policy = CircuitBreakerPolicy(consecutiveFailures: 1).failureRatio(0.5, ofLast: 10, minimumCalls: 10)
        let breaker = CircuitBreaker("payments", policy: policy, clock: RetryClock(clock))
        #expect("\(breaker)" == "circuit breaker payments: closed")
        _ = try? breaker.call { throw TransientError() }
        clock.advance(by: .seconds(8))
        #expect(
            "\(breaker)" == "circuit breaker payments: open for 52s more, 1 failure in a row, 1 of 1 calls failures")
        #expect(
            "\(policy)"
                == "opens after 1 failure in a row or 50 % failures of the last 10 calls, for 1m, and closes after 2 probes"
        )
    }

    @Test("of budgets tell the tokens, and what was granted")
    func budgets() throws {
        let budget = RetryBudget(.tokenBucket(floor: 0), named: "users")
        #expect("\(budget)" == "retry budget users: 5 of 5 tokens, 0 retries granted, 0 refused")
        let pipeline = RetryPipeline(policy: .default.backoff(.none)).budget(budget)
        for _ in 0..<3 { _ = try? retryBlocking(pipeline) { throw TransientError() } }
        #expect("\(budget)" == "retry budget users: 0 of 5 tokens, 5 retries granted, 1 refused, exhausted")
        #expect("\(RetryBudgetPolicy.limit(1, per: .seconds(60)))" == "at most 1 retry in 1m")
        #expect("\(RetryBudgetPolicy.tokenBucket())" == "a retry for 10 % of the successes, 0.01 a second, at most 5")
        // 0.07 · 100 and 0.29 · 100 are no whole numbers in binary.
        for (share, text) in [(0.07, "7 %"), (0.29, "29 %"), (0.005, "0.5 %"), (1, "100 %")] {
            #expect("\(RetryBudgetPolicy.tokenBucket(perSuccess: share))".hasPrefix("a retry for \(text) of"))
        }
    }

    @Test("of pipelines join their parts")
    func pipelines() {
        let pipeline = RetryPipeline("users", policy: .api).breaker(CircuitBreaker("users"))
        #expect(
            "\(pipeline)" == "users (api: 4 attempts, waits 250ms doubling up to 15s, full jitter), "
                + "circuit breaker users: closed")
    }

    @Test("of outcomes and attempts tell the end, the time and the error, and no value")
    func outcomes() throws {
        let sleeper = ManualSleeper()
        let script = FaultScript<String>(.fail(TransientError("lost")), .succeed("secret"))
        let executor = BlockingExecutor(
            RetryPipeline(policy: .default.backoff(.constant(.milliseconds(250))))
                .sleeper(sleeper.sleeper).clock(sleeper.retryClock))
        let outcome = try executor.outcome { try script.callBlocking() }
        #expect("\(outcome)" == "success after 2 attempts in 250ms")
        #expect(
            String(reflecting: outcome).split(separator: "\n") == [
                "success after 2 attempts in 250ms",
                "    attempt 1 at 0s: transient, waits 250ms: \(TransientError("lost"))",
                "    attempt 2 at 250ms: success",
            ])
        #expect("\(RetryAttempt(number: 2, maxAttempts: 4, remaining: .seconds(1.5)))" == "attempt 2 of 4, 1.5s left")
    }

    @Test("of metrics tell the calls and their times")
    func metrics() {
        let metrics = RetryMetrics()
        #expect("\(metrics.snapshot())" == "0 calls, 0 succeeded, 0 retries")
        let clock = ManualClock()
        let pipeline = RetryPipeline().observer(metrics.observer).clock(RetryClock(clock))
        _ = try? retryBlocking(pipeline) { clock.advance(by: .milliseconds(20)) }
        #expect("\(metrics.snapshot())" == "1 call, 1 succeeded, 0 retries; half within 25ms, 99 % within 25ms")
    }

    @Test("in full name every setting")
    func inFull() {
        let text = String(reflecting: RetryPolicy.api)
        #expect(
            text
                == "RetryPolicy(name: \"api\", maxAttempts: 4, backoff: (250ms doubling up to 15s, full jitter), backoffs: [], "
                + "limits: [permanent: never retried, auth: never retried, permission: never retried, unknown: 2 retries], "
                + "deadline: none, deadlineBehavior: stop, attemptTimeout: none, hints: obeyed up to 5m, "
                + "whenRejected: stop, nested: once, failsImmediately: false, guarantee: atLeastOnce)")
        #expect(String(reflecting: CircuitBreakerPolicy.default).contains("probeLease: 60"))
    }
}
