/// The state machine of a circuit breaker: decides which calls are admitted.
///
/// Every driver of the library asks it through a ``CircuitBreaker``. It is pure: it takes no lock, reads no clock, and
/// draws from the generator that it is passed. Times are counted from any fixed moment, and must not be negative; a
/// time before an earlier input's counts as that one.
///
/// ```swift
/// var state = CircuitBreakerStateMachine(policy: .default)
/// if let admission = state.admit(at: now, using: &generator) {
///     let result = …  // make the call
///     state.finish(admission, result, at: later, using: &generator)
/// }
/// ```
///
/// Every change of the circuit's state begins a new generation. The result of a call that was admitted in an earlier
/// one changes nothing at all.
public struct CircuitBreakerStateMachine: Sendable, Hashable {
    /// A call that was admitted: its generation, its start, and its number as a probe.
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

        /// A call whose result changes nothing: it belongs to no generation.
        static var uncounted: Admission { Admission(generation: 0) }
    }

    /// The underlying state while isolated.
    enum Phase: UInt8, Sendable { case closed, open, halfOpen, forcedOpen, forcedClosed, disabled }

    struct Probe: Sendable, Hashable {
        let number: UInt64
        let start: Int64
    }

    let rules: CircuitBreakerRules
    /// The number of the present generation, from 1.
    public internal(set) var generation: UInt64 = 1
    /// The change that the last input made; `nil` if the state is the same as before.
    public internal(set) var change: CircuitBreaker.StateChange?
    /// The number of failures in a row; those that opened the circuit are kept while it is open.
    public internal(set) var consecutiveFailures = 0

    var phase = Phase.closed
    var isolations = 0
    /// The latest time of an input that counted: a failure, a change of the state, a probe, a call of a window by time.
    var time: Int64 = 0
    var openUntil: Int64 = 0
    /// The number of times that the circuit opened since it was last closed.
    var openings = 0
    /// The last break that the policy drew; the time of a hint is none.
    var lastBreak: Int64?
    var countWindow: CountWindow?
    var timeWindow: TimeWindow?
    var slowCalls: SlowCalls?
    var probes: [Probe] = []
    var lastProbe: UInt64 = 0
    var probeSuccesses = 0
    var probeFailures = 0

    /// Creates the state of a closed circuit.
    ///
    /// - Parameter policy: The rules; traps if there is none that can open the circuit.
    public init(policy: CircuitBreakerPolicy = .default) {
        self.init(rules: CircuitBreakerRules(policy))
    }

    init(rules: CircuitBreakerRules) {
        self.rules = rules
        clearCounts()
    }
}

// MARK: Inputs

extension CircuitBreakerStateMachine {
    /// Admits a call, or rejects it.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - isRetry: Pass `true` if the call repeats a failed one; a policy can reject retries alone.
    ///   - generator: The random source for the jitter of the break, if calls that hang open the circuit.
    /// - Returns: The value that ``finish(_:_:at:using:)`` takes when the call has ended; `nil` if it is rejected.
    public mutating func admit(
        at now: Duration, isRetry: Bool = false, using generator: inout some RandomNumberGenerator
    ) -> Admission? {
        admit(at: now.saturatedNanoseconds, isRetry: isRetry, using: &generator)
    }

    /// Records the outcome of a call that was admitted.
    ///
    /// - Parameters:
    ///   - admission: The value that ``admit(at:isRetry:using:)`` returned; each counts once.
    ///   - result: The outcome.
    ///   - now: The time.
    ///   - generator: The random source for the jitter of the break, if the circuit opens.
    public mutating func finish(
        _ admission: Admission, _ result: AttemptResult, at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) {
        finish(admission, result, at: now.saturatedNanoseconds, using: &generator)
    }
}

// MARK: State

// Inlined where calls pay for it: to call a method that does not change the state, the compiler copies all of it first.

extension CircuitBreakerStateMachine {
    /// The rules by which the circuit opens and closes.
    public var policy: CircuitBreakerPolicy { rules.policy }

    /// Returns the state that the next call meets: a circuit whose break is over is half open.
    public func state(at now: Duration) -> CircuitBreaker.State {
        state(at: now.saturatedNanoseconds)
    }

    package func state(at now: Int64) -> CircuitBreaker.State {
        let told = toldState
        return told == .open && max(time, now) >= openUntil ? .halfOpen : told
    }

    /// The state that was reported last: a circuit stays open until a call comes after its break.
    var toldState: CircuitBreaker.State {
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

    /// A Boolean value that indicates whether every call is admitted.
    @inline(__always)
    var admitsAll: Bool {
        guard isolations == 0 else { return false }
        switch phase {
        case .closed, .forcedClosed, .disabled: return true
        case .open, .halfOpen, .forcedOpen: return false
        }
    }

    /// Returns the time in nanoseconds after which a call may be admitted: `nil` for now, `.max` for never.
    package func timeUntilProbe(at now: Int64) -> Int64? {
        if isolations > 0 || phase == .forcedOpen { return .max }
        let now = max(time, now)
        switch phase {
        case .open: return now >= openUntil ? nil : openUntil - now
        case .halfOpen:
            guard probes.count >= rules.policy.probes, let oldest = probes.first else { return nil }
            let leaseLeft = rules.probeLease - (now - oldest.start)
            // A place is free as soon as a probe ends, at an unknown time: ask again soon.
            return leaseLeft > 0 ? min(leaseLeft, Self.probePause) : nil
        default: return nil
        }
    }

    private static let probePause: Int64 = 100_000_000
}

// MARK: Eviction

extension CircuitBreakerStateMachine {
    /// Returns whether a full registry may evict this state: no call is in flight, and nothing it holds would still
    /// decide anything.
    ///
    /// A circuit that counts failures, or is half open, is remembered for ``CircuitBreakerRules/memory`` after its last
    /// failure or probe; an open one for as long after its break. A state that was set manually is never forgotten.
    func isForgettable(at now: Int64) -> Bool {
        guard isolations == 0 else { return false }
        switch phase {
        case .closed where slowCalls?.inFlight ?? 0 > 0: return false
        case .closed where !countsFailures: return true
        case .closed: return now.saturatingAdd(-rules.memory) >= time
        case .open: return now.saturatingAdd(-rules.memory) >= openUntil
        case .halfOpen: return now.saturatingAdd(-max(rules.memory, rules.probeLease)) >= time
        case .forcedOpen, .forcedClosed, .disabled: return false
        }
    }

    private var countsFailures: Bool {
        consecutiveFailures > 0 || countWindow?.counts.failures ?? 0 > 0 || timeWindow?.counts.failures ?? 0 > 0
            || slowCalls?.counts.failures ?? 0 > 0
    }
}

// MARK: Generations

extension CircuitBreakerStateMachine {
    /// Begins a generation: results of earlier ones don't count any more.
    mutating func beginGeneration() {
        generation += 1
        probes = []
        slowCalls?.forgetCallsInFlight()
    }

    mutating func clearCounts() {
        consecutiveFailures = 0
        probeSuccesses = 0
        probeFailures = 0
        guard rules.hasWindow else { return }
        countWindow = rules.countRule.map { CountWindow(capacity: $0.calls) }
        timeWindow = rules.timeRule.map { TimeWindow(nanoseconds: $0.window.saturatedNanoseconds) }
        slowCalls = rules.slowCallRule.map {
            SlowCalls(
                threshold: $0.threshold.saturatedNanoseconds, window: $0.window.saturatedNanoseconds)
        }
    }

    /// Records a change of the state, if there is one.
    mutating func tell(
        from before: CircuitBreaker.State, _ cause: CircuitBreaker.StateChangeCause, breakDuration: Int64? = nil
    ) {
        let now = toldState
        change =
            now == before
            ? nil
            : CircuitBreaker.StateChange(
                from: before, to: now, cause: cause, breakDuration: breakDuration.map { .nanoseconds($0) })
    }

    mutating func see(_ now: Int64) {
        time = max(time, now)
    }
}
