/// The rules by which a circuit breaker opens, stays open, and closes again.
///
/// A policy is a value: it can be compared, stored, encoded and shared. Start from a preset and refine it:
///
/// ```swift
/// let policy = CircuitBreakerPolicy.stable
///     .failureRatio(0.5, within: .seconds(30), minimumCalls: 20)
///     .slowCallRatio(0.8, slowerThan: .seconds(2), within: .seconds(30), minimumCalls: 10)
///     .breakDuration(.exponential(initial: .seconds(10), cap: .seconds(300), jitter: .proportional(0.1)))
/// ```
///
/// The rules combine: the first that is met opens the circuit. Invalid settings trap with a message that names them;
/// values known only at run time go through the throwing initializer or decoding. A policy with no rule at all is
/// refused where a breaker is made with it, so that the order of modifiers does not matter.
public struct CircuitBreakerPolicy: Sendable, Hashable {
    /// The number of failures in a row that opens the circuit; `nil` without that rule.
    public internal(set) var consecutiveFailures: Int?
    /// The share of failures among the last calls that opens the circuit.
    public internal(set) var countRule: CountRule?
    /// The share of failures in the last time that opens the circuit.
    public internal(set) var timeRule: TimeRule?
    /// The share of slow calls in the last time that opens the circuit.
    public internal(set) var slowCallRule: SlowCallRule?
    /// The classes of failure that count as failures.
    public internal(set) var failures: FailureClasses
    /// The meaning of failures of all other classes.
    public internal(set) var otherClasses: OtherClasses
    /// The time for which the circuit stays open: the k-th delay after it opened k times without closing in between.
    ///
    /// No break is shorter than half of the delay before jitter, with any jitter.
    public internal(set) var breakDuration: Backoff
    /// The number of concurrent calls that may probe the service while the circuit is half open.
    public internal(set) var probes: Int
    /// The number of probes that must succeed for the circuit to close.
    public internal(set) var successesToClose: Int
    /// The number of probes that may fail before the circuit opens again.
    public internal(set) var allowedProbeFailures: Int
    /// The time after which the place of a probe that has not ended can be given to another call.
    public internal(set) var probeLease: Duration
    /// The longest time for which a server's hint opens the circuit; `nil` if hints don't open it.
    public internal(set) var longestHint: Duration?
    /// The shortest time limit of a caller whose expiry counts as a failure.
    ///
    /// `nil` stands for the threshold of ``slowCallRule``, or for 100 ms without that rule.
    public internal(set) var shortestTimeout: Duration?
    /// The attempts that an open circuit rejects.
    public internal(set) var rejects: RejectedAttempts

    /// Creates a policy; the modifiers add the other rules.
    ///
    /// - Parameters:
    ///   - consecutiveFailures: The number of failures in a row that opens the circuit; at least 1.
    ///   - breakDuration: The time for which it stays open; above zero.
    ///   - successesToClose: The number of probes that must succeed for it to close; at least 1.
    public init(consecutiveFailures: Int, breakDuration: Duration = .seconds(60), successesToClose: Int = 2) {
        self = checked { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(
                validating: consecutiveFailures, breakDuration: Self.fixed(breakDuration),
                successesToClose: successesToClose)
        }
    }

    /// Creates a policy from values known only at run time, such as those of a flag or a form.
    ///
    /// - Parameters:
    ///   - consecutiveFailures: The number of failures in a row that opens the circuit; at least 1, `nil` for no rule.
    ///   - countRule: The share of failures among the last calls that opens it.
    ///   - timeRule: The share of failures in the last time that opens it.
    ///   - slowCallRule: The share of slow calls that opens it.
    ///   - failures: The classes that count as failures.
    ///   - otherClasses: The meaning of failures of all other classes.
    ///   - breakDuration: The time for which it stays open; the first break above zero.
    ///   - probes: The number of concurrent calls that may probe the service; from 1 to 1,000.
    ///   - successesToClose: The number of probes that must succeed for it to close; at least 1.
    ///   - allowedProbeFailures: The number of probes that may fail before it opens again; not negative.
    ///   - probeLease: The time after which the place of a probe can be given to another call; above zero.
    ///   - longestHint: The longest time for which a hint opens it; above zero, `nil` if hints don't open it.
    ///   - shortestTimeout: The shortest time limit whose expiry counts; not negative, `nil` for the default.
    ///   - rejects: The attempts that an open circuit rejects.
    /// - Throws: ``InvalidPolicyError`` that names the setting and its value.
    public init(
        validating consecutiveFailures: Int?, countRule: CountRule? = nil, timeRule: TimeRule? = nil,
        slowCallRule: SlowCallRule? = nil, failures: FailureClasses = .default,
        otherClasses: OtherClasses = .success, breakDuration: Backoff? = nil, probes: Int = 1,
        successesToClose: Int = 2, allowedProbeFailures: Int = 0, probeLease: Duration = .seconds(60),
        longestHint: Duration? = nil, shortestTimeout: Duration? = nil, rejects: RejectedAttempts = .all
    ) throws(InvalidPolicyError) {
        self.consecutiveFailures = consecutiveFailures
        self.countRule = countRule
        self.timeRule = timeRule
        self.slowCallRule = slowCallRule
        self.failures = failures
        self.otherClasses = otherClasses
        self.breakDuration = breakDuration ?? Self.fixed(.seconds(60))
        self.probes = probes
        self.successesToClose = successesToClose
        self.allowedProbeFailures = allowedProbeFailures
        self.probeLease = probeLease
        self.longestHint = longestHint
        self.shortestTimeout = shortestTimeout
        self.rejects = rejects
        self = try validatedWithRule()
    }

    /// A constant backoff that is checked later, under this setting's name.
    static func fixed(_ duration: Duration) -> Backoff {
        let nanoseconds = duration.saturatedNanoseconds
        return Backoff(unchecked: .constant, initial: nanoseconds, cap: nanoseconds, jitter: .none)
    }
}

// MARK: Presets

extension CircuitBreakerPolicy {
    /// Opens after 5 failures in a row for 60 seconds, and closes after 2 successful probes.
    public static let `default` = CircuitBreakerPolicy(consecutiveFailures: 5)

    /// For a service that is known to be stable: opens after 10 failures in a row.
    public static let stable = CircuitBreakerPolicy(consecutiveFailures: 10)

    /// For a service that fails often: opens after 3 failures in a row.
    public static let unstable = CircuitBreakerPolicy(consecutiveFailures: 3)

    /// The presets by their names in configuration files.
    static let presets: [(name: String, policy: CircuitBreakerPolicy)] = [
        ("default", .default), ("stable", .stable), ("unstable", .unstable),
    ]
}

// MARK: Validation

extension CircuitBreakerPolicy {
    /// Checks every setting by itself; the one place that knows the valid ranges.
    func validated() throws(InvalidPolicyError) -> CircuitBreakerPolicy {
        if let count = consecutiveFailures {
            try check("consecutive_failures", count, count >= 1, "must be at least 1")
        }
        try countRule?.validate()
        try timeRule?.validate()
        try slowCallRule?.validate()
        // Not even a rule for slow calls needs it: the one for failures can be off.
        try check(
            "failures.only", "an empty list", failures.isExcept || !failures.classes.isEmpty, "must name a class")
        try validateBreak()
        try check("probes", probes, (1...1_000).contains(probes), "must be from 1 to 1000")
        try check("successes_to_close", successesToClose, successesToClose >= 1, "must be at least 1")
        try check(
            "allowed_probe_failures", allowedProbeFailures, allowedProbeFailures >= 0, "must not be negative")
        try check("probe_lease", probeLease, probeLease > .zero, "must be above zero")
        if let longestHint { try check("hint_opens", longestHint, longestHint > .zero, "must be above zero") }
        if let shortestTimeout {
            try check("shortest_timeout", shortestTimeout, shortestTimeout >= .zero, "must not be negative")
        }
        return self
    }

    /// Checks the settings, and that a rule can open the circuit.
    func validatedWithRule() throws(InvalidPolicyError) -> CircuitBreakerPolicy {
        try requireRule()
        return try validated()
    }

    /// Checks that a rule can open the circuit: the one check that concerns all settings together.
    func requireRule() throws(InvalidPolicyError) {
        try check(
            "consecutive_failures", "off", hasRule, "must be on, or another rule, or hints must open the circuit")
    }

    private var hasRule: Bool {
        consecutiveFailures != nil || countRule != nil || timeRule != nil || slowCallRule != nil || longestHint != nil
    }

    private func validateBreak() throws(InvalidPolicyError) {
        // The first break before its jitter; a closure would run under the breaker's lock.
        try check(
            "break_duration", breakDuration.family.rawValue, breakDuration.family != .custom,
            "must not be computed by a closure")
        try check("break_duration", breakDuration.initial, breakDuration.initial > .zero, "must be above zero")
        do { _ = try breakDuration.validated() } catch { throw error.inside("break_duration") }
    }
}

// MARK: Derived settings

extension CircuitBreakerPolicy {
    /// The shortest time limit whose expiry counts as a failure.
    var leastCountedTimeout: Duration { shortestTimeout ?? slowCallRule?.threshold ?? .milliseconds(100) }

    /// The time for which a registry keeps a breaker that counts failures, or whose break is over: the first break, or
    /// the longest window.
    var memory: Duration {
        max(breakDuration.initial, max(timeRule?.window ?? .zero, slowCallRule?.window ?? .zero))
    }
}
