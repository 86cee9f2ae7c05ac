extension Backoff {
    /// A backoff without delay: the retry follows at once.
    @inlinable public static var none: Backoff {
        Backoff(unchecked: .constant, initial: 0, cap: 0, jitter: .none)
    }

    /// The same delay before every retry: dₖ = delay.
    ///
    /// - Parameters:
    ///   - delay: The delay, not negative.
    ///   - jitter: The jitter. Draws above the delay are cut off: the delay is its own cap, unless `cap` is given.
    ///   - cap: The maximum delay, jitter included; the delay itself if `nil`.
    /// - Returns: The backoff.
    public static func constant(_ delay: Duration, jitter: Jitter = .none, cap: Duration? = nil) -> Backoff {
        checked { () throws(InvalidPolicyError) in
            try make(.constant, initial: delay, cap: cap ?? delay, jitter: jitter)
        }
    }

    /// Linear backoff: delays that grow by the same amount, dₖ = min(cap, initial + increment · (k − 1)).
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - increment: The growth from one delay to the next, not negative; the first delay if `nil`.
    ///   - cap: The maximum delay, jitter included; at least `initial`.
    ///   - jitter: The jitter of each delay.
    /// - Returns: The backoff.
    public static func linear(
        initial: Duration, increment: Duration? = nil, cap: Duration = .seconds(20), jitter: Jitter = .full
    ) -> Backoff {
        checked { () throws(InvalidPolicyError) in
            try make(.linear, initial: initial, increment: increment ?? initial, cap: cap, jitter: jitter)
        }
    }

    /// Exponential backoff with jitter: delays that grow by a factor, dₖ = min(cap, initial · factorᵏ⁻¹).
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - factor: The factor from one delay to the next, finite and at least 1.
    ///   - cap: The maximum delay, jitter included; at least `initial`.
    ///   - jitter: The jitter of each delay.
    /// - Returns: The backoff.
    public static func exponential(
        initial: Duration = .milliseconds(100), factor: Double = 2, cap: Duration = .seconds(20),
        jitter: Jitter = .full
    ) -> Backoff {
        checked { () throws(InvalidPolicyError) in
            try make(.exponential, initial: initial, factor: factor, cap: cap, jitter: jitter)
        }
    }

    /// Fibonacci backoff: delays that grow like 1 1 2 3 5 8 …, dₖ = min(cap, initial · Fₖ).
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - cap: The maximum delay, jitter included; at least `initial`.
    ///   - jitter: The jitter of each delay.
    /// - Returns: The backoff.
    public static func fibonacci(
        initial: Duration, cap: Duration = .seconds(20), jitter: Jitter = .full
    ) -> Backoff {
        checked { () throws(InvalidPolicyError) in try make(.fibonacci, initial: initial, cap: cap, jitter: jitter) }
    }

    /// Decorrelated jitter: each delay is drawn from the one before, min(cap, U[initial, 3 · previous]).
    ///
    /// No delay is below `initial`: if the one before was, as after a failure of another class, `initial` counts as
    /// *previous*.
    ///
    /// - Parameters:
    ///   - initial: The shortest delay, not negative.
    ///   - cap: The maximum delay, jitter included; at least `initial`.
    /// - Returns: The backoff.
    public static func decorrelated(
        initial: Duration = .milliseconds(250), cap: Duration = .seconds(30)
    ) -> Backoff {
        checked { () throws(InvalidPolicyError) in
            try make(.exponential, initial: initial, factor: 3, cap: cap, jitter: .decorrelated)
        }
    }

    /// A backoff that grows slowly, as for a service that issues tokens: factor 1.5, half of the delay kept.
    ///
    /// - Parameters:
    ///   - initial: The first delay, not negative.
    ///   - cap: The maximum delay, jitter included; at least `initial`.
    /// - Returns: The backoff.
    public static func token(
        initial: Duration = .milliseconds(375), cap: Duration = .seconds(20)
    ) -> Backoff {
        exponential(initial: initial, factor: 1.5, cap: cap, jitter: .equal)
    }

    /// A fixed list of delays; the last one repeats.
    ///
    /// - Parameters:
    ///   - delays: The delays: at least one, none negative.
    ///   - jitter: The jitter of each delay.
    ///   - cap: The maximum delay, jitter included; the longest of the list if `nil`.
    /// - Returns: The backoff.
    public static func list(_ delays: [Duration], jitter: Jitter = .none, cap: Duration? = nil) -> Backoff {
        checked { () throws(InvalidPolicyError) in
            try make(.list, initial: .zero, cap: cap ?? delays.max() ?? .zero, jitter: jitter, list: delays)
        }
    }

    /// A custom backoff: delays computed by a closure.
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
    ///   - name: The identity of the closure: two custom backoffs of one name are equal. Encoding throws.
    ///   - cap: The maximum delay, jitter included.
    ///   - jitter: The jitter of the closure's delay.
    ///   - delay: Computes the delay from the failure.
    /// - Returns: The backoff.
    public static func custom(
        _ name: String, cap: Duration = .seconds(20), jitter: Jitter = .none,
        delay: @escaping @Sendable (BackoffContext) -> Duration
    ) -> Backoff {
        checked { () throws(InvalidPolicyError) in
            try Backoff(
                unchecked: .custom, initial: 0, cap: cap.saturatedNanoseconds, jitter: jitter,
                extra: Extra(name: name, list: [], delay: delay)
            ).validated()
        }
    }

    /// Creates a backoff from values known only at run time, such as those of a flag or a form.
    ///
    /// - Parameters:
    ///   - family: `constant`, `linear`, `exponential`, `fibonacci` or `list`.
    ///   - initial: The first delay, not negative.
    ///   - increment: The growth from one delay to the next for `linear`, not negative; the first delay if `nil`.
    ///   - factor: The factor from one delay to the next for `exponential`, finite and at least 1.
    ///   - cap: The maximum delay, jitter included; at least `initial`.
    ///   - jitter: The jitter of each delay.
    ///   - list: For `list`, the delays.
    /// - Throws: ``InvalidPolicyError`` that names the setting and its value.
    public init(
        validating family: String, initial: Duration, increment: Duration? = nil, factor: Double = 2,
        cap: Duration = .seconds(20), jitter: Jitter = .full, list: [Duration] = []
    ) throws(InvalidPolicyError) {
        guard let known = Family(rawValue: family), known != .custom else {
            let names = Family.allCases.filter { $0 != .custom }.map(\.rawValue).joined(separator: ", ")
            throw InvalidPolicyError(setting: "family", value: family, requirement: "must be one of \(names)")
        }
        self = try Self.make(
            known, initial: initial, increment: increment ?? initial, factor: factor, cap: cap, jitter: jitter,
            list: list)
    }

    /// The same backoff with another cap.
    ///
    /// - Parameter cap: The maximum delay, jitter included; at least the first delay.
    /// - Returns: The backoff.
    public func cap(_ cap: Duration) -> Backoff {
        checked { () throws(InvalidPolicyError) in try with(cap: cap.saturatedNanoseconds).validated() }
    }

    /// The same backoff with another jitter.
    public func jitter(_ jitter: Jitter) -> Backoff {
        checked { () throws(InvalidPolicyError) in try with(jitter: jitter).validated() }
    }

    private func with(cap: Int64? = nil, jitter: Jitter? = nil) -> Backoff {
        Backoff(
            unchecked: family, initial: initialNanoseconds, increment: incrementNanoseconds, factor: factor,
            cap: cap ?? capNanoseconds, jitter: jitter ?? self.jitter, extra: extra)
    }
}

extension Backoff {
    /// Creates a backoff after checking its settings; every checked initializer and function ends here.
    static func make(
        _ family: Family, initial: Duration, increment: Duration = .zero, factor: Double = 1, cap: Duration,
        jitter: Jitter, list: [Duration] = []
    ) throws(InvalidPolicyError) -> Backoff {
        let isList = family == .list
        return try Backoff(
            unchecked: family, initial: isList ? 0 : initial.saturatedNanoseconds,
            increment: family == .linear ? increment.saturatedNanoseconds : 0,
            factor: family == .exponential ? factor : 1, cap: cap.saturatedNanoseconds, jitter: jitter,
            extra: isList ? Extra(name: "", list: list.map(\.saturatedNanoseconds), delay: nil) : nil
        ).validated()
    }

    func validated() throws(InvalidPolicyError) -> Backoff {
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
