extension RetryPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in one line: its attempts and waits, and each setting that differs from what most policies have.
    ///
    /// ```swift
    /// print(RetryPolicy.api.deadline(.seconds(30)))
    /// // api: 4 attempts, waits 250ms doubling up to 15s, full jitter; deadline 30s
    /// ```
    public var description: String {
        let settings = settings
        var parts = [settings.attemptsAndWaits]
        parts += settings.backoffs.entries.map { "waits after \($0.errorClass): \($0.value)" }
        parts += settings.unusualLimits.map { "\($0) \(settings.limits[$0] ?? .unlimited)" }
        if settings.deadline != .max {
            let behavior = settings.deadlineBehavior == .stop ? "" : " (\(settings.deadlineBehavior))"
            parts.append("deadline \(Duration.nanoseconds(settings.deadline).text)\(behavior)")
        }
        if settings.attemptTimeout != .max {
            parts.append("attempt timeout \(Duration.nanoseconds(settings.attemptTimeout).text)")
        }
        if settings.hints != .obey { parts.append("hints: \(settings.hints)") }
        if settings.whenRejected == .wait { parts.append("waits for guards") }
        if settings.nested != .once { parts.append("nested: \(settings.nested)") }
        if settings.failsImmediately { parts.append("fails immediately") }
        if settings.guarantee != .atLeastOnce { parts.append("effect \(settings.guarantee)") }
        return (settings.name.isEmpty ? "" : "\(settings.name): ") + parts.joined(separator: "; ")
    }

    /// All settings, by their names.
    public var debugDescription: String {
        let backoffs = settings.backoffs.entries.map { "\($0.errorClass): \($0.value)" }
        let limits = settings.limits.entries.map { "\($0.errorClass): \($0.value)" }
        func time(_ nanoseconds: Int64) -> String {
            nanoseconds == .max ? "none" : Duration.nanoseconds(nanoseconds).text
        }
        return "RetryPolicy(name: \"\(name)\", maxAttempts: \(maxAttempts), backoff: (\(settings.backoff)), "
            + "backoffs: [\(backoffs.joined(separator: "; "))], limits: [\(limits.joined(separator: ", "))], "
            + "deadline: \(time(settings.deadline)), deadlineBehavior: \(deadlineBehavior), "
            + "attemptTimeout: \(time(settings.attemptTimeout)), hints: \(settings.hints), "
            + "whenRejected: \(whenRejected), nested: \(nested), failsImmediately: \(failsImmediately), guarantee: \(guarantee))"
    }
}

extension PolicySettings {
    /// The classes whose limit differs from that of most policies.
    fileprivate var unusualLimits: [ErrorClass] {
        let usual = ClassTable<RetryLimit>.standard
        let classes = usual.entries.map(\.errorClass) + limits.entries.map(\.errorClass).filter { usual[$0] == nil }
        return classes.filter { limits[$0] != usual[$0] }
    }

    fileprivate var attemptsAndWaits: String {
        maxAttempts == 1 ? "1 attempt" : "\(maxAttempts.of("attempt")), waits \(backoff)"
    }
}

extension RetryLimit: CustomStringConvertible {
    /// The limit in words.
    package var description: String {
        switch self {
        case .never: "never retried"
        case .retries(let count): count.of("retry", "retries")
        case .unlimited: "unlimited"
        }
    }
}

extension RetryHintPolicy: CustomStringConvertible {
    /// The rule in words, such as `obeyed up to 5m`.
    public var description: String {
        let limit = Duration.nanoseconds(nanoseconds).text
        switch kind {
        case .obey: return "obeyed up to \(limit)\(cuts ? ", longer ones cut" : "")"
        case .exact: return "obeyed exactly up to \(limit)\(cuts ? ", longer ones cut" : "")"
        case .clamp: return "at most \(limit) more than the computed wait"
        case .ignore: return "ignored"
        }
    }
}
