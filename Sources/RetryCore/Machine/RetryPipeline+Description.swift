extension RetryPipeline: CustomStringConvertible, CustomDebugStringConvertible {
    /// The pipeline in one line: its name, its policy, its guards and its budget.
    ///
    /// ```swift
    /// print(users)
    /// // users (api: 4 attempts, waits 250ms doubling up to 15s, full jitter), circuit breaker users: closed
    /// ```
    public var description: String {
        var parts = [name.map { "\($0) (\(policy))" } ?? policy.description]
        parts += (guards?.all ?? []).map { String(describing: $0) }
        if let budget { parts.append(budget.description) }
        return parts.joined(separator: ", ")
    }

    /// The name, all settings of the policy, the guards and the budget.
    public var debugDescription: String {
        let guards = (guards?.all ?? []).map { String(reflecting: $0) }
        let budget = budget.map { String(reflecting: $0) } ?? "nil"
        return "RetryPipeline(name: \(name ?? "nil"), policy: \(String(reflecting: policy)), guards: \(guards), "
            + "budget: \(budget), observer: \(setup.observer == nil ? "none" : "one"))"
    }
}

extension RetryOutcome: CustomStringConvertible {
    /// The outcome in one line, without the value: `success after 3 attempts in 1.2s`, with `fell back` if a fallback
    /// replaced the failure.
    public var description: String {
        let end = error.map { ": \($0)" } ?? ""
        let change = fellBack ? ", fell back" : ""
        return "\(stopReason) after \(attempts.of("attempt")) in \(elapsed.text)\(change)\(end)"
    }
}

extension RetryOutcome: CustomDebugStringConvertible {
    /// The outcome, and each attempt in a line of its own.
    public var debugDescription: String {
        timeline.reduce(description) { "\($0)\n    \($1)" }
    }
}

extension AttemptRecord: CustomStringConvertible {
    /// The attempt in one line: `attempt 1 at 31ms: server_error, waits 97ms: HTTPError(status: 503)`.
    public var description: String {
        var text =
            "attempt \(attempt) at \(elapsed.text): \(errorClass?.id ?? (error == nil ? "success" : "cancelled"))"
        if let delay { text += ", waits \(delay.text)" }
        if let error { text += ": \(error)" }
        return text
    }
}

extension RetryAttempt: CustomStringConvertible {
    /// The attempt in words: `attempt 2 of 4, 1.5s left`.
    public var description: String {
        "attempt \(number) of \(maxAttempts)\(remaining.map { ", \($0.text) left" } ?? "")"
    }
}

extension RetryNotice: CustomStringConvertible {
    /// The notice in one line: `attempt 1 failed (server_error), again in 97ms: HTTPError(status: 503)`.
    public var description: String {
        "attempt \(attempt) failed (\(errorClass)), again in \(delay.text): \(error)"
    }
}
