// error: noncopyable 'permit' cannot be consumed when captured by an escaping closure
// Callback code takes a ticket: a permit can't be in two places.
import RetryCore

func callBack(_ breaker: CircuitBreaker, _ register: (@escaping @Sendable () -> Void) -> Void) throws {
    let permit = try breaker.acquire()
    #if TWIN
    let ticket = permit.ticket()
    register { ticket.succeed() }
    register { ticket.fail(.transient) }
    #else
    register { permit.succeed() }
    #endif
}
