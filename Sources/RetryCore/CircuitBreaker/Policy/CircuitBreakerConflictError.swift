/// An error for a breaker that was requested by its name with other settings than it has.
public struct CircuitBreakerConflictError: Error, Hashable, CustomStringConvertible {
    /// The name of the breaker.
    public let name: String
    /// The settings that the breaker has.
    public let existing: CircuitBreakerPolicy
    /// The settings that were requested.
    public let wanted: CircuitBreakerPolicy

    /// The differences, setting by setting: `consecutive_failures is 5, not 3`.
    public var differences: [String] {
        zip(existing.described, wanted.described).compactMap { existing, wanted in
            existing.value == wanted.value ? nil : "\(existing.name) is \(existing.value), not \(wanted.value)"
        }
    }

    /// The differences, and the remedy.
    public var description: String {
        "There is a circuit breaker \"\(name)\" with other settings: \(differences.joined(separator: "; ")). "
            + "Ask for it without settings, or with the same ones everywhere."
    }
}

extension CircuitBreakerPolicy {
    /// Every setting by its name, as text.
    fileprivate var described: [(name: String, value: String)] {
        [
            ("consecutive_failures", consecutiveFailures.map(String.init) ?? "off"),
            ("failure_ratio", countRule.map { "\($0.ratio) of \($0.calls), from \($0.minimumCalls)" } ?? "off"),
            (
                "failure_ratio_over_time",
                timeRule.map { "\($0.ratio) in \($0.window.text), from \($0.minimumCalls)" } ?? "off"
            ),
            (
                "slow_calls",
                slowCallRule.map {
                    "\($0.ratio) slower than \($0.threshold.text) in \($0.window.text), from \($0.minimumCalls)"
                } ?? "off"
            ),
            ("failures", failures.described),
            ("other_classes", otherClasses.rawValue),
            ("break_duration", breakDuration.described),
            ("probes", "\(probes)"),
            ("successes_to_close", "\(successesToClose)"),
            ("allowed_probe_failures", "\(allowedProbeFailures)"),
            ("probe_lease", probeLease.text),
            ("hint_opens", longestHint?.text ?? "off"),
            ("shortest_timeout", shortestTimeout?.text ?? "default"),
            ("rejects", rejects.rawValue),
        ]
    }
}

extension Backoff {
    /// All settings in which a backoff without a closure can differ.
    fileprivate var described: String {
        let delays = extra.map { $0.list.map { Duration.nanoseconds($0).text }.joined(separator: " ") }
        let first = delays ?? initial.text
        return "\(family.rawValue) \(first) × \(factor) + \(Duration.nanoseconds(incrementNanoseconds).text) "
            + "up to \(cap.text), jitter \(jitter.kind.rawValue) \(jitter.fraction) "
            + Duration.nanoseconds(jitter.nanoseconds).text
    }
}

extension CircuitBreakerPolicy.FailureClasses {
    fileprivate var described: String {
        (isExcept ? "except " : "only ") + classes.map(\.id).sorted().joined(separator: " ")
    }
}
