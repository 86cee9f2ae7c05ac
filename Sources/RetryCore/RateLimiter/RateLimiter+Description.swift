extension CallRateLimiter: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line: `rate limiter search: 10 of 10 tokens, 100 per 1m`.
    public var description: String { "rate limiter \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension RateLimiterSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `search: 0 of 10 tokens, 100 per 1m, next in 600ms, 3 calls rejected`.
    public var description: String {
        var text = name.map { "\($0): " } ?? ""
        text += "\(available) of \(burst.of("token")), \(limit) per \(policy.period.text)"
        if holdLeft > .zero { text += ", held for \(holdLeft.text)" }
        if wait > .zero { text += ", next in \(wait.text)" }
        return refusals == 0 ? text : text + ", \(refusals.of("call")) rejected"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}

extension RateLimiterPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The policy in words, such as `100 per 1m, bursts of 10`.
    public var description: String {
        switch kind {
        case .tokenBucket: "\(limit) per \(period.text), bursts of \(burst)"
        case .slidingLog: "\(limit) in any \(period.text)"
        }
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension RateLimiterEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

extension RateLimiterGuard: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state of the limiter in one line.
    package var description: String { limiter.description }

    /// All counts of the limiter.
    package var debugDescription: String { limiter.debugDescription }
}
