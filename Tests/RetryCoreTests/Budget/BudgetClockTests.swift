import RetryCore
import Testing

@Suite("A budget and the strangest clocks", .timeLimit(.minutes(20)))
struct BudgetClockTests {
    private static let second: Int64 = 1_000_000_000
    private static let policies: [RetryBudgetPolicy] = [.ratio(0.5, floor: 1), .limit(10, per: .seconds(10))]

    @Test("a clock that stands still brings nothing, and takes nothing", arguments: policies)
    func standsStill(policy: RetryBudgetPolicy) {
        var bucket = RetryBudgetStateMachine(policy, at: 7)
        while bucket.withdraw(.transient, at: 7) != nil {}
        for _ in 0..<100 { #expect(bucket.withdraw(.transient, at: 7) == nil) }
        bucket.requestStarted(at: 7)
        bucket.requestStarted(at: 7)
        #expect((bucket.withdraw(.transient, at: 7) != nil) == (policy == Self.policies[0]))
    }

    @Test(
        "a clock that jumps by years makes the budget as at its start, and no fuller",
        arguments: policies, [1, 300, Int64.max / (365 * 86_400 * second)])
    func jumps(policy: RetryBudgetPolicy, years: Int64) {
        var bucket = RetryBudgetStateMachine(policy, at: 0)
        for _ in 0..<100 { bucket.requestStarted(at: 0) }
        while bucket.withdraw(.transient, at: 0) != nil {}
        let later = years.multipliedReportingOverflow(by: 365 * 86_400 * Self.second)
        #expect(bucket.tokens(at: later.overflow ? Int64.max : later.partialValue) == 10)
    }

    @Test func aHighFloorIsFullAndNoFullerAfterAJump() {
        var bucket = RetryBudgetStateMachine(.ratio(0, floor: 1000, ttl: .seconds(1)), at: 0)
        while bucket.withdraw(.transient, at: 0) != nil {}
        #expect(bucket.tokens(at: Int64.max) == 1000)
    }

    @Test(
        "a clock that swings for ever traps nothing, and stops nothing",
        arguments: policies + [
            .tokenBucket(floor: 1, capacity: 10), .ratio(1, floor: 1e-9, ttl: .seconds(365 * 86_400)),
        ])
    func swings(policy: RetryBudgetPolicy) {
        var bucket = RetryBudgetStateMachine(policy, at: 0)
        for swing in 0..<1000 {
            for now in [Int64.max, .min, 0] {
                bucket.requestStarted(at: now)
                let retry = bucket.withdraw(.transient, at: now)
                if swing.isMultiple(of: 3), let retry { bucket.giveBack(retry, at: now) }
                bucket.succeeded(after: nil)
                _ = bucket.tokens(at: now)
            }
            while bucket.withdraw(.transient, at: 0) != nil {}
        }
        guard policy != .ratio(1, floor: 1e-9, ttl: .seconds(365 * 86_400)) else { return }
        #expect(bucket.tokens(at: 10 * Self.second) == 10)
    }

    @Test("after a jump time passes as before", arguments: policies)
    func passesAfterAJump(policy: RetryBudgetPolicy) {
        var now: Int64 = 0
        var bucket = RetryBudgetStateMachine(policy, at: now)
        for _ in 0..<1000 {
            now += 9_000_000_000_000_000
            while bucket.withdraw(.transient, at: now) != nil {}
            now += 10 * Self.second
            #expect(bucket.tokens(at: now) == 10)
        }
    }

    @Test("from one end of all times to the other, back and forth", arguments: policies)
    func ends(policy: RetryBudgetPolicy) {
        var bucket = RetryBudgetStateMachine(policy, at: Int64.min)
        for now in [Int64.max, .min, 0, .max, .min, -1, 1, .max, .max, .min, .min] {
            bucket.requestStarted(at: now)
            let retry = bucket.withdraw(.transient, at: now)
            if let retry { bucket.giveBack(retry, at: now) }
            let tokens = bucket.tokens(at: now)
            #expect((0...20).contains(tokens))
        }
        // It is not wedged: from here on time passes again.
        while bucket.withdraw(.transient, at: Int64.min) != nil {}
        #expect(bucket.tokens(at: Int64.min + 10 * Self.second) == 10)
    }

    @Test("a clock that runs backwards does not stop the budget until the old time is reached", arguments: policies)
    func backwards(policy: RetryBudgetPolicy) {
        var bucket = RetryBudgetStateMachine(policy, at: 1_000_000 * Self.second)
        while bucket.withdraw(.transient, at: 1_000_000 * Self.second) != nil {}
        #expect(bucket.tokens(at: Int64(0)) == 0)
        #expect(bucket.tokens(at: 10 * Self.second) == 10)
    }

    @Test("what is read is never stale", arguments: policies)
    func fresh(policy: RetryBudgetPolicy) {
        var bucket = RetryBudgetStateMachine(policy, at: 0)
        while bucket.withdraw(.transient, at: 0) != nil {}
        #expect(bucket.tokens(at: Int64(0)) == 0)
        #expect(bucket.isExhausted)
        #expect(bucket.tokens(at: 10 * Self.second) == 10)
        #expect(!bucket.isExhausted)
    }
}
