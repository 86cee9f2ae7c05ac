import RetryAsync
import RetryTesting
import Testing

@Suite("The budget of a call", .timeLimit(.minutes(20)))
struct BudgetInRetryTests {
    private let clock = ManualClock(autoAdvance: true)

    private func budget(_ law: RetryBudgetPolicy) -> RetryBudget {
        RetryBudget(law, on: clock)
    }

    private func call(_ policy: RetryPolicy, _ budget: RetryBudget, breaker: CircuitBreaker? = nil) -> Call {
        Call(policy: policy, breaker: breaker, budget: budget, clock: clock)
    }

    @Test("ends the call with the service's own error where it is empty, without a wait", arguments: CallForm.allCases)
    func empty(_ form: CallForm) async throws {
        let budget = budget(.limit(1, per: .seconds(60)))
        let call = call(.every(.seconds(1), 5), budget)
        let attempts = Log<Int>()
        await #expect(throws: Fault(2)) {
            try await call.run(form) {
                attempts.add(1)
                throw Fault(attempts.count)
            }
        }
        #expect(attempts.count == 2 && clock.elapsed == .seconds(1))
        #expect(call.recorder.codes == form.codes("attempt", "retry", "attempt", "budget_exhausted"))
        #expect(budget.snapshot().grants == 1 && budget.snapshot().refusals == 1)
    }

    @Test("is told of every call that starts", arguments: CallForm.allCases)
    func deposits(_ form: CallForm) async throws {
        let budget = budget(.ratio(0.5, floor: 0))
        let call = call(.immediate(2), budget)
        for _ in 0..<4 { try await call.run(form) {} }
        #expect(budget.snapshot().deposits == 4 && budget.snapshot().balance == 2)
    }

    @Test("is told of a call once, however often it is retried", arguments: CallForm.allCases)
    func depositsOnce(_ form: CallForm) async throws {
        let budget = budget(.ratio(0.5, floor: 10))
        let attempts = Log<Int>()
        try await call(.immediate(3), budget).run(form) {
            attempts.add(1)
            if attempts.count < 3 { throw Fault(1) }
        }
        #expect(budget.snapshot().deposits == 1 && budget.snapshot().grants == 2)
    }

    @Test("receives no call that the breaker rejected", arguments: CallForm.allCases)
    func rejected(_ form: CallForm) async throws {
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        breaker.trip()
        let budget = budget(.ratio(0.5, floor: 0))
        let call = call(.immediate(2), budget, breaker: breaker)
        await #expect(throws: CircuitOpenError.self) { try await call.run(form) {} }
        #expect(budget.snapshot().deposits == 0)
    }

    @Test("gets back what the last retry cost, and a token for a success at once", arguments: CallForm.allCases)
    func refund(_ form: CallForm) async throws {
        let budget = budget(.quota(capacity: 100))
        let attempts = Log<Int>()
        try await call(.immediate(3), budget).run(form) {
            attempts.add(1)
            if attempts.count < 3 { throw Fault(1) }
        }
        #expect(budget.snapshot().balance == 100 - 14)
        try await call(.immediate(3), budget).run(form) {}
        #expect(budget.snapshot().balance == 100 - 14 + 1)
    }

    @Test(
        "is charged by the throttle for the last failure too, but not for a permanent one", arguments: CallForm.allCases
    )
    func everyFailure(_ form: CallForm) async throws {
        let budget = budget(.throttle(maxTokens: 10, tokenRatio: 0.1))
        let call = call(.immediate(3), budget)
        await #expect(throws: Fault.self) { try await call.run(form) { throw Fault(1) } }
        #expect(budget.snapshot().balance == 7)
        await #expect(throws: Fault.self) { try await call.run(form) { throw Fault(1, .permanent) } }
        #expect(budget.snapshot().balance == 7)
        let never = ErrorClassification(.transient, hint: .never)
        await #expect(throws: Fault.self) { try await call.run(form) { throw Fault(1, never) } }
        #expect(budget.snapshot().balance == 6)
        await #expect(throws: CancellationError.self) { try await call.run(form) { throw CancellationError() } }
        #expect(budget.snapshot().balance == 6)
    }

    @Test("is asked last: nothing is taken for a retry that something else refuses", arguments: CallForm.allCases)
    func last(_ form: CallForm) async throws {
        let budget = budget(.limit(5, per: .seconds(60)))
        let policies: [RetryPolicy] = [
            .immediate(1), .immediate(3).never(.transient), .immediate(3).failsImmediately(),
            .immediate(3).retries(0, for: .transient), .every(.seconds(9), 3).deadline(.seconds(9)),
        ]
        for policy in policies {
            await #expect(throws: Fault.self) { try await call(policy, budget).run(form) { throw Fault(1) } }
        }
        let tripped = CircuitBreaker("service", policy: .init(consecutiveFailures: 1), clock: clock.retryClock)
        await #expect(throws: Fault.self) {
            try await call(.immediate(3), budget, breaker: tripped).run(form) { throw Fault(1) }
        }
        #expect(budget.snapshot().balance == 5 && budget.snapshot().refusals == 0)
    }

    @Test("gets back what no attempt was started with: the circuit opened in the wait", arguments: CallForm.allCases)
    func returnedByCircuit(_ form: CallForm) async throws {
        let budget = budget(.limit(5, per: .seconds(60)))
        let breaker = CircuitBreaker("service", clock: clock.retryClock)
        var call = call(.every(.seconds(1), 5), budget, breaker: breaker)
        call.onRetry = { _ in breaker.trip() }
        await #expect(throws: Fault.self) { try await call.run(form) { throw Fault(1) } }
        #expect(budget.snapshot().balance == 5 && budget.snapshot().returns == 1)
    }

    @Test("gets back what no attempt was started with: the deadline passed in the wait", arguments: CallForm.allCases)
    func returnedAtDeadline(_ form: CallForm) async throws {
        let budget = budget(.limit(5, per: .seconds(600)))
        var call = call(.every(.seconds(1), 5).deadline(.seconds(10)), budget)
        call.onRetry = { [clock] _ in clock.advance(by: .seconds(20)) }
        await #expect(throws: Fault.self) { try await call.run(form) { throw Fault(1) } }
        #expect(budget.snapshot().balance == 5 && budget.snapshot().returns == 1)
    }

    @Test(
        "gets back what no attempt was started with: the call was cancelled in the wait", arguments: CallForm.allCases)
    func returnedAfterCancellation(_ form: CallForm) async throws {
        let budget = budget(.limit(5, per: .seconds(60)))
        var call = call(.every(.seconds(1), 5), budget)
        call.onRetry = { _ in cancelThisTask() }
        let made = call
        let task = Task { try await made.run(form) { throw Fault(1) } }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(budget.snapshot().balance == 5 && budget.snapshot().returns == 1)
    }

    @Test("keeps what a retry cost that was started and cancelled", arguments: CallForm.allCases)
    func spent(_ form: CallForm) async throws {
        let budget = budget(.limit(5, per: .seconds(60)))
        let call = call(.immediate(5), budget)
        let attempts = Log<Int>()
        await #expect(throws: CancellationError.self) {
            try await call.run(form) {
                attempts.add(1)
                if attempts.count == 1 { throw Fault(1) }
                throw CancellationError()
            }
        }
        #expect(budget.snapshot().balance == 4 && budget.snapshot().returns == 0)
    }
}
