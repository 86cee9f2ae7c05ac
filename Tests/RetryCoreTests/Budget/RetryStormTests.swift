import RetryCore
import Testing

/// A fifth of the time of the published runs (20 s, 20,000 calls), so that they take well under a second each.
///
/// Their bucket takes its deposits at the start of a call, as the ratio does here, and holds five retries, full at first: that is
/// their load of 110.4 %. The ratio starts with its floor; without one its load never passes 110 %.
@Suite("A storm of retries", .timeLimit(.minutes(20)))
struct RetryStormTests {
    private static let policy = RetryBudgetPolicy.ratio(0.1, floor: 0, ttl: .seconds(10))

    @Test(
        "adds no more than the ratio to the load, and succeeds nearly as often as without a budget while that is enough",
        arguments: [
            (0.01, 0.998, 1.02), (0.05, 0.990, 1.06), (0.1, 0.965, 1.1), (0.2, 0.875, 1.1), (0.5, 0.54, 1.1),
            (1, 0, 1.1),
        ])
    func budget(failing: Double, success: Double, load: Double) {
        let result = RetryStorm(failing: failing).run(Self.policy)
        #expect(result.success >= success)
        #expect(result.load <= load)
    }

    @Test func withoutABudgetTheLoadIsFourfold() {
        let result = RetryStorm(seconds: 5, failing: 1).run(.unlimited)
        #expect(result.load == 4)
    }

    @Test func withDepositsAtTheStartRetriesNeverEndAltogether() {
        // 10 %, but for the remainders of a hundred clients.
        #expect(RetryStorm(failing: 1).run(Self.policy).load >= 1.09)
    }

    @Test(
        "ends altogether where only successes bring deposits",
        arguments: [RetryBudgetPolicy.throttle(), .quota(capacity: 50, cost: 10, costs: [:])])
    func depositsAtSuccess(policy: RetryBudgetPolicy) {
        let storm = RetryStorm(failing: 1)
        let result = storm.run(policy)
        // Four or five retries of each client, which had a full bucket at first, and then no more.
        #expect(result.attempts - result.calls <= 5 * storm.clients)
    }

    @Test("many small clients: the floor of each comes on top of the ratio", arguments: [10, 100, 1000])
    func floors(clients: Int) {
        var storm = RetryStorm(failing: 0.5)
        (storm.clients, storm.callsPerSecond) = (clients, 100 / Double(clients))
        let policy = RetryBudgetPolicy.ratio(0.1, floor: 0.02, ttl: .seconds(50))
        let result = storm.run(policy)
        let retries = Double(result.attempts - result.calls)
        let time = storm.seconds + 1
        #expect(retries <= 0.1 * Double(result.calls) + (0.02 * time + 1) * Double(clients))
        #expect(clients < 1000 || result.load > 1.2)
    }
}
