extension Backoff {
    /// No wait at all: the retry follows at once.
    @inlinable public static var none: Backoff {
        Backoff(unchecked: .constant, initial: 0, cap: 0, jitter: .none)
    }

    /// The same delay before every retry: dₖ = delay.
    ///
    /// - Parameters:
    ///   - delay: Not negative.
    ///   - jitter: Draws above the delay are cut off: the delay is its own cap, unless `cap` says otherwise.
    ///   - cap: The delay that no draw passes; the delay itself if `nil`.
    /// - Returns: The backoff.
    public static func constant(_ delay: Duration, jitter: Jitter = .none, cap: Duration? = nil) -> Backoff {
        checked { () throws(PolicyError) in
            try make(.constant, initial: delay, cap: cap ?? delay, jitter: jitter)
        }
    }

    /// Delays that grow by the same amount: dₖ = min(cap, initial + increment · (k − 1)).
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - increment: What each further delay adds, not negative; the first delay if `nil`.
    ///   - cap: The delay that no draw passes, at least `initial`.
    ///   - jitter: How the delay is spread out.
    /// - Returns: The backoff.
    public static func linear(
        initial: Duration, increment: Duration? = nil, cap: Duration = .seconds(20), jitter: Jitter = .full
    ) -> Backoff {
        checked { () throws(PolicyError) in
            try make(.linear, initial: initial, increment: increment ?? initial, cap: cap, jitter: jitter)
        }
    }

    /// Delays that grow by a factor: dₖ = min(cap, initial · factorᵏ⁻¹).
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - factor: What each further delay is multiplied with, finite and at least 1.
    ///   - cap: The delay that no draw passes, at least `initial`.
    ///   - jitter: How the delay is spread out.
    /// - Returns: The backoff.
    public static func exponential(
        initial: Duration = .milliseconds(100), factor: Double = 2, cap: Duration = .seconds(20),
        jitter: Jitter = .full
    ) -> Backoff {
        checked { () throws(PolicyError) in
            try make(.exponential, initial: initial, factor: factor, cap: cap, jitter: jitter)
        }
    }

    /// Delays that grow like 1 1 2 3 5 8 …: dₖ = min(cap, initial · Fₖ).
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - cap: The delay that no draw passes, at least `initial`.
    ///   - jitter: How the delay is spread out.
    /// - Returns: The backoff.
    public static func fibonacci(
        initial: Duration, cap: Duration = .seconds(20), jitter: Jitter = .full
    ) -> Backoff {
        checked { () throws(PolicyError) in try make(.fibonacci, initial: initial, cap: cap, jitter: jitter) }
    }

    /// Delays drawn each from the one before: min(cap, U[initial, 3 · previous]).
    ///
    /// No delay is below `initial`: where the one before was, as it was for a failure of another class, `initial` counts
    /// as *previous*.
    ///
    /// - Parameters:
    ///   - initial: The shortest delay, not negative.
    ///   - cap: The delay that no draw passes, at least `initial`.
    /// - Returns: The backoff.
    public static func decorrelated(
        initial: Duration = .milliseconds(250), cap: Duration = .seconds(30)
    ) -> Backoff {
        checked { () throws(PolicyError) in
            try make(.exponential, initial: initial, factor: 3, cap: cap, jitter: .decorrelated)
        }
    }

    /// Delays that grow gently, as for a service that hands out tokens: factor 1.5, half of the delay kept.
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - cap: The delay that no draw passes, at least `initial`.
    /// - Returns: The backoff.
    public static func token(
        initial: Duration = .milliseconds(375), cap: Duration = .seconds(20)
    ) -> Backoff {
        exponential(initial: initial, factor: 1.5, cap: cap, jitter: .equal)
    }

    /// The delays as listed; the last one repeats.
    ///
    /// - Parameters:
    ///   - delays: At least one, none negative.
    ///   - jitter: How each is spread out.
    ///   - cap: The delay that no draw passes; the longest of the list if `nil`.
    /// - Returns: The backoff.
    public static func list(_ delays: [Duration], jitter: Jitter = .none, cap: Duration? = nil) -> Backoff {
        checked { () throws(PolicyError) in
            try make(.list, initial: .zero, cap: cap ?? delays.max() ?? .zero, jitter: jitter, list: delays)
        }
    }

    /// Delays computed by a closure of yours.
    ///
    /// ```swift
    /// let backoff = Backoff.custom("by class", cap: .seconds(30)) { failure in
    ///     failure.errorClass == .rateLimit ? .seconds(10) : .milliseconds(50 * failure.attempt)
    /// }
    /// ```
    ///
    /// A negative result is taken as zero, one above the cap as the cap.
    ///
    /// - Parameters:
    ///   - name: What stands for the closure: two custom backoffs of one name are equal. Encoding throws.
    ///   - cap: The delay that no draw passes.
    ///   - jitter: How the closure's delay is spread out.
    ///   - delay: Computes the delay from the failure.
    /// - Returns: The backoff.
    public static func custom(
        _ name: String, cap: Duration = .seconds(20), jitter: Jitter = .none,
        delay: @escaping @Sendable (BackoffContext) -> Duration
    ) -> Backoff {
        checked { () throws(PolicyError) in
            try Backoff(
                unchecked: .custom, initial: 0, cap: cap.saturatedNanoseconds, jitter: jitter,
                extra: Extra(name: name, list: [], delay: delay)
            ).validated()
        }
    }

    /// Creates a backoff from values that are not known to be right, such as those of a flag or a form.
    ///
    /// - Parameters:
    ///   - family: `constant`, `linear`, `exponential`, `fibonacci` or `list`.
    ///   - initial: The first delay, not negative.
    ///   - increment: For `linear`, what each further delay adds, not negative; the first delay if `nil`.
    ///   - factor: For `exponential`, finite and at least 1.
    ///   - cap: The delay that no draw passes, at least `initial`.
    ///   - jitter: How the delay is spread out.
    ///   - list: For `list`, the delays.
    /// - Throws: ``PolicyError`` that names the setting and its value.
    public init(
        validating family: String, initial: Duration, increment: Duration? = nil, factor: Double = 2,
        cap: Duration = .seconds(20), jitter: Jitter = .full, list: [Duration] = []
    ) throws(PolicyError) {
        guard let known = Family(rawValue: family), known != .custom else {
            let names = Family.allCases.filter { $0 != .custom }.map(\.rawValue).joined(separator: ", ")
            throw PolicyError(setting: "family", value: family, requirement: "must be one of \(names)")
        }
        self = try Self.make(
            known, initial: initial, increment: increment ?? initial, factor: factor, cap: cap, jitter: jitter,
            list: list)
    }

    /// The same backoff with another cap.
    ///
    /// - Parameter cap: The delay that no draw passes, at least the first delay.
    /// - Returns: The backoff.
    public func cap(_ cap: Duration) -> Backoff {
        checked { () throws(PolicyError) in try with(cap: cap.saturatedNanoseconds).validated() }
    }

    /// The same backoff with another jitter.
    public func jitter(_ jitter: Jitter) -> Backoff {
        checked { () throws(PolicyError) in try with(jitter: jitter).validated() }
    }

    private func with(cap: Int64? = nil, jitter: Jitter? = nil) -> Backoff {
        Backoff(
            unchecked: family, initial: initialNanoseconds, increment: incrementNanoseconds, factor: factor,
            cap: cap ?? capNanoseconds, jitter: jitter ?? self.jitter, extra: extra)
    }
}

extension Backoff {
    /// Every checked door leads through here.
    static func make(
        _ family: Family, initial: Duration, increment: Duration = .zero, factor: Double = 1, cap: Duration,
        jitter: Jitter, list: [Duration] = []
    ) throws(PolicyError) -> Backoff {
        let isList = family == .list
        return try Backoff(
            unchecked: family, initial: isList ? 0 : initial.saturatedNanoseconds,
            increment: family == .linear ? increment.saturatedNanoseconds : 0,
            factor: family == .exponential ? factor : 1, cap: cap.saturatedNanoseconds, jitter: jitter,
            extra: isList ? Extra(name: "", list: list.map(\.saturatedNanoseconds), delay: nil) : nil
        ).validated()
    }

    func validated() throws(PolicyError) -> Backoff {
        let first = Duration.nanoseconds(initialNanoseconds)
        try check("initial", first, initialNanoseconds >= 0, "must not be negative")
        try check(
            "increment", Duration.nanoseconds(incrementNanoseconds), incrementNanoseconds >= 0, "must not be negative")
        try check("factor", factor, factor.isFinite && factor >= 1, "must be a finite number of at least 1")
        try check("cap", cap, capNanoseconds >= initialNanoseconds, "must be at least the first delay, \(first)")
        if family == .list {
            try check("delays", "empty", extra?.list.isEmpty == false, "must hold at least one delay")
            for delay in extra?.list ?? [] {
                try check("delays", Duration.nanoseconds(delay), delay >= 0, "must hold no negative delay")
            }
        }
        if family == .custom {
            try check("name", "empty", extra?.name.isEmpty == false, "must name the custom backoff")
        }
        _ = try jitter.validated()
        try check(
            "jitter", jitter.kind.rawValue, jitter.kind != .decorrelated || extra == nil,
            "must be another one: the delays of a list or a closure would play no part")
        let floor = Duration.nanoseconds(jitter.nanoseconds)
        try check(
            "jitter.amount", floor, jitter.kind != .floor || jitter.nanoseconds <= capNanoseconds,
            "must be at most the cap, \(cap)")
        return self
    }
}
