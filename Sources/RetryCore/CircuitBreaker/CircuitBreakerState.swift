/// Decides which calls a circuit breaker lets through.
///
/// Every driver of the library asks this machine, through a ``CircuitBreaker``. It is pure: it takes no lock, reads no
/// clock, and draws from the generator that it is handed. Times are counted from any fixed moment, and must not be
/// negative; a time before one that it has seen counts as that one.
///
/// ```swift
/// var state = CircuitBreakerState(policy: .default)
/// if let admission = state.admit(at: now, using: &generator) {
///     let result = …  // make the call
///     state.finish(admission, result, at: later, using: &generator)
/// }
/// ```
///
/// Whatever changes the state of the circuit begins a new generation. The end of a call that was let through in an
/// earlier one changes nothing at all.
public struct CircuitBreakerState: Sendable, Hashable {
    /// A call that was let through: in which generation, when, and as which probe.
    public struct Admission: Sendable, Hashable {
        @usableFromInline package let generation: UInt64
        /// The start of the call; zero where no rule needs it.
        @usableFromInline package let start: Int64
        /// The number of the probe; zero for a call that is none.
        @usableFromInline package let probe: UInt64

        @usableFromInline
        package init(generation: UInt64, start: Int64 = 0, probe: UInt64 = 0) {
            self.generation = generation
            self.start = start
            self.probe = probe
        }
    }

    /// What there is below an isolation.
    enum Phase: UInt8, Sendable { case closed, open, halfOpen, forcedOpen, forcedClosed, disabled }

    struct Probe: Sendable, Hashable {
        let number: UInt64
        let start: Int64
    }

    let rules: BreakerRules
    /// The number of the present generation, from 1.
    public internal(set) var generation: UInt64 = 1
    /// What the last input changed; `nil` if the circuit is in the state that it was in.
    public internal(set) var change: CircuitChange?
    /// How many failures there were in a row; those that opened the circuit are remembered while it is open.
    public internal(set) var consecutiveFailures = 0

    var phase = Phase.closed
    var isolations = 0
    /// The latest time that was seen.
    var time: Int64 = 0
    var openUntil: Int64 = 0
    /// How often the circuit opened since it was last closed.
    var openings = 0
    var lastBreak: Int64?
    var countWindow: CountWindow?
    var timeWindow: TimeWindow?
    var slowCalls: SlowCalls?
    var probes: [Probe] = []
    var lastProbe: UInt64 = 0
    var probeSuccesses = 0
    var probeFailures = 0

    /// Creates the state of a closed circuit.
    public init(policy: CircuitBreakerPolicy = .default) {
        rules = BreakerRules(policy)
        clearCounts()
    }
}

// MARK: Inputs

extension CircuitBreakerState {
    /// Asks whether a call may be made now.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - generator: Draws the jitter of the break, if calls that hang open the circuit.
    /// - Returns: What ``finish(_:_:at:using:)`` takes when the call has ended; `nil` if it must not be made.
    public mutating func admit(
        at now: Duration, using generator: inout some RandomNumberGenerator
    ) -> Admission? {
        admit(at: now.saturatedNanoseconds, using: &generator)
    }

    /// Tells how a call ended that was let through.
    ///
    /// - Parameters:
    ///   - admission: What ``admit(at:using:)`` returned; each counts once.
    ///   - result: How the call ended.
    ///   - now: The time.
    ///   - generator: Draws the jitter of the break, if the circuit opens.
    public mutating func finish(
        _ admission: Admission, _ result: BreakerResult, at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) {
        finish(admission, result, at: now.saturatedNanoseconds, using: &generator)
    }
}

// MARK: What is to be seen

// Inlined where calls pay for it: to call a method that does not change the state, the compiler copies all of it first.

extension CircuitBreakerState {
    /// What opens and closes the circuit.
    public var policy: CircuitBreakerPolicy { rules.policy }

    /// Returns what the next call would meet: a circuit whose break is over is half open.
    public func state(at now: Duration) -> CircuitState {
        state(at: now.saturatedNanoseconds)
    }

    package func state(at now: Int64) -> CircuitState {
        let told = toldState
        return told == .open && max(time, now) >= openUntil ? .halfOpen : told
    }

    /// The state that was told of last: a circuit stays open until a call comes after its break.
    var toldState: CircuitState {
        if isolations > 0 { return .isolated }
        switch phase {
        case .closed: return .closed
        case .open: return .open
        case .halfOpen: return .halfOpen
        case .forcedOpen: return .forcedOpen
        case .forcedClosed: return .forcedClosed
        case .disabled: return .disabled
        }
    }

    /// Whether every call is let through.
    @inline(__always)
    var admitsAll: Bool {
        guard isolations == 0 else { return false }
        switch phase {
        case .closed, .forcedClosed, .disabled: return true
        case .open, .halfOpen, .forcedOpen: return false
        }
    }

    /// After how many nanoseconds a call may be let through: `nil` for now, `.max` if no time does it.
    package func timeUntilProbe(at now: Int64) -> Int64? {
        if isolations > 0 || phase == .forcedOpen { return .max }
        let now = max(time, now)
        switch phase {
        case .open: return now >= openUntil ? nil : openUntil - now
        case .halfOpen:
            let running = probes.filter { now - $0.start < rules.probeLease }
            guard running.count >= rules.policy.probes, let first = running.map(\.start).min() else { return nil }
            // A place is free as soon as a probe ends, and nobody knows when that is: come back soon.
            return min(rules.probeLease - (now - first), Self.probePause)
        default: return nil
        }
    }

    private static let probePause: Int64 = 100_000_000
}

// MARK: Generations

extension CircuitBreakerState {
    /// Begins a generation: nothing that comes from an earlier one counts any more.
    mutating func beginGeneration() {
        generation += 1
        probes = []
        slowCalls?.forgetCallsInFlight()
    }

    mutating func clearCounts() {
        consecutiveFailures = 0
        probeSuccesses = 0
        probeFailures = 0
        countWindow = policy.countRule.map { CountWindow(capacity: $0.calls) }
        timeWindow = policy.timeRule.map { TimeWindow(nanoseconds: $0.window.saturatedNanoseconds) }
        slowCalls = policy.slowCallRule.map {
            SlowCalls(
                threshold: $0.threshold.saturatedNanoseconds, window: $0.window.saturatedNanoseconds)
        }
    }

    /// Notes that the state changed, if it did.
    mutating func tell(from before: CircuitState, _ cause: CircuitChangeCause, breakDuration: Int64? = nil) {
        let now = toldState
        change =
            now == before
            ? nil
            : CircuitChange(
                from: before, to: now, cause: cause, breakDuration: breakDuration.map { .nanoseconds($0) })
    }

    /// Takes the place of every probe whose lease is over.
    mutating func dropLostProbes() {
        probes.removeAll { time - $0.start >= rules.probeLease }
    }

    mutating func see(_ now: Int64) {
        time = max(time, now)
    }
}
