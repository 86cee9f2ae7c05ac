// error: 'permit' consumed more than once
// A permit that became a ticket is none any more.
import RetryCore

func finishBoth(_ breaker: CircuitBreaker) throws -> CircuitBreaker.Ticket {
    let permit = try breaker.acquire()
    #if !TWIN
    permit.neutral()
    #endif
    return permit.ticket()
}
