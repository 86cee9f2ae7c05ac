/// What a circuit breaker has counted, at one moment.
public struct CircuitBreakerSnapshot: Sendable, Hashable {
    /// The name of the breaker.
    public let name: String
    /// What the next call would meet: a circuit whose break is over is half open.
    public let state: CircuitState
    /// The number of the generation: whatever changes the state begins a new one.
    public let generation: UInt64
    /// How many failures there were in a row; those that opened the circuit are kept while it is open.
    public let consecutiveFailures: Int
    /// How many calls of this generation have been let through and have not ended: probes, and all calls where a rule
    /// on slow calls counts them.
    ///
    /// `nil` where nobody counts them: a closed circuit without such a rule lets calls through without a trace.
    public let inFlight: Int?
    /// How long the break still lasts; `nil` if the circuit is not open, or if no time ends it.
    public let timeLeft: Duration?
    /// How often the circuit opened since it was last closed.
    public let openings: Int
    /// How many probes have succeeded since the circuit became half open.
    public let probeSuccesses: Int
    /// How many probes have failed since the circuit became half open.
    public let probeFailures: Int
    /// The last calls; `nil` if no rule looks at them.
    public let lastCalls: CallCounts?
    /// The calls of the last time; `nil` if no rule looks at them.
    public let recentCalls: CallCounts?
    /// The calls of the last time and how many of them are slow, running ones included; `nil` if no rule asks.
    public let slowCalls: CallCounts?
}

extension CircuitBreakerState {
    /// Returns what was counted up to `now`; windows are as they are then, not as they were at the last call.
    public func snapshot(name: String = "", at now: Duration) -> CircuitBreakerSnapshot {
        snapshot(name: name, at: now.saturatedNanoseconds)
    }

    package func snapshot(name: String, at now: Int64) -> CircuitBreakerSnapshot {
        var state = self
        state.see(now)
        state.timeWindow?.advance(to: state.time)
        state.slowCalls?.advance(to: state.time)
        state.dropLostProbes()
        let shown = state.state(at: state.time)
        return CircuitBreakerSnapshot(
            name: name, state: shown, generation: generation, consecutiveFailures: consecutiveFailures,
            inFlight: state.inFlight,
            timeLeft: shown == .open ? .nanoseconds(openUntil - state.time) : nil, openings: openings,
            probeSuccesses: probeSuccesses, probeFailures: probeFailures, lastCalls: countWindow?.counts,
            recentCalls: state.timeWindow?.counts, slowCalls: state.slowCalls?.counts)
    }
}

extension CircuitBreakerState {
    fileprivate var inFlight: Int? {
        switch phase {
        case .closed, .forcedClosed: slowCalls?.inFlight
        case .halfOpen: probes.count
        case .open, .forcedOpen: 0
        case .disabled: nil
        }
    }
}
