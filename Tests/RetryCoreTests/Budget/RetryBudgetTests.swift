import RetryCore
import RetryTesting
import Testing

/// The shared budget: that it says to its bucket what it is told, and counts it.
@Suite("A shared budget", .timeLimit(.minutes(20)))
struct RetryBudgetTests {
    @Test func theDefaultIsATokenBucketOfFive() {
        let budget = RetryBudget(on: ManualClock())
        #expect(budget.policy == .tokenBucket(perSuccess: 0.1, floor: 0.01, capacity: 5))
        #expect(RetryBudget().policy == .default)
        #expect(budget.name == nil)
        #expect(budget.snapshot().balance == 5)
    }

    @Test func theRatioIs20PercentOverTenSecondsWithAFloorOf10() {
        #expect(RetryBudgetPolicy.ratio() == .ratio(0.2, floor: 10, ttl: .seconds(10)))
        #expect(RetryBudget(.ratio(), on: ManualClock()).snapshot().balance == 100)
    }

    @Test func aSnapshotTellsWhatWasAskedAndWhatIsLeft() {
        let budget = RetryBudget(.quota(), named: "users", on: ManualClock())
        let fresh = budget.snapshot()
        #expect(fresh.name == "users")
        #expect(fresh.policy == .quota())
        #expect(fresh.grantedPercent == nil)
        for _ in 0..<35 { budget.reserve(for: .serverError)?.failed() }
        #expect(!budget.grants(.serverError))
        if let retry = budget.reserve(for: .rateLimit) { retry.giveBack() }
        if let retry = budget.reserve(for: .rateLimit) { retry.succeeded() }
        budget.succeeded()
        let now = budget.snapshot()
        #expect(now.balance == 11)
        #expect(now.capacity == 500)
        #expect(now.deposits == 2)
        #expect(now.grants == 37)
        #expect(now.returns == 1)
        #expect(now.retries == 36)
        #expect(now.refusals == 1)
        #expect(now.grantedPercent == 100 * 37.0 / 38)
        #expect(now.isExhausted)
    }

    @Test(
        "a snapshot's capacity",
        arguments: [
            (RetryBudgetPolicy.throttle(maxTokens: 7), 7.0), (.quota(capacity: 20), 20),
            (.limit(3, per: .seconds(1)), 3),
            (.ratio(), nil), (.unlimited, nil), (.tokenBucket(capacity: 7), 7),
        ] as [(RetryBudgetPolicy, Double?)])
    func capacity(policy: RetryBudgetPolicy, capacity: Double?) {
        #expect(RetryBudget(policy, on: ManualClock()).snapshot().capacity == capacity)
    }

    @Test func aSnapshotIsNeverStale() {
        let clock = ManualClock()
        let budget = RetryBudget(.limit(1, per: .seconds(10)), on: clock)
        budget.reserve()?.failed()
        #expect(!budget.grants())
        #expect(budget.snapshot().balance == 0)
        #expect(budget.snapshot().isExhausted)
        clock.advance(by: .seconds(10))
        #expect(budget.snapshot().balance == 1)
        #expect(!budget.snapshot().isExhausted)
    }

    @Test func theCallsPayUnderARatio() {
        let budget = RetryBudget(.ratio(0.5, floor: 0), on: ManualClock())
        #expect(!budget.grants())
        budget.requestStarted()
        budget.succeeded()
        #expect(!budget.grants())
        budget.requestStarted()
        #expect(budget.grants())
        #expect(budget.snapshot().deposits == 2)
    }

    @Test func theThrottleIsToldOfFailuresWithoutARetry() {
        let budget = RetryBudget(.throttle(maxTokens: 10), on: ManualClock())
        for _ in 0..<4 { budget.failed(.transient) }
        #expect(budget.snapshot().balance == 6)
        #expect(!budget.grants())
        for _ in 0..<30 { budget.succeeded() }
        #expect(budget.snapshot().balance == 8)
    }

    @Test(
        "a reservation that is dropped stays spent",
        arguments: [
            (RetryBudgetPolicy.ratio(0, floor: 1), 9.0), (.tokenBucket(), 4),
            (.quota(), 486), (.limit(5, per: .seconds(10)), 4),
            (.throttle(), 9),
        ] as [(RetryBudgetPolicy, Double)])
    func dropped(policy: RetryBudgetPolicy, left: Double) {
        let budget = RetryBudget(policy, on: ManualClock())
        #expect(budget.grants())
        #expect(budget.snapshot().balance == left)
        #expect(budget.snapshot().returns == 0)
    }

    @Test(
        "a reservation that is given back is there again, but for the throttle, which charges the failure",
        arguments: [
            (RetryBudgetPolicy.ratio(0, floor: 1), 10.0), (.tokenBucket(), 5),
            (.quota(), 500), (.limit(5, per: .seconds(10)), 5),
            (.throttle(), 9),
        ] as [(RetryBudgetPolicy, Double)])
    func givenBack(policy: RetryBudgetPolicy, left: Double) {
        let budget = RetryBudget(policy, on: ManualClock())
        if let retry = budget.reserve() { retry.giveBack() }
        #expect(budget.snapshot().balance == left)
        #expect(budget.snapshot().retries == 0)
    }

    @Test func anUnlimitedBudgetGrantsAll() {
        let budget = RetryBudget(.unlimited)
        for _ in 0..<1000 { budget.reserve()?.failed() }
        #expect(budget.snapshot().balance == .infinity)
        #expect(budget.snapshot().grants == 1000)
        #expect(budget.snapshot().grantedPercent == 100)
    }

    @Test(
        "goes by the system's clock unless told otherwise",
        arguments: [
            RetryBudgetPolicy.ratio(0, floor: 1), .limit(10, per: .seconds(10)), .tokenBucket(floor: 1, capacity: 10),
        ])
    func systemClock(policy: RetryBudgetPolicy) {
        let budget = RetryBudget(policy)
        #expect(budget.snapshot().balance == 10)
        budget.reserve()?.failed()
        #expect(budget.snapshot().balance < 9.9)
    }
}
