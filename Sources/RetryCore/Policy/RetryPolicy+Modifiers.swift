/// A value that the modifiers of a policy refine: a ``RetryPolicy``, or a ``RetryPipeline``, which has one.
public protocol RetryPolicyModifying {
    /// The policy to refine.
    var policy: RetryPolicy { get set }
}

extension RetryPolicy: RetryPolicyModifying {
    /// The policy itself.
    public var policy: RetryPolicy {
        get { self }
        _modify { yield &self }
    }
}

// Each modifier returns a changed copy and checks the whole of it.
extension RetryPolicyModifying {
    /// The same policy with another number of attempts.
    ///
    /// - Parameter count: The maximum number of attempts, the first one included; at least 1.
    /// - Returns: The changed policy.
    @inlinable
    public consuming func maxAttempts(_ count: Int) -> Self {
        with { $0.maxAttempts = count }
    }

    /// The same policy with other waits.
    @inlinable
    public consuming func backoff(_ backoff: Backoff) -> Self {
        with { $0.backoff = backoff }
    }

    /// The same policy with its own waits after failures of some classes.
    public consuming func backoff(_ backoff: Backoff, for classes: ErrorClass...) -> Self {
        with { for errorClass in classes { $0.backoffs[errorClass] = backoff } }
    }

    /// The same policy with a limit to the retries after failures of some classes.
    ///
    /// - Parameters:
    ///   - count: The number of retries that each of the classes gets; bounded by the attempts alone if `nil`.
    ///   - classes: The classes; naming one that is never retried makes it retried.
    /// - Returns: The changed policy.
    public consuming func retries(_ count: Int?, for classes: ErrorClass...) -> Self {
        with { for errorClass in classes { $0.limits[errorClass] = count.map { .retries($0) } } }
    }

    /// The same policy, never retrying failures of some classes.
    public consuming func never(_ classes: ErrorClass...) -> Self {
        with { for errorClass in classes { $0.limits[errorClass] = .never } }
    }

    /// The same policy with a bound on the whole call, attempts and waits together.
    ///
    /// - Parameters:
    ///   - deadline: Above zero; none if `nil`. Kept to a few milliseconds.
    ///   - behavior: The behavior where the deadline is near; stays as it is if `nil`, and goes with the deadline.
    /// - Returns: The changed policy.
    @inlinable
    public consuming func deadline(_ deadline: Duration?, _ behavior: DeadlineBehavior? = nil) -> Self {
        with {
            $0.deadline = deadline?.saturatedNanoseconds ?? .max
            $0.deadlineBehavior = behavior ?? (deadline == nil ? .stop : $0.deadlineBehavior)
        }
    }

    /// The same policy with a bound on one attempt; asynchronous calls only.
    ///
    /// - Parameter timeout: Above zero; none if `nil`.
    /// - Returns: The changed policy.
    @inlinable
    public consuming func attemptTimeout(_ timeout: Duration?) -> Self {
        with { $0.attemptTimeout = timeout?.saturatedNanoseconds ?? .max }
    }

    /// The same policy with another rule for what a server says about coming back.
    @inlinable
    public consuming func hints(_ rule: RetryHintPolicy) -> Self {
        with { $0.hints = rule }
    }

    /// The same policy with another behavior while a guard, such as a circuit breaker, rejects the attempts.
    @inlinable
    public consuming func whenRejected(_ behavior: RejectionBehavior) -> Self {
        with { $0.whenRejected = behavior }
    }

    /// The same policy with another rule for a call within a repeated attempt of another one.
    @inlinable
    public consuming func nested(_ rule: NestedRetries) -> Self {
        with { $0.nested = rule }
    }

    /// The same policy, ending at the first failure of any kind.
    @inlinable
    public consuming func failsImmediately(_ failsImmediately: Bool = true) -> Self {
        with { $0.failsImmediately = failsImmediately }
    }

    /// The same policy with another guarantee; exactly once needs an effect store to run.
    @inlinable
    public consuming func guarantee(_ guarantee: ExecutionGuarantee) -> Self {
        with { $0.guarantee = guarantee }
    }

    // Inlined, or each modifier would look up how this type holds its policy.
    @inlinable
    consuming func with(_ change: (inout PolicySettings) -> Void) -> Self {
        policy.changeOrTrap(change)
        return self
    }
}

extension RetryPolicy {
    /// The same policy under another name.
    public consuming func named(_ name: String) -> RetryPolicy {
        with { $0.name = name }
    }
}
