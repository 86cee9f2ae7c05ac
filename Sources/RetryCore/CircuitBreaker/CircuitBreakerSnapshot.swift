/// The state and the counts of a circuit breaker at one moment.
public struct CircuitBreakerSnapshot: Sendable, Hashable {
    /// The name of the breaker.
    public let name: String
    /// The state that the next call meets: a circuit whose break is over is half open.
    public let state: CircuitBreaker.State
    /// The number of the generation: every change of the state begins a new one.
    public let generation: UInt64
    /// The number of failures in a row; those that opened the circuit are kept while it is open.
    public let consecutiveFailures: Int
    /// The number of calls of this generation in flight: probes within their lease, and all calls under a slow-call
    /// rule.
    ///
    /// `nil` if they are not counted: a closed circuit without that rule does not track calls.
    public let inFlight: Int?
    /// The rest of the break; `nil` if the circuit is not open, or if no time ends it.
    public let timeLeft: Duration?
    /// The number of times that the circuit opened since it was last closed.
    public let openings: Int
    /// The number of probes that have succeeded since the circuit became half open.
    public let probeSuccesses: Int
    /// The number of probes that have failed since the circuit became half open.
    public let probeFailures: Int
    /// The last calls; `nil` if no rule uses them.
    public let lastCalls: CircuitBreaker.CallCounts?
    /// The calls in the window by time; `nil` if no rule uses them.
    public let recentCalls: CircuitBreaker.CallCounts?
    /// The calls in the window of the slow-call rule, hanging ones included; `nil` without that rule.
    public let slowCalls: CircuitBreaker.CallCounts?
}

extension CircuitBreakerStateMachine {
    /// Returns the counts at `now`; windows are as they are then, not as they were at the last call.
    public func snapshot(name: String = "", at now: Duration) -> CircuitBreakerSnapshot {
        snapshot(name: name, at: now.saturatedNanoseconds)
    }

    package func snapshot(name: String, at now: Int64) -> CircuitBreakerSnapshot {
        var state = self
        state.see(now)
        state.timeWindow?.advance(to: state.time)
        state.slowCalls?.advance(to: state.time)
        let shown = state.state(at: state.time)
        return CircuitBreakerSnapshot(
            name: name, state: shown, generation: generation, consecutiveFailures: consecutiveFailures,
            inFlight: state.inFlight,
            timeLeft: shown == .open ? .nanoseconds(openUntil - state.time) : nil, openings: openings,
            probeSuccesses: probeSuccesses, probeFailures: probeFailures, lastCalls: countWindow?.counts,
            recentCalls: state.timeWindow?.counts, slowCalls: state.slowCalls?.counts)
    }
}

extension CircuitBreakerStateMachine {
    fileprivate var inFlight: Int? {
        switch phase {
        case .closed, .forcedClosed: slowCalls?.inFlight
        case .halfOpen: probes.count(where: { !isLost($0) })
        case .open, .forcedOpen: 0
        case .disabled: nil
        }
    }
}
