// error: 'retryBlocking(policy:named:breaker:budget:classifier:retryOn:rejecting:observer:onRetry:sleeper:cancellation:clock:random:operation:)' is unavailable: these are modifiers of the value: write retryBlocking(.fast.named(…).breaker(…)) { }
// A parameter list of an earlier version is answered with the new form.
import RetryAsync

func first(_ call: () throws -> Int) throws -> Int {
    #if TWIN
    try retryBlocking(.fast.named("disk").breaker(CircuitBreaker("disk"))) { try call() }
    #else
    try retryBlocking(policy: .fast, named: "disk", breaker: CircuitBreaker("disk")) { try call() }
    #endif
}
