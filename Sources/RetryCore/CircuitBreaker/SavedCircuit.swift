/// The state of a circuit, to be kept over a restart: so that a new process does not forget an outage.
///
/// ```swift
/// try JSONEncoder().encode(payments.saved).write(to: file)             // before the process ends
/// payments.restore(try JSONDecoder().decode(SavedCircuit.self, from: Data(contentsOf: file)))
/// ```
///
/// It holds the time that the break still lasts, and no point in time: the clock starts anew with the process. What the
/// windows of ratios hold is not kept, and isolations are not: they belong to whoever holds them.
public struct SavedCircuit: Sendable, Hashable {
    /// The state; never isolated.
    public let state: CircuitState
    /// How long the break still lasts; zero if the circuit is not open.
    public let timeLeft: Duration
    /// How many failures there were in a row.
    public let consecutiveFailures: Int
    /// How often the circuit opened since it was last closed: the next break is as long as that says.
    public let openings: Int

    private init(unchecked state: CircuitState, timeLeft: Duration, consecutiveFailures: Int, openings: Int) {
        self.state = state
        self.timeLeft = timeLeft
        self.consecutiveFailures = consecutiveFailures
        self.openings = openings
    }

    init(of machine: CircuitBreakerState, at now: Int64) {
        var machine = machine
        machine.isolations = 0
        let state = machine.state(at: now)
        let left = state == .open ? machine.openUntil - max(machine.time, now) : 0
        self.init(
            unchecked: state, timeLeft: .nanoseconds(left), consecutiveFailures: machine.consecutiveFailures,
            openings: machine.openings)
    }
}

extension SavedCircuit: Codable {
    /// Decodes a saved state.
    ///
    /// - Throws: `DecodingError` with the path and the value of what makes no sense, or is not known.
    public init(from decoder: any Decoder) throws {
        var reader = try SettingsReader(decoder)
        let state = try reader.required("state", as: CircuitState.self)
        let timeLeft = try reader.duration("time_left") ?? .zero
        let failures = try reader.value("consecutive_failures", as: Int.self) ?? 0
        let openings = try reader.value("openings", as: Int.self) ?? 0
        try reader.finish()
        self = try reader.checked { () throws(PolicyError) in
            try check("state", state.rawValue, state != .isolated, "must not be isolated: nobody could end that")
            try check("consecutive_failures", failures, failures >= 0, "must not be negative")
            try check("openings", openings, openings >= 0, "must not be negative")
            return SavedCircuit(
                unchecked: state, timeLeft: timeLeft, consecutiveFailures: failures, openings: openings)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case state, openings
        case timeLeft = "time_left"
        case consecutiveFailures = "consecutive_failures"
    }

    /// Encodes the state, with the time left as text such as `"12.5s"`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .state)
        try container.encode(timeLeft.text, forKey: .timeLeft)
        try container.encode(consecutiveFailures, forKey: .consecutiveFailures)
        try container.encode(openings, forKey: .openings)
    }
}

extension CircuitBreaker {
    /// The state of the circuit, to be kept over a restart.
    public var saved: SavedCircuit {
        let machine = machine
        return SavedCircuit(of: machine, at: nanoseconds)
    }

    /// Puts the circuit into a state that was saved, and forgets what it was; isolations stay.
    ///
    /// A break goes on for the time that it still had when it was saved, but no longer than the policy's longest one
    /// or, where hints open the circuit, the longest hint.
    public func restore(_ saved: SavedCircuit) {
        control { machine, now, _ in machine.restore(saved, at: now) }
    }
}

extension CircuitBreakerState {
    mutating func restore(_ saved: SavedCircuit, at now: Int64) {
        let before = toldState
        see(now)
        close()
        phase = Phase(saved.state)
        openings = saved.openings
        // A count that is at the threshold already would open the circuit at the next failure: so be it.
        consecutiveFailures = saved.consecutiveFailures
        if phase == .open {
            let longest = max(policy.breakDuration.cap, policy.longestHint ?? .zero)
            openUntil = time.saturatingAdd(min(saved.timeLeft, longest).saturatedNanoseconds)
        }
        tell(from: before, .restored, breakDuration: phase == .open ? openUntil - time : nil)
    }
}

extension CircuitBreakerState.Phase {
    fileprivate init(_ state: CircuitState) {
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
