import RetryCore
import RetryTesting
import Testing

/// Mistakes of other budgets, which do not happen here.
@Suite("Known mistakes of budgets", .timeLimit(.minutes(20)))
struct KnownMistakeTests {
    private let clock = ManualClock()

    @Test(
        "a ratio that is rounded down to one over a whole number",
        arguments: [(0.75, 3000), (0.3, 1200), (0.999, 3996)])
    func roundedRatio(ratio: Double, retries: Int) {
        let budget = RetryBudget(.ratio(ratio, floor: 0), on: clock)
        for _ in 0..<4000 { budget.requestStarted() }
        #expect((0..<5000).count { _ in budget.grants() } == retries)
    }

    @Test("a check, and then a withdrawal: two callers pass the check with one retry left")
    func checkThenAct() {
        for _ in 0..<300 {
            let budget = RetryBudget(.limit(1, per: .seconds(10)), on: clock)
            let gate = Locked(())
            let threads = gate.withLock { _ in
                (0..<3).map { _ in
                    TestThread {
                        gate.withLock { _ in }
                        return budget.grants()
                    }
                }
            }
            #expect(threads.count { $0.join() == true } == 1)
        }
    }

    @Test("retries that wait count against the budget, and their calls not for it: refusals at a ratio of 100 %")
    func waitingRetries() {
        let budget = RetryBudget(.ratio(1, floor: 0), on: clock)
        for _ in 0..<100 { budget.requestStarted() }
        // All have failed, and wait at the same time.
        #expect((0..<100).count { _ in budget.grants() } == 100)
        #expect(budget.snapshot().refusals == 0)
    }

    @Test(
        "deposits at the start bound the load, and leave some retries in an outage; a floor helps those who call seldom"
    )
    func depositsAtTheStart() {
        let busy = RetryBudget(.ratio(0.1, floor: 0), on: clock)
        let quiet = RetryBudget(.ratio(0.1, floor: 0.1, ttl: .seconds(10)), on: clock)
        var (granted, grantedToQuiet) = (0, 0)
        for second in 0..<100 {
            for _ in 0..<10 {
                busy.requestStarted()
                if busy.grants() { granted += 1 }
            }
            if second.isMultiple(of: 10) {
                quiet.requestStarted()
                if quiet.grants() { grantedToQuiet += 1 }
            }
            clock.advance(by: .seconds(1))
        }
        #expect(granted == 100)
        #expect(grantedToQuiet == 10)
    }

    @Test("deposits at success: in an outage retries end", arguments: [RetryBudgetPolicy.throttle(), .quota()])
    func depositsAtSuccess(policy: RetryBudgetPolicy) {
        let budget = RetryBudget(policy, on: clock)
        var last = 0
        for call in 1...1000 {
            budget.requestStarted()
            if budget.grants(.serverError) { last = call } else { budget.failed(.serverError) }
            clock.advance(by: .seconds(1))
        }
        #expect(last <= 35)
    }

    @Test("a deposit for an error that is not retried: only a success brings one")
    func depositOnError() {
        let budget = RetryBudget(.throttle(maxTokens: 10, tokenRatio: 1), on: clock)
        budget.failed(.transient)
        // A call that ends with an error of the caller's own has nothing to tell but that it started.
        budget.requestStarted()
        #expect(budget.snapshot().balance == 9)
        budget.succeeded()
        #expect(budget.snapshot().balance == 10)
    }
}
