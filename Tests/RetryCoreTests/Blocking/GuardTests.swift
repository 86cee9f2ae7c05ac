import RetryCore
import RetryTesting
import Testing

/// The guards of the blocking calls; their behaviour is tested through the asynchronous calls.
@Suite("The guards of a blocking call", .timeLimit(.minutes(20)))
struct BlockingGuardTests {
    private let clock = ManualClock()
    private let recorder = RecordingRetryObserver()

    private enum CallForm: CaseIterable { case function, observedFunction, execute, executeWithAttempt, outcome }

    private func run(
        _ form: CallForm, _ policy: RetryPolicy, breaker: CircuitBreaker? = nil, budget: RetryBudget? = nil,
        onRetry: (@Sendable (RetryNotice) -> Void)? = nil, _ operation: () throws -> Int
    ) throws -> Int {
        let clock = clock
        let sleeper = RetrySleeper { duration, _ in clock.advance(by: duration) }
        let executor = BlockingExecutor(
            RetryPipeline(policy: policy)
                .breaker(breaker)
                .budget(budget)
                .onRetry(onRetry)
                .sleeper(sleeper)
                .clock(RetryClock(clock))
                .random(DrawCounter(value: 0).source))
        switch form {
        case .function, .observedFunction:
            return try retryBlocking(
                RetryPipeline(policy: policy)
                    .breaker(breaker)
                    .budget(budget)
                    .observer(form == .function ? nil : recorder.observer)
                    .sleeper(sleeper)
                    .clock(RetryClock(clock))
                    .random(DrawCounter(value: 0).source)
                    .onRetry(onRetry),
                operation: operation)
        case .execute: return try executor.execute(operation: operation)
        case .executeWithAttempt: return try executor.execute { _ in try operation() }
        case .outcome: return try executor.outcome(operation: operation).get()
        }
    }

    private var breaker: CircuitBreaker { CircuitBreaker("service", clock: RetryClock(clock)) }

    @Test("an open circuit turns the call away", arguments: CallForm.allCases)
    private func open(_ form: CallForm) {
        let breaker = breaker
        breaker.trip()
        var calls = 0
        #expect(throws: CircuitOpenError(name: "service", retryAfter: .seconds(60), state: .open)) {
            try run(form, .fast, breaker: breaker) {
                calls += 1
                return 1
            }
        }
        #expect(calls == 0)
    }

    @Test("an open circuit is waited for, if the policy says so", arguments: CallForm.allCases)
    private func waits(_ form: CallForm) throws {
        let breaker = breaker
        breaker.trip()
        #expect(try run(form, .fast.whenRejected(.wait), breaker: breaker) { 7 } == 7)
        #expect(clock.now.offset == .seconds(60))
    }

    @Test("every attempt counts, and the last error is the operation's", arguments: CallForm.allCases)
    private func counts(_ form: CallForm) {
        let breaker = CircuitBreaker("service", policy: .init(consecutiveFailures: 2), clock: RetryClock(clock))
        var calls = 0
        #expect(throws: CountedError(2)) {
            try run(form, RetryPolicy(maxAttempts: 5, backoff: .none), breaker: breaker) {
                calls += 1
                throw CountedError(calls)
            }
        }
        #expect(calls == 2 && breaker.state == .open)
    }

    @Test("an empty budget surfaces the service's own error", arguments: CallForm.allCases)
    private func budget(_ form: CallForm) {
        let budget = RetryBudget(.limit(1, per: .seconds(60)), on: clock)
        var calls = 0
        #expect(throws: CountedError(2)) {
            try run(form, RetryPolicy(maxAttempts: 5, backoff: .none), budget: budget) {
                calls += 1
                throw CountedError(calls)
            }
        }
        #expect(calls == 2 && budget.snapshot().refusals == 1)
    }

    @Test("what no attempt was started with comes back", arguments: CallForm.allCases)
    private func returned(_ form: CallForm) {
        let budget = RetryBudget(.limit(5, per: .seconds(60)), on: clock)
        let breaker = breaker
        #expect(throws: CountedError.self) {
            let trip: @Sendable (RetryNotice) -> Void = { _ in breaker.trip() }
            return try run(form, .fast, breaker: breaker, budget: budget, onRetry: trip) { throw CountedError(1) }
        }
        #expect(budget.snapshot().returns == 1 && budget.snapshot().balance == 5)
    }

    @Test("a call that succeeds is told to both", arguments: CallForm.allCases)
    private func success(_ form: CallForm) throws {
        let budget = RetryBudget(.ratio(0.5, floor: 0), on: clock)
        let breaker = breaker
        breaker.trip()
        clock.advance(by: .seconds(60))
        for _ in 0..<2 { _ = try run(form, .fast, breaker: breaker, budget: budget) { 1 } }
        #expect(breaker.state == .closed && budget.snapshot().deposits == 2)
    }
}

/// The error of one attempt.
private struct CountedError: SelfClassifyingError, Equatable {
    let number: Int
    var classification: ErrorClassification { .transient }

    init(_ number: Int) { self.number = number }
}
