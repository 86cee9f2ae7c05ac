import RetryCore
import RetryTesting
import Testing

/// Real threads on one budget: each count is exact, whatever the order.
@Suite("A budget on eight threads", .timeLimit(.minutes(20)))
struct BudgetThreadTests {
    private static let threads = 8

    /// Runs `body` on eight threads that start together, and returns what they returned.
    private static func onThreads<Value: Sendable>(_ body: @escaping @Sendable (Int) -> Value) -> [Value] {
        let gate = Locked(())
        let workers = gate.withLock { _ in
            (0..<threads).map { index in
                TestThread {
                    gate.withLock { _ in }
                    return body(index)
                }
            }
        }
        return workers.compactMap { $0.join() }
    }

    @Test(
        "grants exactly what there is, and not one retry more",
        arguments: [
            (RetryBudgetPolicy.ratio(0, floor: 100, ttl: .seconds(10)), 1000), (.quota(capacity: 14_000), 1000),
            (.limit(1000, per: .seconds(10)), 1000), (.throttle(maxTokens: 1000), 499),
        ] as [(RetryBudgetPolicy, Int)])
    func withdrawals(policy: RetryBudgetPolicy, total: Int) {
        let budget = RetryBudget(policy, on: ManualClock())
        let granted = Self.onThreads { _ in (0..<500).count { _ in budget.withdraw(.transient) != nil } }
        #expect(granted.count == Self.threads)
        #expect(granted.reduce(0, +) == total)
        #expect(budget.snapshot().grants == total)
        #expect(budget.snapshot().refusals == Self.threads * 500 - total)
    }

    @Test("retries ≤ ratio · calls + floor · ttl, with calls and retries mixed", arguments: [0.75, 0.2, 0.000_1])
    func share(ratio: Double) {
        let budget = RetryBudget(.ratio(ratio, floor: 1), on: ManualClock())
        let granted = Self.onThreads { _ in
            (0..<1000).count { _ in
                budget.callStarts()
                return budget.withdraw(.transient) != nil
            }
        }
        let most = ratio * Double(Self.threads * 1000) + 10
        #expect(granted.count == Self.threads)
        #expect(Double(granted.reduce(0, +)) == most.rounded(.down))
        #expect(budget.snapshot().deposits == Self.threads * 1000)
    }

    @Test(
        "loses nothing of what is given back or refunded",
        arguments: [RetryBudgetPolicy.ratio(0, floor: 4, ttl: .seconds(10)), .quota(), .limit(40, per: .seconds(10))])
    func conserved(policy: RetryBudgetPolicy) {
        let budget = RetryBudget(policy, on: ManualClock())
        let full = budget.snapshot().balance
        let rounds = Self.onThreads { thread in
            for round in 0..<500 {
                guard let retry = budget.withdraw(.transient) else { return false }
                if policy == .quota(), (round + thread) % 2 == 0 {
                    budget.succeeded(after: retry)
                } else {
                    budget.giveBack(retry)
                }
                if budget.snapshot().balance > full { return false }
            }
            return true
        }
        #expect(rounds == Array(repeating: true, count: Self.threads))
        #expect(budget.snapshot().balance == full)
    }

    @Test("reads the clock in the order of its changes: no two threads are in it at once")
    func clockReads() {
        let clock = CountingClock()
        let budget = RetryBudget(.ratio(0.5), clock: RetryClock(clock))
        _ = Self.onThreads { _ in
            for _ in 0..<300 {
                budget.callStarts()
                if let retry = budget.withdraw(.transient) { budget.giveBack(retry) }
            }
        }
        #expect(clock.overlaps == 0)
    }

    @Test("events are seen in order and one at a time, whichever thread makes them")
    func events() {
        let log = EventLog()
        let budget = RetryBudget(.quota(capacity: 14), observer: RetryBudgetObserver { log.add($0) })
        _ = Self.onThreads { _ in
            for _ in 0..<300 {
                // A thread that is left alone gets one, and is refused the other.
                _ = (budget.withdraw(.transient), budget.withdraw(.transient))
                for _ in 0..<14 { budget.succeeded(after: nil) }
            }
        }
        // The last calls may have left a share to the next ones.
        for _ in 0..<40 { _ = budget.snapshot() }
        let events = log.events
        #expect(log.collisions == 0)
        #expect(events.count >= 2)
        // Changes have odd and even numbers in turn, until some were lost: that is an event of its own.
        var (last, parity) = (0, 0)
        for event in events {
            #expect(event.number == last + event.lost + 1)
            last = event.number
            if event.kind == .eventsLost {
                parity += 1
            } else {
                #expect(event.kind == ((last - parity) % 2 == 1 ? .exhausted : .recovered))
            }
        }
    }
}
