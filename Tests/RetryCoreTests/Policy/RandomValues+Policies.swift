import RetryCore

extension RandomValues {
    /// A class of the library, or one of two others.
    mutating func errorClass() -> ErrorClass {
        one(of: ErrorClass.builtIn + [ErrorClass("warming_up"), ErrorClass("a.b")])
    }

    mutating func hintRule() -> RetryHintPolicy {
        switch number(below: 4) {
        case 0: .obey
        case 1: .obey(atMost: duration())
        case 2: .clamp(within: duration())
        default: .ignore
        }
    }

    /// A duration above zero, which deadlines and timeouts have to be.
    mutating func bound() -> Duration {
        max(.nanoseconds(1), duration())
    }

    /// A policy that may have every setting, and whose backoffs can be written down.
    mutating func policy() -> RetryPolicy {
        let presets: [RetryPolicy] = [
            .default, .once, .api, .fast, .critical, .rateLimited, .slowRateLimited,
        ]
        var policy = one(of: presets)
        if number(below: 4) > 0 { policy = policy.maxAttempts(one(of: [1, 2, 5, 12, 1_000, .max])) }
        if number(below: 4) > 0 { policy = policy.backoff(backoff()) }
        for _ in 0..<number(below: 3) { policy = policy.backoff(backoff(), for: errorClass()) }
        for _ in 0..<number(below: 3) {
            switch number(below: 3) {
            case 0: policy = policy.never(errorClass())
            case 1: policy = policy.retries(nil, for: errorClass())
            default: policy = policy.retries(one(of: [0, 1, 2, 7, .max]), for: errorClass())
            }
        }
        if number(below: 2) == 0 { policy = policy.deadline(bound(), one(of: DeadlineBehavior.allCases)) }
        if number(below: 2) == 0 { policy = policy.attemptTimeout(bound()) }
        if number(below: 2) == 0 { policy = policy.hints(hintRule()) }
        if number(below: 8) == 0 { policy = policy.failsImmediately() }
        if number(below: 8) == 0 { policy = policy.guarantee(.exactlyOnce) }
        if number(below: 4) == 0 { policy = policy.named(one(of: ["", "checkout", "\u{E9}\u{1F501}\"\\\n"])) }
        return policy
    }
}
