import RetryAsync
import RetryTesting
import Testing

@Suite("The standard pipelines", .timeLimit(.minutes(20)))
struct StandardPipelineTests {
    @Test("of an HTTP service: breaker, bulkhead, deadline and attempt timeout")
    func standardClient() async throws {
        let clock = ManualClock(autoAdvance: true)
        let users = RetryPipeline.standardClient("users", permits: 3, clock: clock.retryClock)
        #expect(users.policy.deadline == .seconds(30) && users.policy.attemptTimeout == .seconds(10))
        #expect(users.policy.maxAttempts == 4)
        #expect(
            "\(users)".hasSuffix("circuit breaker users: closed, bulkhead users: 0 of 3 permits in use"), "\(users)")
        #expect(try await users { 7 } == 7)
        // 100 calls of which 10 fail open the circuit, and a success does not.
        for number in 0..<100 {
            try? await users.policy(.once).execute { if number % 10 == 0 { throw TransientError() } }
        }
        await #expect(throws: CircuitOpenError.self) { try await users { Issue.record("ran") } }
    }

    @Test("of a language model: limits, a budget, and a limiter that is found again")
    func modelProvider() async throws {
        let clock = ManualClock(autoAdvance: true)
        let model = RetryPipeline.modelProvider(
            "model", requestsPerMinute: 60, tokensPerMinute: 60_000, tokens: 2_000, clock: clock.retryClock)
        #expect("\(model)".contains("rate limiter model requests") && "\(model)".contains("budget"))
        for _ in 0..<10 { try await model {} }
        // 60,000 a minute, of which a tenth at once: three requests of 2,000 tokens, then one each 2 s.
        #expect(clock.elapsed == .seconds(14))
        #expect(model.modelLimiter?.tokens.snapshot().waits == 7)
        #expect(RetryPipeline("plain").modelLimiter == nil)
    }
}
