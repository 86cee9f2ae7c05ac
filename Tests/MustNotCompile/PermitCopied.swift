// error: 'permit' consumed more than once
// A permit is not copied: who has given it away has it no longer.
import RetryCore

func copy(_ breaker: CircuitBreaker) throws {
    let permit = try breaker.acquire()
    let other = permit
    other.succeed()
    #if !TWIN
    permit.succeed()
    #endif
}
