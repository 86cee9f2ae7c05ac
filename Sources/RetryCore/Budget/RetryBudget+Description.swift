extension RetryBudget: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line: `retry budget users: 4.5 of 5 tokens, 12 retries granted, 3 refused`.
    public var description: String { "retry budget \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension RetryBudget.Snapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `users: 4.5 of 5 tokens, 12 retries granted, 3 refused`.
    public var description: String {
        var text = name.map { "\($0): " } ?? ""
        text += balance.isFinite ? balance.text(decimals: 2) : "unlimited"
        if let capacity { text += " of \(capacity.text(decimals: 2))" }
        if balance.isFinite { text += " tokens" }
        text += ", \(grants.of("retry", "retries")) granted, \(refusals) refused"
        return isExhausted ? text + ", exhausted" : text
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}

extension RetryBudgetPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in words, such as `a retry for 10 % of the successes, 0.01 a second, at most 5`.
    public var description: String {
        switch kind {
        case .tokenBucket(let share, let floor, let capacity):
            return "a retry for \(share.percent) of the successes, \(floor) a second, at most \(capacity)"
        case .ratio(let share, let floor, let ttl):
            let window = Duration.nanoseconds(ttl).text
            return "a retry for \(share.percent) of the calls of \(window), \(floor) a second"
        case .throttle(let maxTokens, let ratio):
            return "throttle of \(maxTokens.of("token")), \(ratio) for each success"
        case .quota(let capacity, let cost, let costs, let deposit):
            let special = costs.sorted { $0.key.id < $1.key.id }.map { ", \($0.value) after \($0.key)" }.joined()
            return "quota of \(capacity.of("token")), a retry costs \(cost)\(special), a success brings \(deposit)"
        case .limit(let retries, let window):
            return "at most \(retries.of("retry", "retries")) in \(Duration.nanoseconds(window).text)"
        case .unlimited: return "unlimited"
        }
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension RetryBudgetEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}
