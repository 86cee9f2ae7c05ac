import RetryCore
import RetryTesting
import Testing

@Suite("A budget in tests", .timeLimit(.minutes(20)))
struct RetryBudgetTestingTests {
    static let policies: [RetryBudgetPolicy] = [
        .ratio(0.5, floor: 1), .throttle(), .quota(), .limit(5, per: .seconds(60)),
    ]

    @Test("can be emptied: it refuses the next retry", arguments: policies)
    func empty(policy: RetryBudgetPolicy) {
        let recorder = RecordingRetryBudgetObserver()
        let budget = RetryBudget(policy, on: ManualClock(), observer: recorder.observer)
        budget.requestStarted()
        budget.empty()
        #expect(budget.snapshot().balance == 0)
        #expect(budget.snapshot().grants == 0)
        #expect(recorder.events == [])
        #expect(budget.withdraw(.transient) == nil)
        #expect(recorder.codes == ["budget_exhausted"])
    }

    @Test("can be filled again: it is as at its start, and has recovered", arguments: policies)
    func fill(policy: RetryBudgetPolicy) {
        let recorder = RecordingRetryBudgetObserver()
        let budget = RetryBudget(policy, named: "users", on: ManualClock(), observer: recorder.observer)
        let full = budget.snapshot().balance
        budget.empty()
        #expect(budget.withdraw(.transient) == nil)
        budget.fill()
        #expect(budget.snapshot().balance == full)
        #expect(budget.withdraw(.transient) != nil)
        #expect(recorder.codes == ["budget_exhausted", "budget_recovered"])
        #expect(recorder.events.map(\.budget) == ["users", "users"])
        #expect(budget.snapshot().refusals == 1)
        recorder.reset()
        #expect(recorder.events == [])
    }

    @Test func anUnlimitedOneStaysSo() {
        let budget = RetryBudget(.unlimited, on: ManualClock())
        budget.empty()
        #expect(budget.withdraw(.transient) != nil)
    }

    @Test func itGoesByTheManualClock() {
        let clock = ManualClock()
        let budget = RetryBudget(.limit(1, per: .seconds(60)), on: clock)
        budget.empty()
        clock.advance(by: .seconds(59))
        #expect(budget.withdraw(.transient) == nil)
        clock.advance(by: .seconds(1))
        #expect(budget.withdraw(.transient) != nil)
    }
}
