extension RetryPipeline {
    /// The same pipeline with a circuit breaker that admits every attempt; none if `nil`.
    public consuming func breaker(_ breaker: CircuitBreaker?) -> RetryPipeline {
        guarded(by: breaker.map(CircuitBreakerGuard.init), inPlaceOf: CircuitBreakerGuard.self)
    }
}

/// A circuit breaker among the guards of a call.
///
/// Tickets of guards can be copied: only calls of the library have those of a breaker, and finish each once.
final class CircuitBreakerGuard: OrderedGuard {
    let breaker: CircuitBreaker

    init(_ breaker: CircuitBreaker) {
        self.breaker = breaker
    }

    var order: Int { 0 }
    var place: GuardPlace { .gate }

    func admit(_ request: GuardRequest) -> GuardAnswer {
        // A half-open circuit is probed by one attempt of a call.
        if request.isHedge, breaker.state == .halfOpen { return .rejected }
        guard let admission = breaker.admit(isRetry: request.isRetry) else { return .rejected }
        return .admitted(GuardTicket(admission.generation, time: admission.start, detail: admission.probe))
    }

    func finish(_ ticket: GuardTicket, _ result: AttemptResult) {
        let admission = CircuitBreaker.Admission(generation: ticket.number, start: ticket.time, probe: ticket.detail)
        if case .success = result { breaker.succeeded(admission) } else { breaker.finish(admission, result) }
    }

    func rejection() -> any AttemptRejectedError { breaker.openError() }

    var closedFor: Duration { .nanoseconds(breaker.timeUntilProbe ?? 0) }

    var stopReason: RetryStopReason { .circuitOpen }
}
