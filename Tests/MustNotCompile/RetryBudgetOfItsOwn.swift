// error: 'ratio' is unavailable: a budget is shared by all calls: make it once, let budget = RetryBudget(.ratio(0.1)), and write .budget(budget)
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.budget(RetryBudget(.ratio(0.1)))) { try await call() }
    #else
    try await retry(.api.budget(.ratio(0.1))) { try await call() }
    #endif
}
