// error: 'permit' consumed more than once
// A permit counts once: telling the end of a call uses it up.
import RetryCore

func finishTwice(_ breaker: CircuitBreaker) throws {
    let permit = try breaker.acquire()
    permit.succeed()
    #if !TWIN
    permit.fail(.transient)
    #endif
}
