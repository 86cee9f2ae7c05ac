import RetryCore
import RetryTesting
import Testing

@Suite("Events of a budget", .timeLimit(.minutes(20)))
struct RetryBudgetEventTests {
    private let recorder = RecordingRetryBudgetObserver()
    private let clock = ManualClock()

    private func budget(_ policy: RetryBudgetPolicy, _ name: String? = "users") -> RetryBudget {
        RetryBudget(policy, named: name, on: clock, observer: recorder.observer)
    }

    private func refuse(_ budget: RetryBudget, _ count: Int = 1) {
        for _ in 0..<count { #expect(!budget.grants(.serverError)) }
    }

    @Test func runningOutIsToldOnceAndNotAtEachRefusal() {
        let budget = budget(.quota(capacity: 30))
        budget.reserve()?.failed()
        budget.reserve()?.failed()
        #expect(recorder.events == [])
        refuse(budget, 100)
        #expect(recorder.codes == ["budget_exhausted"])
        let event = recorder.events.first
        #expect(event?.number == 1)
        #expect(event?.kind == .exhausted)
        #expect(event?.budget == "users")
        #expect(event?.errorClass == .serverError)
        #expect(event?.refusals == 1)
        #expect(budget.snapshot().refusals == 100)
    }

    @Test func aQuotaHasRecoveredWhenItIsHalfFull() {
        let budget = budget(.quota(capacity: 30))
        budget.empty()
        refuse(budget, 3)
        for _ in 0..<14 { budget.succeeded() }
        budget.reserve()?.failed()
        for _ in 0..<14 { budget.succeeded() }
        #expect(recorder.codes == ["budget_exhausted"])
        budget.succeeded()
        #expect(recorder.codes == ["budget_exhausted", "budget_recovered"])
        #expect(recorder.events.map(\.number) == [1, 2])
        #expect(recorder.events.map(\.refusals) == [1, 3])
        #expect(recorder.events.map(\.errorClass) == [.serverError, nil])
    }

    @Test func aQuotaWithOneDearClassHasNotRecoveredBeforeThatCanBePaid() {
        let budget = budget(.quota(capacity: 20, cost: 1, costs: [.serverError: 20]))
        budget.reserve()?.failed()
        budget.reserve()?.failed()
        refuse(budget, 5)
        budget.succeeded()
        #expect(recorder.codes == ["budget_exhausted"])
        budget.succeeded()
        #expect(recorder.codes == ["budget_exhausted", "budget_recovered"])
    }

    @Test func aThrottleHasRecoveredAtThreeQuarters() {
        let budget = budget(.throttle(maxTokens: 4, tokenRatio: 0.5))
        #expect(budget.grants())
        refuse(budget)
        budget.succeeded()
        #expect(recorder.codes == ["budget_exhausted"])
        budget.succeeded()
        #expect(recorder.codes == ["budget_exhausted", "budget_recovered"])
    }

    @Test func aRatioHasRecoveredWhenNothingWasRefusedForItsTTL() {
        let budget = budget(.ratio(0.5, floor: 0, ttl: .seconds(10)))
        for _ in 0..<30 {
            // One in two is granted, one in two refused, for a minute: that is one outage.
            budget.requestStarted()
            refuse(budget)
            budget.requestStarted()
            #expect(budget.grants())
            clock.advance(by: .seconds(2))
        }
        #expect(recorder.codes == ["budget_exhausted"])
        clock.advance(by: .seconds(8) - .nanoseconds(1))
        budget.requestStarted()
        #expect(recorder.codes == ["budget_exhausted"])
        clock.advance(by: .nanoseconds(1))
        budget.requestStarted()
        #expect(recorder.codes == ["budget_exhausted", "budget_recovered"])
    }

    @Test func aLimitHasRecoveredWhenNothingWasRefusedForItsWindow() {
        let budget = budget(.limit(1, per: .seconds(10)))
        #expect(budget.grants())
        refuse(budget)
        clock.advance(by: .seconds(9))
        refuse(budget)
        clock.advance(by: .seconds(9))
        #expect(budget.snapshot().isExhausted)
        clock.advance(by: .seconds(1))
        // Time alone makes no event: the next who looks notices.
        #expect(recorder.codes == ["budget_exhausted"])
        #expect(!budget.snapshot().isExhausted)
        #expect(recorder.codes == ["budget_exhausted", "budget_recovered"])
    }

    @Test func theyGoOnInNumberedTurns() {
        let budget = budget(.limit(0, per: .seconds(1)))
        for _ in 0..<5 {
            refuse(budget)
            clock.advance(by: .seconds(1))
            _ = budget.snapshot()
        }
        #expect(recorder.events.map(\.number) == Array(1...10))
        #expect(recorder.codes == Array(repeating: ["budget_exhausted", "budget_recovered"], count: 5).flatMap(\.self))
    }

    @Test func anObserverMayUseTheBudgetItself() {
        let budgets = Locked<[RetryBudget]>([])
        let seen = Locked<[String]>([])
        let budget = RetryBudget(
            .quota(capacity: 14), on: clock,
            observer: RetryBudgetObserver { event in
                let budget = budgets.withLock { $0[0] }
                seen.withLock { $0.append("\(event.number) \(event.code) \(budget.snapshot().balance)") }
                // The event that this makes comes after this one has been seen by all, and not in the midst of it.
                if event.kind == .exhausted { for _ in 0..<14 { budget.succeeded() } }
                seen.withLock { $0.append("end of \(event.number)") }
            })
        budgets.withLock { $0 = [budget] }
        budget.reserve()?.failed()
        refuse(budget)
        #expect(
            seen.withLock { $0 } == [
                "1 budget_exhausted 0.0", "end of 1", "2 budget_recovered 14.0", "end of 2",
            ])
        budgets.withLock { $0 = [] }
    }

    @Test func aCallDeliversAShareOfWhatWaitsAndTheNextCallGoesOn() {
        let budgets = Locked<[RetryBudget]>([])
        let seen = Locked<[Int]>([])
        let budget = RetryBudget(
            .quota(capacity: 14), on: clock,
            observer: RetryBudgetObserver { event in
                seen.withLock { $0.append(event.number) }
                guard event.number == 1, let budget = budgets.withLock({ $0.first }) else { return }
                for _ in 0..<50 {
                    budget.fill()
                    budget.empty()
                    _ = budget.grants()
                }
            })
        budgets.withLock { $0 = [budget] }
        budget.empty()
        refuse(budget)
        budgets.withLock { $0 = [] }
        #expect(seen.withLock { $0 } == Array(1...32))
        refuse(budget)
        #expect(seen.withLock { $0.count } == 64)
        _ = budget.snapshot()
        budget.succeeded()
        #expect(seen.withLock { $0 } == Array(1...101))
    }

    @Test func eventsThatAnObserverIsTooSlowForAreCountedInAnEventOfTheirOwn() {
        let budgets = Locked<[RetryBudget]>([])
        let budget = RetryBudget(
            .quota(capacity: 14), named: "slow", on: clock,
            observer: [
                recorder.observer,
                RetryBudgetObserver { event in
                    guard event.number == 1, let budget = budgets.withLock({ $0.first }) else { return }
                    for _ in 0..<600 {
                        budget.fill()
                        budget.empty()
                        _ = budget.grants()
                    }
                },
            ])
        budgets.withLock { $0 = [budget] }
        budget.empty()
        refuse(budget)
        budgets.withLock { $0 = [] }
        for _ in 0..<40 { refuse(budget) }
        let events = recorder.events
        #expect(events.count == 1 + 1_000 + 1)
        let last = events.last
        #expect(last?.kind == .eventsLost && last?.lost == 200 && last?.number == 1_202)
        #expect(last?.code == "budget_events_lost" && last?.errorClass == nil)
        #expect(last?.logLine == "budget_events_lost budget=slow lost=200" && last?.logLevel == .warning)
        #expect(events.dropLast().map(\.number) == Array(1...1_001))
        #expect(events.dropLast().allSatisfy { $0.lost == 0 })
    }

    @Test func anArrayOfObserversIsAnObserver() {
        let other = RecordingRetryBudgetObserver()
        let budget = RetryBudget(
            .limit(0, per: .seconds(1)), on: clock, observer: [recorder.observer, other.observer, recorder.observer])
        refuse(budget)
        #expect(recorder.events.count == 2)
        #expect(other.events == Array(recorder.events.prefix(1)))
    }

    @Test func linesOfTheLog() {
        let lines = Locked<[String]>([])
        func budget(_ name: String?, from level: RetryLogLevel = .debug) -> RetryBudget {
            RetryBudget(
                .limit(0, per: .seconds(1)), named: name, on: clock,
                observer: .log(from: level) { level, line in lines.withLock { $0.append("\(level) \(line)") } })
        }
        let (plain, strange, quiet) = (budget("users"), budget("a b=\"\n\u{202E}"), budget(nil, from: .warning))
        for budget in [plain, strange, quiet] { refuse(budget, 2) }
        clock.advance(by: .seconds(1))
        for budget in [plain, quiet] { _ = budget.snapshot() }
        #expect(
            lines.withLock { $0 } == [
                "warning budget_exhausted budget=users class=server_error refusals=1",
                #"warning budget_exhausted budget="a b=\"\n\u{202E}" class=server_error refusals=1"#,
                "warning budget_exhausted class=server_error refusals=1",
                "info budget_recovered budget=users refusals=2",
            ])
    }
}
