/// The settings behind a policy, shared by all copies.
@usableFromInline
package struct PolicySettings: Sendable, Hashable {
    package var name: String
    @usableFromInline package var maxAttempts: Int
    @usableFromInline package var backoff: Backoff
    package var backoffs: ClassTable<Backoff>
    /// A class that is not in the table is unlimited, and one that is unlimited is not in the table.
    package var limits: ClassTable<RetryLimit>
    @usableFromInline package var deadline: Int64
    @usableFromInline package var deadlineBehavior: DeadlineBehavior
    @usableFromInline package var attemptTimeout: Int64
    @usableFromInline package var hints: RetryHintPolicy
    @usableFromInline package var whenRejected: RejectionBehavior
    @usableFromInline package var nested: NestedRetries
    @usableFromInline package var failsImmediately: Bool
    @usableFromInline package var guarantee: ExecutionGuarantee

    /// Makes settings; those left out are what most policies have.
    ///
    /// Durations are nanoseconds, and `.max` is *none*.
    init(
        name: String = "", maxAttempts: Int, backoff: Backoff, limits: ClassTable<RetryLimit> = .standard,
        deadline: Int64 = .max, deadlineBehavior: DeadlineBehavior = .stop, attemptTimeout: Int64 = .max,
        hints: RetryHintPolicy = .obey
    ) {
        self.name = name
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.backoffs = ClassTable()
        self.limits = limits
        self.deadline = deadline
        self.deadlineBehavior = deadlineBehavior
        self.attemptTimeout = attemptTimeout
        self.hints = hints
        self.whenRejected = .stop
        self.nested = .once
        self.failsImmediately = false
        self.guarantee = .atLeastOnce
    }

    /// Checks the settings, in the one place for it.
    func validate() throws(InvalidPolicyError) {
        try check("max_attempts", maxAttempts, maxAttempts >= 1, "must be at least 1")
        try check("deadline", Duration.nanoseconds(deadline), deadline > 0, "must be above zero")
        try check("attempt_timeout", Duration.nanoseconds(attemptTimeout), attemptTimeout > 0, "must be above zero")
        if limits.contains(where: \.isNegative) { try checkLimits() }
        _ = try hints.validated()
        do { _ = try backoff.validated() } catch { throw error.inside("backoff") }
    }
}

extension PolicySettings {
    /// Throws the error of the first invalid limit.
    private func checkLimits() throws(InvalidPolicyError) {
        for (errorClass, limit) in limits.entries {
            guard case .retries(let count) = limit else { continue }
            try check("retry_limits.\(errorClass)", count, count >= 0, "must not be negative")
        }
    }
}

/// The limit to the retries after failures of one class.
package enum RetryLimit: Sendable, Hashable {
    /// Not at all, because it would be pointless.
    case never
    /// At most so many times in one call.
    case retries(Int)
    /// As often as the policy's attempts allow.
    case unlimited

    fileprivate var isNegative: Bool {
        if case .retries(let count) = self { count < 0 } else { false }
    }
}

/// One value per class of failure; built-in classes are found by their slot, without a dictionary.
package struct ClassTable<Value: Sendable & Hashable>: Sendable, Hashable {
    private var bySlot: [Value?] = []
    private var byClass: [ErrorClass: Value] = [:]

    package init() {}

    package subscript(errorClass: ErrorClass) -> Value? {
        get {
            if !errorClass.isBuiltIn { return byClass.isEmpty ? nil : byClass[errorClass] }
            return bySlot.isEmpty ? nil : bySlot[Int(errorClass.number)]
        }
        set {
            if !errorClass.isBuiltIn {
                byClass[errorClass] = newValue
                return
            }
            if bySlot.isEmpty { bySlot = Array(repeating: nil, count: Int(ErrorClass.builtInCount)) }
            bySlot[Int(errorClass.number)] = newValue
        }
    }

    /// Returns whether any value of the table satisfies the predicate; allocates nothing.
    func contains(where isSuch: (Value) -> Bool) -> Bool {
        bySlot.contains { $0.map(isSuch) == true } || byClass.values.contains(where: isSuch)
    }

    /// The entries of the table, built-in classes first.
    package var entries: [(errorClass: ErrorClass, value: Value)] {
        let builtIn = bySlot.enumerated().compactMap { slot, value in
            value.map { (errorClass: ErrorClass(number: UInt32(slot)), value: $0) }
        }
        let own = byClass.sorted { $0.key.id < $1.key.id }.map { (errorClass: $0.key, value: $0.value) }
        return builtIn + own
    }
}

extension ClassTable<RetryLimit> {
    /// Permanent, auth and permission are never retried, unknown twice.
    static let standard = unknownUnlimited.with(.retries(2), for: .unknown)

    /// Permanent, auth and permission are never retried: what libraries do that retry every other error.
    static let unknownUnlimited = ClassTable()
        .with(.never, for: .permanent).with(.never, for: .auth).with(.never, for: .permission)

    private func with(_ limit: RetryLimit, for errorClass: ErrorClass) -> ClassTable {
        var table = self
        table[errorClass] = limit
        return table
    }
}
