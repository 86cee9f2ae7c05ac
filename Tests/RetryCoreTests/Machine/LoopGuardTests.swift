import RetryCore
import RetryTesting
import Testing

extension RetryPolicy {
    /// A policy of so many attempts without a wait.
    fileprivate static func atOnce(_ attempts: Int) -> RetryPolicy {
        RetryPolicy(maxAttempts: attempts, backoff: .none)
    }
}

@Suite("The guards of a manual loop", .timeLimit(.minutes(20)))
struct LoopGuardTests {
    private let clock = ManualClock(autoAdvance: true)
    private let sleeper: ManualSleeper
    private let recorder = RecordingRetryObserver()

    init() {
        sleeper = ManualSleeper(clock: clock)
    }

    private func context(
        _ policy: RetryPolicy = .atOnce(3), breaker: CircuitBreaker? = nil, budget: RetryBudget? = nil
    ) throws -> RetryContext {
        try RetryContext(
            RetryPipeline(policy: policy)
                .breaker(breaker)
                .budget(budget)
                .observer(recorder.observer)
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock))
    }

    /// Fails in each round until the loop ends.
    private func fail(_ context: RetryContext) throws {
        while true { context.failed(TransientError("\(try context.next().number)")) }
    }

    @Test("the breaker hears of each attempt, and rejects the next one")
    func breakerOpens() throws {
        let breaker = CircuitBreaker("service", policy: CircuitBreakerPolicy(consecutiveFailures: 2))
        #expect(throws: TransientError("2")) { try fail(context(.atOnce(5), breaker: breaker)) }
        #expect(breaker.snapshot.state == .open)
        #expect(recorder.codes == ["attempt", "retry", "attempt", "circuit_open"])
    }

    @Test("no attempt starts while the breaker is open")
    func openBreaker() throws {
        let breaker = CircuitBreaker("service")
        breaker.trip()
        let context = try context(breaker: breaker)
        #expect(throws: CircuitOpenError.self) { try context.next() }
        #expect(throws: CircuitOpenError.self) { try context.next() }
        #expect(context.stopReason == .circuitOpen && recorder.codes == ["circuit_open"])
    }

    @Test("a policy that waits for the circuit waits before the first attempt, too")
    func waitsForTheCircuit() throws {
        let breaker = CircuitBreaker(
            "service",
            policy: CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(5), successesToClose: 1),
            clock: sleeper.retryClock)
        let failing = try context(.once, breaker: breaker)
        #expect(throws: TransientError.self) { try fail(failing) }
        let context = try context(.atOnce(2).whenRejected(.wait), breaker: breaker)
        #expect(try context.next().number == 1)
        context.succeeded()
        #expect(clock.now.offset >= .seconds(5))
        #expect(breaker.snapshot.state == .closed)
    }

    @Test("a budget that is empty ends the loop")
    func emptyBudget() throws {
        let budget = RetryBudget(.limit(1, per: .seconds(60)))
        #expect(throws: TransientError("2")) { try fail(context(.atOnce(9), budget: budget)) }
        #expect(recorder.codes == ["attempt", "retry", "attempt", "budget_exhausted"])
    }

    @Test("a loop that is dropped counts for nothing: its probe is given back")
    func dropped() throws {
        let breaker = CircuitBreaker(
            "service",
            policy: CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(5), successesToClose: 1),
            clock: sleeper.retryClock)
        #expect(throws: TransientError.self) { try fail(self.context(.once, breaker: breaker)) }
        clock.advance(by: .seconds(6))
        do {
            let context = try self.context(breaker: breaker)
            try context.next()
            #expect(breaker.snapshot.state == .halfOpen)
        }
        #expect(recorder.codes.last == "abandoned")
        let context = try self.context(breaker: breaker)
        try context.next()
        context.succeeded()
        #expect(breaker.snapshot.state == .closed)
    }
}
