/// The changes that a section of a configuration makes to a policy: only the settings it names.
///
/// The settings are those of a policy in a file, and the `min_wait` and `max_wait` of Bindu.
package struct PolicyRefinement: Sendable, Hashable {
    package var maxAttempts: Int?
    package var minWait: Duration?
    package var maxWait: Duration?
    package var backoff: Backoff?
    package var backoffs: [ErrorClass: Backoff] = [:]
    package var limits: [ErrorClass: RetryLimit] = [:]
    package var deadline: Duration?
    package var deadlineBehavior: DeadlineBehavior?
    package var attemptTimeout: Duration?
    package var hints: RetryHintPolicy?
    package var whenRejected: RejectionBehavior?
    package var nested: NestedRetries?
    package var failsImmediately: Bool?
    package var guarantee: ExecutionGuarantee?

    /// A Boolean value that indicates whether no setting is named.
    package var isEmpty: Bool {
        maxAttempts == nil && minWait == nil && maxWait == nil && backoff == nil && backoffs.isEmpty && limits.isEmpty
            && deadline == nil && deadlineBehavior == nil && attemptTimeout == nil && hints == nil
            && whenRejected == nil && nested == nil && failsImmediately == nil && guarantee == nil
    }

    /// Returns the policy `base` with the named settings changed.
    package func applied(to base: RetryPolicy) -> RetryPolicy {
        checked { () throws(InvalidPolicyError) in try refine(base) }
    }

    /// Returns the same for settings known only at run time.
    func refine(_ base: RetryPolicy) throws(InvalidPolicyError) -> RetryPolicy {
        var settings = base.settings
        settings.maxAttempts = maxAttempts ?? settings.maxAttempts
        settings.backoff = backoff ?? windowed(settings.backoff)
        for (errorClass, backoff) in backoffs { settings.backoffs[errorClass] = backoff }
        for (errorClass, limit) in limits { settings.limits[errorClass] = limit == .unlimited ? nil : limit }
        settings.deadline = deadline?.saturatedNanoseconds ?? settings.deadline
        settings.deadlineBehavior = deadlineBehavior ?? settings.deadlineBehavior
        settings.attemptTimeout = attemptTimeout?.saturatedNanoseconds ?? settings.attemptTimeout
        settings.hints = hints ?? settings.hints
        settings.whenRejected = whenRejected ?? settings.whenRejected
        settings.nested = nested ?? settings.nested
        settings.failsImmediately = failsImmediately ?? settings.failsImmediately
        settings.guarantee = guarantee ?? settings.guarantee
        try settings.validate()
        return RetryPolicy(settings)
    }

    /// Returns the backoff with the named window; of two settings that exclude each other the named one counts.
    private func windowed(_ backoff: Backoff) -> Backoff {
        guard minWait != nil || maxWait != nil else { return backoff }
        let shortest = minWait ?? min(backoff.shortestWait, maxWait ?? .longest)
        let longest = maxWait ?? max(backoff.cap, shortest)
        return .window(from: shortest, to: longest)
    }
}

extension Backoff {
    /// Returns Bindu's waits: one second doubling up to `longest`, each drawn from `shortest` on.
    package static func window(from shortest: Duration, to longest: Duration) -> Backoff {
        .exponential(initial: min(.seconds(1), longest), cap: longest, jitter: .floor(shortest))
    }

    /// The minimum wait of Bindu's jitter; zero for others.
    fileprivate var shortestWait: Duration {
        jitter.kind == .floor ? .nanoseconds(jitter.nanoseconds) : .zero
    }
}
