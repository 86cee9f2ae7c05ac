extension CircuitBreaker: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line: `circuit breaker payments: open for 52s more, 5 failures in a row`.
    public var description: String { "circuit breaker \(snapshot)" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot) }
}

extension CircuitBreakerSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `payments: open for 52s more, 5 failures in a row`.
    public var description: String {
        var text = name.isEmpty ? "" : "\(name): "
        text += state.rawValue.split(separator: "_").joined(separator: " ")
        if let timeLeft { text += " for \(timeLeft.text) more" }
        if consecutiveFailures > 0 { text += ", \(consecutiveFailures.of("failure")) in a row" }
        for (counts, noun) in [(lastCalls, "failures"), (recentCalls, "failures"), (slowCalls, "slow")] {
            if let counts, counts.calls > 0 { text += ", \(counts.failures) of \(counts.calls) calls \(noun)" }
        }
        if state == .halfOpen { text += ", \(probeSuccesses.of("probe")) succeeded" }
        return text
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}

extension CircuitBreakerPolicy: CustomStringConvertible, CustomDebugStringConvertible {
    /// The rules in one line: `opens after 5 failures in a row, for 1m, and closes after 2 probes`.
    public var description: String {
        var rules: [String] = []
        if let consecutiveFailures { rules.append("\(consecutiveFailures.of("failure")) in a row") }
        if let rule = countRule { rules.append("\(rule.ratio.percent) failures of the last \(rule.calls.of("call"))") }
        if let rule = timeRule { rules.append("\(rule.ratio.percent) failures in \(rule.window.text)") }
        if let rule = slowCallRule {
            rules.append("\(rule.ratio.percent) calls slower than \(rule.threshold.text) in \(rule.window.text)")
        }
        return "opens after \(rules.isEmpty ? "nothing" : rules.joined(separator: " or ")), for \(breakDuration), and "
            + "closes after \(successesToClose.of("probe"))"
    }

    /// All settings.
    public var debugDescription: String { fullDescription(of: self) }
}

extension CircuitBreakerEvent: CustomStringConvertible {
    /// The event as a line of a log.
    public var description: String { logLine }
}

extension CircuitBreakerGuard: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state of the breaker in one line.
    package var description: String { breaker.description }

    /// All counts of the breaker.
    package var debugDescription: String { breaker.debugDescription }
}
