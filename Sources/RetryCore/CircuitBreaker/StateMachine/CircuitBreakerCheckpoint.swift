/// The saved state of a circuit, a checkpoint that carries an outage over a restart.
///
/// ```swift
/// try JSONEncoder().encode(payments.saved).write(to: file)             // before the process ends
/// payments.restore(try JSONDecoder().decode(CircuitBreakerCheckpoint.self, from: Data(contentsOf: file)))
/// ```
///
/// It holds the rest of the break, and no point in time: the clock restarts with the process. The windows of ratios
/// are not saved, nor are isolations, which belong to the objects that hold them.
public struct CircuitBreakerCheckpoint: Sendable, Hashable {
    /// The state; never isolated.
    public let state: CircuitBreaker.State
    /// The rest of the break; zero if the circuit is not open.
    public let timeLeft: Duration
    /// The number of failures in a row.
    public let consecutiveFailures: Int
    /// The number of times that the circuit opened since it was last closed; the next break grows with it.
    public let openings: Int

    private init(unchecked state: CircuitBreaker.State, timeLeft: Duration, consecutiveFailures: Int, openings: Int) {
        self.state = state
        self.timeLeft = timeLeft
        self.consecutiveFailures = consecutiveFailures
        self.openings = openings
    }

    init(of machine: CircuitBreakerStateMachine, at now: Int64) {
        var machine = machine
        machine.isolations = 0
        let state = machine.state(at: now)
        let left = state == .open ? machine.openUntil - max(machine.time, now) : 0
        self.init(
            unchecked: state, timeLeft: .nanoseconds(left), consecutiveFailures: machine.consecutiveFailures,
            openings: machine.openings)
    }
}

extension CircuitBreakerCheckpoint: Codable {
    /// Decodes a saved state.
    ///
    /// - Throws: `DecodingError` with the path and the value of an invalid or unknown setting.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let state = try reader.required("state", as: CircuitBreaker.State.self)
        let timeLeft = try reader.duration("time_left") ?? .zero
        let failures = try reader.value("consecutive_failures", as: Int.self) ?? 0
        let openings = try reader.value("openings", as: Int.self) ?? 0
        try reader.finish()
        self = try reader.checked { () throws(InvalidPolicyError) in
            try check("state", state.rawValue, state != .isolated, "must not be isolated: nothing could end that")
            try check("consecutive_failures", failures, failures >= 0, "must not be negative")
            try check("openings", openings, openings >= 0, "must not be negative")
            return CircuitBreakerCheckpoint(
                unchecked: state, timeLeft: timeLeft, consecutiveFailures: failures, openings: openings)
        }
    }

    /// Encodes the state, with the time left as text such as `"12.5s"`.
    public func encode(to encoder: any Encoder) throws {
        var writer = SettingsWriter(encoder)
        try writer.write("state", state)
        try writer.write("time_left", timeLeft.text)
        try writer.write("consecutive_failures", consecutiveFailures)
        try writer.write("openings", openings)
    }
}

extension CircuitBreaker {
    /// The state of the circuit, to save over a restart.
    public var saved: CircuitBreakerCheckpoint {
        let machine = machine
        return CircuitBreakerCheckpoint(of: machine, at: nanoseconds)
    }

    /// Restores a saved state in place of the present one; isolations stay.
    ///
    /// A break goes on for the rest that was saved, but no longer than the policy's longest one or, if hints open the
    /// circuit, the longest hint.
    public func restore(_ saved: CircuitBreakerCheckpoint) {
        control { machine, now, _ in machine.restore(saved, at: now) }
    }
}

extension CircuitBreakerStateMachine {
    mutating func restore(_ saved: CircuitBreakerCheckpoint, at now: Int64) {
        let before = toldState
        see(now)
        close()
        phase = Phase(saved.state)
        openings = saved.openings
        // A count that is at the threshold already opens the circuit at the next failure.
        consecutiveFailures = saved.consecutiveFailures
        if phase == .open {
            let longest = max(policy.breakDuration.cap, policy.longestHint ?? .zero)
            openUntil = time.saturatingAdd(min(saved.timeLeft, longest).saturatedNanoseconds)
        }
        tell(from: before, .restored, breakDuration: phase == .open ? openUntil - time : nil)
    }
}

extension CircuitBreakerStateMachine.Phase {
    fileprivate init(_ state: CircuitBreaker.State) {
        switch state {
        case .closed, .isolated: self = .closed
        case .open: self = .open
        case .halfOpen: self = .halfOpen
        case .forcedOpen: self = .forcedOpen
        case .forcedClosed: self = .forcedClosed
        case .disabled: self = .disabled
        }
    }
}
