// error: 'retry(policy:named:breaker:budget:classifier:retryOn:rejecting:observer:onRetry:clock:random:operation:)' is unavailable: these are modifiers of the value: write retry(.api.named(…).breaker(…).observer(…).clock(…)) { }
// A spelling that comes to mind first is answered with the right one.
import RetryAsync

func first(_ call: () async throws -> Int) async throws -> Int {
    #if TWIN
    try await retry(.api.named("users").breaker(CircuitBreaker("users"))) { try await call() }
    #else
    try await retry(policy: .api, named: "users", breaker: CircuitBreaker("users")) { try await call() }
    #endif
}
