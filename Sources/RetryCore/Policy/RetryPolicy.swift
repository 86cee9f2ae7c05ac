/// The limits and the waits of a retried call: attempts, exponential backoff with jitter, deadline.
///
/// A policy is a value: it can be compared, stored, encoded and shared. Start from a preset and refine it:
///
/// ```swift
/// let policy = RetryPolicy.api
///     .retries(2, for: .unknown)
///     .backoff(.exponential(initial: .seconds(1), cap: .seconds(60)), for: .rateLimit)
///     .deadline(.seconds(30))
/// ```
///
/// Invalid settings trap with a message that names them; values that come from a flag or a file go through
/// ``init(validating:backoff:deadline:deadlineBehavior:attemptTimeout:hints:)`` or decoding, which throw instead.
public struct RetryPolicy: Sendable {
    // A policy is passed with every call: it must cost no more than a pointer. A preset is a number, and its settings
    // are looked up after the first failure; any other policy refers to its settings.
    @usableFromInline private(set) var preset: Preset
    @usableFromInline package private(set) var box: Box?

    /// The settings of a policy, shared by its copies.
    ///
    /// They change only where a modifier has the one reference to them: see ``RetryPolicy/change(_:)``.
    @usableFromInline
    package final class Box: @unchecked Sendable {
        // The owner of the only reference is alone: checking that at run time would cost as much as the reading.
        @exclusivity(unchecked) fileprivate(set) var settings: PolicySettings
        @exclusivity(unchecked) @usableFromInline private(set) var isPlain = true
        @exclusivity(unchecked) @usableFromInline private(set) var hasDeadline = false
        /// True if the deadline is below a second.
        @exclusivity(unchecked) private(set) var hasShortDeadline = false

        init(_ settings: PolicySettings) {
            self.settings = settings
            settingsChanged()
        }

        fileprivate func settingsChanged() {
            isPlain =
                settings.attemptTimeout == .max && settings.deadlineBehavior != .interrupt
                && settings.guarantee == .atLeastOnce
            hasDeadline = settings.deadline != .max
            hasShortDeadline = settings.deadline < 1_000_000_000
        }
    }

    @inlinable
    init(preset: Preset) {
        self.preset = preset
        self.box = nil
    }

    init(_ settings: PolicySettings) {
        self.preset = .none
        self.box = Box(settings)
    }

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - maxAttempts: The maximum number of attempts, the first one included; at least 1.
    ///   - backoff: The waits between attempts.
    ///   - deadline: The bound on the whole call, above zero; none if `nil`.
    ///   - deadlineBehavior: The behavior near the deadline.
    ///   - attemptTimeout: The bound on one attempt, above zero; none if `nil`.
    ///   - hints: The rule for a server's word about when to come back.
    public init(
        maxAttempts: Int, backoff: Backoff = .exponential(), deadline: Duration? = nil,
        deadlineBehavior: DeadlineBehavior = .stop, attemptTimeout: Duration? = nil, hints: RetryHintPolicy = .obey
    ) {
        self = checked { () throws(InvalidPolicyError) in
            try RetryPolicy(
                validating: maxAttempts, backoff: backoff, deadline: deadline, deadlineBehavior: deadlineBehavior,
                attemptTimeout: attemptTimeout, hints: hints)
        }
    }

    /// Creates a policy from untrusted values, such as those of a flag or a form.
    ///
    /// - Parameters:
    ///   - maxAttempts: The maximum number of attempts, the first one included; at least 1.
    ///   - backoff: The waits between attempts.
    ///   - deadline: The bound on the whole call, above zero; none if `nil`.
    ///   - deadlineBehavior: The behavior near the deadline.
    ///   - attemptTimeout: The bound on one attempt, above zero; none if `nil`.
    ///   - hints: The rule for a server's word about when to come back.
    /// - Throws: ``InvalidPolicyError`` that names the setting and its value.
    public init(
        validating maxAttempts: Int, backoff: Backoff = .exponential(), deadline: Duration? = nil,
        deadlineBehavior: DeadlineBehavior = .stop, attemptTimeout: Duration? = nil, hints: RetryHintPolicy = .obey
    ) throws(InvalidPolicyError) {
        let settings = PolicySettings(
            maxAttempts: maxAttempts, backoff: backoff, deadline: deadline?.saturatedNanoseconds ?? .max,
            deadlineBehavior: deadlineBehavior, attemptTimeout: attemptTimeout?.saturatedNanoseconds ?? .max,
            hints: hints)
        try settings.validate()
        self.init(settings)
    }

    /// Changes the settings, in place where no other policy shares them.
    ///
    /// So a policy that is refined inline costs one allocation, however many modifiers refine it.
    mutating func change(_ change: (inout PolicySettings) -> Void) throws(InvalidPolicyError) {
        if !isKnownUniquelyReferenced(&box) { self = RetryPolicy(settings) }
        guard let box else { return }
        change(&box.settings)
        try box.settings.validate()
        box.settingsChanged()
    }

    /// Changes the settings; invalid ones trap.
    @usableFromInline
    mutating func changeOrTrap(_ change: (inout PolicySettings) -> Void) {
        checked { () throws(InvalidPolicyError) in try self.change(change) }
    }
}

// MARK: Settings

extension RetryPolicy {
    /// The name of the policy in events; empty by default.
    public var name: String { settings.name }

    /// The maximum number of attempts, the first one included; at least 1.
    public var maxAttempts: Int { settings.maxAttempts }

    /// The waits of every class that has none of its own.
    public var backoff: Backoff { settings.backoff }

    /// The bound on the whole call, attempts and waits together.
    public var deadline: Duration? { settings.deadline == .max ? nil : .nanoseconds(settings.deadline) }

    /// The behavior near the deadline.
    public var deadlineBehavior: DeadlineBehavior { settings.deadlineBehavior }

    /// The bound on one attempt.
    public var attemptTimeout: Duration? {
        settings.attemptTimeout == .max ? nil : .nanoseconds(settings.attemptTimeout)
    }

    /// The rule for a server's word about when to come back.
    public var hints: RetryHintPolicy { settings.hints }

    /// The behavior while a guard of the call, such as a circuit breaker, rejects its attempts.
    public var whenRejected: RejectionBehavior { settings.whenRejected }

    /// The retries of a call within a repeated attempt of another one.
    public var nested: NestedRetries { settings.nested }

    /// True if any failure ends the call, whatever its class.
    public var failsImmediately: Bool { settings.failsImmediately }

    /// The guarantee about the effect of the operation.
    public var guarantee: ExecutionGuarantee { settings.guarantee }

    /// Returns the waits after failures of this class.
    public func backoff(for errorClass: ErrorClass) -> Backoff {
        settings.backoffs[errorClass] ?? settings.backoff
    }

    /// Returns whether failures of this class are ever retried.
    public func isRetried(_ errorClass: ErrorClass) -> Bool {
        settings.limits[errorClass] != .never
    }

    /// Returns how often failures of this class are retried in one call, or `nil` if only the attempts bound it.
    ///
    /// Zero is also the answer for a class that is never retried; ``isRetried(_:)`` distinguishes the two.
    public func retryLimit(for errorClass: ErrorClass) -> Int? {
        switch settings.limits[errorClass] ?? .unlimited {
        case .never: 0
        case .retries(let count): count
        case .unlimited: nil
        }
    }

    package var settings: PolicySettings { storage.settings }

    var storage: Box { box ?? Self.presets[Int(preset.rawValue)] }

    /// True if the first attempt needs no timer and no gate: most policies.
    @inlinable
    package var isPlain: Bool { box?.isPlain ?? true }

    /// True if the start of the call must be known.
    @inlinable
    package var hasDeadline: Bool { box?.hasDeadline ?? false }

    var hasShortDeadline: Bool { box?.hasShortDeadline ?? false }
}

extension RetryPolicy: Hashable {
    /// Compares all settings and the name; custom backoffs are compared by their names.
    public static func == (one: RetryPolicy, other: RetryPolicy) -> Bool {
        one.settings == other.settings
    }

    /// Hashes all settings.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(settings)
    }
}

/// The behavior of a call near its deadline.
public enum DeadlineBehavior: String, Sendable, Hashable, CaseIterable, Codable {
    /// A wait that would reach the deadline is not begun: the call ends at once. The default.
    case stop
    /// A wait that would reach the deadline is cut to what is left, and one last attempt runs at the deadline.
    ///
    /// A server's hint is never cut: coming back before the server said so is pointless.
    case truncate
    /// Like ``stop``, and an attempt that is running at the deadline is cancelled. Asynchronous calls only.
    case interrupt
}

/// The behavior of a call whose attempt a guard rejects, such as a circuit breaker that is open.
public enum RejectionBehavior: String, Sendable, Hashable, CaseIterable, Codable {
    /// The call ends at once, with the operation's last error if there is one. The default.
    case stop
    /// The call waits until the guard may admit an attempt, if that is before the deadline.
    ///
    /// Give such a policy a deadline: without one it waits for as long as the service is down. A guard that is closed
    /// without an end, such as a breaker that was opened manually, ends the call.
    case wait
}

/// The retries of a call that runs within a repeated attempt of another call.
///
/// Retries of stacked layers multiply: three layers of three attempts each make 27 requests to a service that is down.
/// Within the first attempt of another call, a call retries as it does elsewhere. From the second attempt on, the outer
/// call repeats the work already, and this rule says what the inner one adds: by default nothing, which leaves 7
/// requests of the 27.
///
/// A call within a repeated attempt of a call with the same name makes one attempt, whatever the rule.
public enum NestedRetries: String, Sendable, Hashable, CaseIterable, Codable {
    /// The call makes one attempt. The default.
    case once
    /// The call retries as it does elsewhere: the attempts multiply.
    case allow
    /// The call makes one attempt, and if that fails, the calls around it are not repeated any more.
    case stop
}

/// The guarantee about the effect of an operation.
public enum ExecutionGuarantee: String, Sendable, Hashable, CaseIterable, Codable {
    /// Every retry may repeat the effect. The default.
    case atLeastOnce = "at_least_once"
    /// The effect must not happen twice: such a policy runs only with an effect store.
    case exactlyOnce = "exactly_once"
}
