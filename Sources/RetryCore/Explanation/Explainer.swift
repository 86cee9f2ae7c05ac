/// Finds the numbers and the traps of a pipeline.
struct Explainer {
    private let policy: RetryPolicy
    private let settings: PolicySettings
    private let guards: [any AttemptGuard]
    private let budget: RetryBudget?
    private let callsPerSecond: Double?

    init(_ pipeline: RetryPipeline, callsPerSecond: Double?) {
        policy = pipeline.policy
        settings = pipeline.policy.settings
        guards = pipeline.guards?.all ?? []
        budget = pipeline.budget
        self.callsPerSecond = callsPerSecond
    }

    var explanation: RetryExplanation {
        RetryExplanation(
            attempts: attempts, attemptsInTime: attemptsInTime, worstCaseDuration: policy.worstCaseDuration,
            load: Double(attempts), loadWithBudget: loadWithBudget, guardWait: .nanoseconds(guardWait),
            findings: findings)
    }

    private var hasDeadline: Bool { settings.deadline != .max }
    private var deadline: Duration { .nanoseconds(settings.deadline) }
    private var breaker: CircuitBreaker? { guards.lazy.compactMap { ($0 as? CircuitBreakerGuard)?.breaker }.first }

    private var attempts: Int { settings.failsImmediately ? 1 : settings.maxAttempts }

    /// The attempts whose average waits add up to less than the deadline.
    private var attemptsInTime: Int {
        guard hasDeadline else { return attempts }
        let schedule = BackoffSchedule(settings.backoff)
        var (total, previous): (Int64, Duration?) = (0, nil)
        for attempt in 1..<max(2, min(attempts, 1_000)) {
            let bounds = schedule.bounds(afterAttempt: attempt, previous: previous)
            let average = (bounds.lowerBound + bounds.upperBound) / 2
            total = total.saturatingAdd(average.saturatedNanoseconds)
            previous = average
            if total >= settings.deadline { return attempt }
        }
        return attempts
    }

    /// In an outage nothing succeeds: the retries are what the budget's floor grants, beside the share of the calls.
    private var loadWithBudget: Double? {
        guard case .ratio(let ratio, _, _) = budget?.policy.kind else { return nil }
        return min(Double(attempts), 1 + ratio)
    }

    private var guardWait: Int64 {
        guards.reduce(0) { sum, one in
            switch one {
            case let one as RateLimiterGuard: sum.saturatingAdd(one.limiter.policy.maxWaitNanoseconds)
            case let one as ModelRateLimiterGuard:
                sum.saturatingAdd(
                    min(one.limiter.requests.policy.maxWaitNanoseconds, one.limiter.tokens.policy.maxWaitNanoseconds))
            case let one as CoolDownGuard: sum.saturatingAdd(one.gate.policy.maxWaitNanoseconds)
            case let one as BulkheadGuard:
                one.bulkhead.policy.queue == 0 ? sum : sum.saturatingAdd(one.bulkhead.policy.maxWaitNanoseconds)
            case let one as CircuitBreakerGuard where settings.whenRejected == .wait:
                sum.saturatingAdd(one.breaker.policy.breakDuration.capNanoseconds)
            default: sum
            }
        }
    }

    // MARK: Traps

    private typealias Finding = RetryExplanation.Finding

    private var findings: [Finding] {
        let all: [Finding?] = [
            timeoutOverDeadline, waitsOverDeadline, hintCapOverDeadline, breakOverDeadline, guardWaitOverDeadline,
            floorOverRate, classCountsAsSuccess, leaseUnderTimeout, slowOverTimeout, noJitter, noBudget,
            unlimitedUnknown, nestedLayers,
        ]
        return all.compactMap { $0 }
    }

    private var timeoutOverDeadline: Finding? {
        guard hasDeadline, settings.attemptTimeout != .max, settings.attemptTimeout >= settings.deadline else {
            return nil
        }
        let timeout = Duration.nanoseconds(settings.attemptTimeout).text
        return Finding(
            code: "timeout_over_deadline", setting: "attempt_timeout",
            problem:
                "attempt_timeout is \(timeout), and the deadline \(deadline.text): no attempt reaches its timeout, and a "
                + "slow one leaves no time for a retry",
            remedy: "Set attempt_timeout to a third of the deadline or less")
    }

    private var waitsOverDeadline: Finding? {
        guard attemptsInTime < attempts else { return nil }
        return Finding(
            code: "waits_over_deadline", setting: "deadline",
            problem:
                "the waits of \(attempts.of("attempt")) do not fit before the deadline of \(deadline.text): on average "
                + "\(attemptsInTime.of("attempt")) \(attemptsInTime == 1 ? "is" : "are") made",
            remedy: "Set max_attempts to \(attemptsInTime), shorten the backoff, or raise the deadline")
    }

    private var hintCapOverDeadline: Finding? {
        let cap = settings.hints.longestWait(computed: 0)
        guard hasDeadline, attempts > 1, cap > settings.deadline else { return nil }
        return Finding(
            code: "hint_cap_over_deadline", setting: "hints",
            problem:
                "hints of up to \(Duration.nanoseconds(cap).text) are obeyed, and the deadline is \(deadline.text): a "
                + "call whose server names a longer time than that fails at once",
            remedy: "Set the longest hint to the deadline or less if that is not meant, or raise the deadline")
    }

    private var breakOverDeadline: Finding? {
        guard hasDeadline, settings.whenRejected == .wait, let breaker else { return nil }
        let time = breaker.policy.breakDuration.delayWithoutJitter(beforeRetry: 1)
        guard time >= settings.deadline else { return nil }
        return Finding(
            code: "break_over_deadline", setting: "when_rejected",
            problem:
                "calls wait for an open circuit, whose break of \(Duration.nanoseconds(time).text) is no shorter than the "
                + "deadline of \(deadline.text): no call can wait for it",
            remedy: "Set when_rejected to stop, or the break to less than the deadline")
    }

    private var guardWaitOverDeadline: Finding? {
        guard hasDeadline, guardWait > settings.deadline else { return nil }
        return Finding(
            code: "guard_wait_over_deadline", setting: "max_wait",
            problem: "guards let a call wait for up to \(Duration.nanoseconds(guardWait).text), and the deadline is "
                + "\(deadline.text): the deadline decides, and not their max_wait",
            remedy: "Set the max_wait of the guards so that they add up to less than the deadline")
    }

    private var floorOverRate: Finding? {
        let floor: Double
        switch budget?.policy.kind {
        case .ratio(_, let perSecond, _), .tokenBucket(_, let perSecond, _): floor = perSecond
        default: return nil
        }
        guard let callsPerSecond, attempts > 1, floor >= callsPerSecond else { return nil }
        return Finding(
            code: "floor_over_rate", setting: "floor",
            problem:
                "the budget grants \(floor) retries a second whatever fails, and \(callsPerSecond) calls a second are "
                + "expected: it bounds nothing",
            remedy: "Set floor to a tenth of the rate of calls or less")
    }

    private var classCountsAsSuccess: Finding? {
        guard let breaker, attempts > 1, breaker.policy.otherClasses == .success else { return nil }
        let classes = [ErrorClass.transient, .rateLimit, .serverError, .concurrency, .unknown].filter {
            settings.limits[$0] != .never && !breaker.policy.failures.contains($0)
        }
        guard let first = classes.first else { return nil }
        return Finding(
            code: "class_counts_as_success", setting: "failures",
            problem:
                "failures of the class \(first) are retried, and count as successes of the circuit breaker: it stays "
                + "closed while calls fail",
            remedy: "Let the breaker count the class as a failure, or other classes as neutral")
    }

    private var leaseUnderTimeout: Finding? {
        guard let breaker, settings.attemptTimeout != .max,
            breaker.policy.probeLease.saturatedNanoseconds < settings.attemptTimeout
        else { return nil }
        let timeout = Duration.nanoseconds(settings.attemptTimeout).text
        return Finding(
            code: "lease_under_timeout", setting: "probe_lease",
            problem:
                "a probe loses its place after \(breaker.policy.probeLease.text), and an attempt may take \(timeout): a "
                + "second probe starts while the first one runs, whose result does not count",
            remedy: "Set probe_lease to the attempt timeout or more")
    }

    private var slowOverTimeout: Finding? {
        guard let rule = breaker?.policy.slowCallRule, settings.attemptTimeout != .max,
            rule.threshold.saturatedNanoseconds >= settings.attemptTimeout
        else { return nil }
        return Finding(
            code: "slow_over_timeout", setting: "slow_calls",
            problem:
                "a call counts as slow from \(rule.threshold.text) on, and is cut off before that: the rule never counts "
                + "a call that ends by itself",
            remedy: "Set the threshold for slow calls below the attempt timeout")
    }

    private var noJitter: Finding? {
        let bounds = BackoffSchedule(settings.backoff).bounds(afterAttempt: 1)
        guard attempts > 1, bounds.upperBound > .zero, bounds.lowerBound == bounds.upperBound else { return nil }
        return Finding(
            code: "no_jitter", setting: "jitter",
            problem: "waits have no jitter: callers that fail together come back together",
            remedy: "Set a jitter, such as full")
    }

    private var noBudget: Finding? {
        guard attempts > 3, budget == nil, breaker == nil else { return nil }
        return Finding(
            code: "no_budget", setting: "budget",
            problem:
                "\(attempts) attempts without a budget or a circuit breaker: in an outage the service gets \(attempts) "
                + "times the load",
            remedy: "Add a RetryBudget, a CircuitBreaker, or make fewer attempts")
    }

    private var unlimitedUnknown: Finding? {
        guard attempts > 3, settings.limits[.unknown] ?? .unlimited == .unlimited else { return nil }
        return Finding(
            code: "unlimited_unknown", setting: "retry_limits",
            problem:
                "errors that cannot be classified are retried up to \(attempts - 1) times, and most of them fail again",
            remedy: "Set the limit of unknown to 2, or give the errors a class")
    }

    private var nestedLayers: Finding? {
        guard settings.nested == .allow, attempts > 1 else { return nil }
        return Finding(
            code: "nested_layers", setting: "nested",
            problem:
                "retries within a repeated attempt of another call are allowed: \(attempts) attempts of this layer "
                + "multiply with those of the others",
            remedy: "Set nested to once")
    }
}
