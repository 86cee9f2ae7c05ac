// Each modifier returns a changed copy, and checks its own settings. A policy without a rule is refused when a breaker
// is made with it: modifiers can come in any order.
extension CircuitBreakerPolicy {
    /// The same policy with another number of failures in a row that opens the circuit.
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
    ///   - calls: The number of last calls in the window; from 1 to 1,000,000.
    ///   - minimumCalls: The minimum throughput: the number of calls from which the rule applies; from 1 to `calls`.
    /// - Returns: The changed policy.
    public func failureRatio(_ ratio: Double, ofLast calls: Int, minimumCalls: Int) -> CircuitBreakerPolicy {
        with { $0.countRule = CountRule(ratio: ratio, calls: calls, minimumCalls: minimumCalls) }
    }

    /// The same policy, opening when a share of the calls in a sliding time window failed.
    ///
    /// - Parameters:
    ///   - ratio: Above 0, at most 1; reached is enough.
    ///   - window: The length of the sliding window; at least 10 ms.
    ///   - minimumCalls: The minimum throughput: the number of calls from which the rule applies; at least 1.
    /// - Returns: The changed policy.
    public func failureRatio(_ ratio: Double, within window: Duration, minimumCalls: Int) -> CircuitBreakerPolicy {
        with { $0.timeRule = TimeRule(ratio: ratio, window: window, minimumCalls: minimumCalls) }
    }

    /// The same policy, opening when a share of the calls is slow, those included that have not ended yet.
    ///
    /// - Parameters:
    ///   - ratio: Above 0, at most 1; reached is enough.
    ///   - threshold: The least duration of a slow call; above zero.
    ///   - window: The length of the sliding window; at least 10 ms.
    ///   - minimumCalls: The minimum throughput: the number of calls from which the rule applies; at least 1.
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

    /// The same policy with another shortest time limit whose expiry counts as a failure.
    ///
    /// Attempt timeouts and interrupting deadlines belong to the callers. An expiry counts only if the service had at
    /// least this time to answer, so that callers in a hurry open no circuit that others share:
    ///
    /// ```swift
    /// let users = CircuitBreaker("users", policy: .default.timeoutsCount(from: .seconds(1)))
    /// ```
    ///
    /// Choose about the longest time that the service takes while it is well. Without this setting it is the threshold
    /// of the slow-call rule, or 100 ms without that rule. Callers with shorter time limits than this can't open the
    /// circuit of a service that hangs.
    ///
    /// - Parameter timeout: Not negative; zero to count every expiry.
    /// - Returns: The changed policy.
    public func timeoutsCount(from timeout: Duration) -> CircuitBreakerPolicy {
        with { $0.shortestTimeout = timeout }
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
    /// ```swift
    /// let policy = CircuitBreakerPolicy.default.breakDuration(.exponential(initial: .seconds(5), cap: .seconds(120)))
    /// // 2.5 to 5 s, 5 to 10 s, … 60 to 120 s
    /// ```
    ///
    /// The jitter spreads the probes of many clients. It never takes more than half of the delay: full jitter, which
    /// can leave nothing of a delay, acts as ``Jitter/equal`` here, and every other jitter draws from the part of its
    /// range that is at least half of the delay. Decorrelated jitter draws at least the initial delay, as always.
    ///
    /// - Parameter backoff: Its first delay is the first break, above zero; its cap applies. Not a custom one.
    /// - Returns: The changed policy.
    public func breakDuration(_ backoff: Backoff) -> CircuitBreakerPolicy {
        with { $0.breakDuration = backoff }
    }

    /// The same policy with other rules for the time in which the circuit is half open.
    ///
    /// All other settings stay as they are.
    ///
    /// - Parameters:
    ///   - probes: The number of concurrent calls that may probe the service; from 1 to 1,000.
    ///   - successes: The number of probes that must succeed for the circuit to close; at least 1.
    ///   - allowedFailures: The number of probes that may fail before it opens again; not negative.
    ///   - lease: The time after which the place of a probe that has not ended can be given to another call; above
    ///     zero, and longer than a call takes.
    /// - Returns: The changed policy.
    public func halfOpen(
        probes: Int? = nil, successes: Int? = nil, allowedFailures: Int? = nil, lease: Duration? = nil
    ) -> CircuitBreakerPolicy {
        with {
            $0.probes = probes ?? $0.probes
            $0.successesToClose = successes ?? $0.successesToClose
            $0.allowedProbeFailures = allowedFailures ?? $0.allowedProbeFailures
            $0.probeLease = lease ?? $0.probeLease
        }
    }

    /// The same policy, opening at once for as long as the server of a failed call says.
    ///
    /// - Parameter longest: The longest time that a server's hint can open the circuit; above zero.
    /// - Returns: The changed policy.
    public func hintOpens(upTo longest: Duration = .seconds(300)) -> CircuitBreakerPolicy {
        with { $0.longestHint = longest }
    }

    /// The same policy with other attempts that an open circuit rejects.
    ///
    /// ```swift
    /// let search = CircuitBreaker("search", policy: .default.rejects(.retries))  // first attempts always pass
    /// ```
    ///
    /// - Parameter attempts: Every attempt, or retries alone.
    /// - Returns: The changed policy.
    public func rejects(_ attempts: RejectedAttempts) -> CircuitBreakerPolicy {
        with { $0.rejects = attempts }
    }

    private func with(_ change: (inout CircuitBreakerPolicy) -> Void) -> CircuitBreakerPolicy {
        var policy = self
        change(&policy)
        return checked { () throws(InvalidPolicyError) in try policy.validated() }
    }
}
