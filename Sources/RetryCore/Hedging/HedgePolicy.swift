/// The policy of hedged calls: when another attempt starts beside a slow one, how many there are, and what ends the call.
///
/// A hedged call starts its first attempt, the *primary*, at once. If it takes long, or fails with a class that can be
/// retried, another attempt starts, a *hedge*; the first success wins, and the other attempts are cancelled. This cuts
/// the tail of the latency where a few answers are slow and most are not. See <doc:Hedging>.
///
/// ```swift
/// let policy = HedgePolicy(.quantile(0.95))              // one hedge, after the 95th percentile of the latency
/// let policy = HedgePolicy(.fixed(.milliseconds(50)), maxAttempts: 3)
/// ```
///
/// - The call ends with the first success.
/// - A failure of one of ``fatalClasses`` ends it with that error.
/// - If all attempts fail, it ends with the primary's error.
/// - A hint `after(d)` of the server delays the next attempt to *d* after the failure, and `never` means no more
///   attempts; those that run go on.
/// - A budget, a guard or a deadline that refuses an attempt suppresses that attempt alone.
///
/// The initializer traps on invalid settings; ``init(validating:maxAttempts:fatalClasses:maxHint:budget:)`` and decoding
/// throw instead.
public struct HedgePolicy: Sendable, Hashable {
    /// The delay after which another attempt starts.
    public let delay: HedgeDelay
    /// The maximum number of attempts, the primary included; with 1 there are no hedges.
    public let maxAttempts: Int
    /// The classes of failures that end the call at once, with the error of that attempt.
    public let fatalClasses: Set<ErrorClass>
    /// The maximum hint of a server that the call waits for; a longer one means no more attempts.
    public let maxHint: Duration
    /// The policy of the budget of hedges, in addition to the retry budget of the pipeline.
    public let budget: RetryBudgetPolicy

    /// The classes that no policy retries by default: permanent, auth and permission.
    public static var defaultFatalClasses: Set<ErrorClass> { [.permanent, .auth, .permission] }

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - delay: The delay after which another attempt starts.
    ///   - maxAttempts: The maximum number of attempts, the primary included, from 1 to 5.
    ///   - fatalClasses: The classes of failures that end the call at once.
    ///   - maxHint: The maximum hint of a server that the call waits for, not negative.
    ///   - budget: The policy of the budget of hedges. By default a quantile *q* admits hedges of 1 − *q* of the calls
    ///     of the last ten seconds, whatever the latency does; other delays have no such budget.
    public init(
        _ delay: HedgeDelay = .quantile(), maxAttempts: Int = 2,
        fatalClasses: Set<ErrorClass> = HedgePolicy.defaultFatalClasses, maxHint: Duration = .seconds(300),
        budget: RetryBudgetPolicy? = nil
    ) {
        self = checked { () throws(InvalidPolicyError) in
            try HedgePolicy(
                validating: delay, maxAttempts: maxAttempts, fatalClasses: fatalClasses, maxHint: maxHint,
                budget: budget)
        }
    }

    /// Creates a policy from values known only at run time.
    ///
    /// - Parameters:
    ///   - delay: The delay after which another attempt starts.
    ///   - maxAttempts: The maximum number of attempts, the primary included, from 1 to 5.
    ///   - fatalClasses: The classes of failures that end the call at once.
    ///   - maxHint: The maximum hint of a server that the call waits for, not negative.
    ///   - budget: The policy of the budget of hedges; that of the delay if `nil`.
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validating delay: HedgeDelay, maxAttempts: Int = 2,
        fatalClasses: Set<ErrorClass> = HedgePolicy.defaultFatalClasses, maxHint: Duration = .seconds(300),
        budget: RetryBudgetPolicy? = nil
    ) throws(InvalidPolicyError) {
        try check("max_attempts", maxAttempts, (1...5).contains(maxAttempts), "must be from 1 to 5")
        try check("max_hint", maxHint, maxHint >= .zero, "must not be negative")
        self.delay = delay
        self.maxAttempts = maxAttempts
        self.fatalClasses = fatalClasses
        self.maxHint = .nanoseconds(maxHint.saturatedNanoseconds)
        self.budget = budget ?? delay.defaultBudget
    }
}

extension HedgeDelay {
    /// The budget that bounds the extra load to the share of calls that the delay is meant to hedge.
    ///
    /// Finagle's rule: each call deposits 1 − q of a hedge, and no hedge is granted without deposits.
    var defaultBudget: RetryBudgetPolicy {
        guard case .quantile(let quantile, _, _, _) = kind else { return .unlimited }
        return .ratio(((1 - quantile) * 1e9).rounded() / 1e9, floor: 0)
    }
}

extension HedgePolicy {
    /// The meaning of a failure for the attempts after it.
    package func failure(of classification: ErrorClassification) -> HedgeStateMachine.Failure {
        if fatalClasses.contains(classification.errorClass) { return .fatal }
        return .retryable(classification.hint?.usable)
    }
}
