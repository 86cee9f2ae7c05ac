// Each modifier returns a changed copy and checks the whole of it.
extension CircuitBreakerPolicy {
    /// The same policy with another number of failures in a row that open the circuit.
    ///
    /// - Parameter count: At least 1; `nil` to leave it to the other rules.
    /// - Returns: The changed policy.
    public func consecutiveFailures(_ count: Int?) -> CircuitBreakerPolicy {
        with { $0.consecutiveFailures = count }
    }

    /// The same policy, opening when a share of the last calls failed.
    ///
    /// - Parameters:
    ///   - ratio: Above 0, at most 1; reached is enough.
    ///   - calls: How many of the last calls are looked at; from 1 to 1,000,000.
    ///   - minimumCalls: How many there must be before the rule says anything; from 1 to `calls`.
    /// - Returns: The changed policy.
    public func failureRatio(_ ratio: Double, ofLast calls: Int, minimumCalls: Int) -> CircuitBreakerPolicy {
        with { $0.countRule = CountRule(ratio: ratio, calls: calls, minimumCalls: minimumCalls) }
    }

    /// The same policy, opening when a share of the calls in the last time failed.
    ///
    /// - Parameters:
    ///   - ratio: Above 0, at most 1; reached is enough.
    ///   - window: How far the rule looks back; at least 10 ms.
    ///   - minimumCalls: How many calls there must be before the rule says anything; at least 1.
    /// - Returns: The changed policy.
    public func failureRatio(_ ratio: Double, within window: Duration, minimumCalls: Int) -> CircuitBreakerPolicy {
        with { $0.timeRule = TimeRule(ratio: ratio, window: window, minimumCalls: minimumCalls) }
    }

    /// The same policy, opening when a share of the calls is slow, those included that have not ended yet.
    ///
    /// - Parameters:
    ///   - ratio: Above 0, at most 1; reached is enough.
    ///   - threshold: From how long on a call is slow; above zero.
    ///   - window: How far the rule looks back; at least 10 ms.
    ///   - minimumCalls: How many calls there must be before the rule says anything; at least 1.
    /// - Returns: The changed policy.
    public func slowCallRatio(
        _ ratio: Double, slowerThan threshold: Duration, within window: Duration, minimumCalls: Int
    ) -> CircuitBreakerPolicy {
        with {
            $0.slowCallRule = SlowCallRule(
                ratio: ratio, threshold: threshold, window: window, minimumCalls: minimumCalls)
        }
    }

    /// The same policy with other classes that count as failures.
    public func failures(_ classes: FailureClasses) -> CircuitBreakerPolicy {
        with { $0.failures = classes }
    }

    /// The same policy with another meaning of the failures that don't count.
    public func otherClasses(_ meaning: OtherClasses) -> CircuitBreakerPolicy {
        with { $0.otherClasses = meaning }
    }

    /// The same policy with a circuit that stays open for a fixed time.
    ///
    /// - Parameter duration: Above zero.
    /// - Returns: The changed policy.
    public func breakDuration(_ duration: Duration) -> CircuitBreakerPolicy {
        with { $0.breakDuration = Self.fixed(duration) }
    }

    /// The same policy with a circuit that stays open for longer each time it opens without having closed in between.
    ///
    /// - Parameter backoff: Its first delay is the first break, above zero; its cap and its jitter apply. Not a custom
    ///   one.
    /// - Returns: The changed policy.
    public func breakDuration(_ backoff: Backoff) -> CircuitBreakerPolicy {
        with { $0.breakDuration = backoff }
    }

    /// The same policy with other rules for the time in which the circuit is half open.
    ///
    /// - Parameters:
    ///   - probes: How many calls at once may probe the service; from 1 to 1,000.
    ///   - successes: How many of them must succeed for the circuit to close; at least 1.
    ///   - allowedFailures: How many may fail before it opens again; not negative.
    ///   - lease: After how long a probe that has not ended is given up; above zero, and longer than a call takes.
    /// - Returns: The changed policy.
    public func halfOpen(
        probes: Int = 1, successes: Int = 2, allowedFailures: Int = 0, lease: Duration = .seconds(60)
    ) -> CircuitBreakerPolicy {
        with {
            $0.probes = probes
            $0.successesToClose = successes
            $0.allowedProbeFailures = allowedFailures
            $0.probeLease = lease
        }
    }

    /// The same policy, opening at once for as long as the server of a failed call says.
    ///
    /// - Parameter longest: Keeps a hostile server from keeping the circuit open for ever; above zero.
    /// - Returns: The changed policy.
    public func hintOpens(upTo longest: Duration = .seconds(300)) -> CircuitBreakerPolicy {
        with { $0.longestHint = longest }
    }

    private func with(_ change: (inout CircuitBreakerPolicy) -> Void) -> CircuitBreakerPolicy {
        var policy = self
        change(&policy)
        return checked { () throws(PolicyError) in try policy.validated() }
    }
}
