import Benchmark
import RetryCore

/// Returns the rows for the cost of a budget: one deposit if nothing fails, and a reservation for each retry.
func budgetRows() -> [Row] {
    [
        budgetRow("budget, throttle, a deposit", .throttle(), 40) { $0.succeeded() },
        budgetRow("budget, throttle, a reservation", .throttle(), 40) { $0.reserve()?.failed() },
        budgetRow("budget, quota, a deposit", .quota(), 40) { $0.succeeded() },
        budgetRow("budget, quota, a reservation and its refund", .quota(), 80) { $0.reserve()?.succeeded() },
        budgetRow("budget, ratio, a deposit", .ratio(), 70) { $0.requestStarted() },
        budgetRow("budget, ratio, a refusal", .ratio(0, floor: 0), 70) { $0.reserve()?.failed() },
        budgetRow("budget, ratio, a deposit and a reservation", .ratio(1), 140) { budget in
            budget.requestStarted()
            budget.reserve()?.failed()
        },
        budgetRow("budget, limit, a reservation given back", .limit(100, per: .seconds(10)), 140) {
            $0.reserve()?.giveBack()
        },
    ]
}

/// Declares a row that does something to a budget, within so many nanoseconds.
private func budgetRow(
    _ name: String, _ law: RetryBudgetPolicy, _ nanoseconds: Double,
    _ operation: @escaping @Sendable (RetryBudget) -> Void
) -> Row {
    let budget = RetryBudget(law)
    return Row(name, bar: .nanoseconds(nanoseconds), mallocs: 0) { count in
        for _ in 0..<count { operation(budget) }
    }
}
