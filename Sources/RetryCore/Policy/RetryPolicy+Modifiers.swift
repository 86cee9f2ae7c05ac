// Each modifier returns a changed copy and checks the whole of it.
extension RetryPolicy {
    /// The same policy with another number of attempts.
    ///
    /// - Parameter count: The maximum number of attempts, the first one included; at least 1.
    /// - Returns: The changed policy.
    public consuming func attempts(_ count: Int) -> RetryPolicy {
        with { $0.maxAttempts = count }
    }

    /// The same policy with other waits.
    public consuming func backoff(_ backoff: Backoff) -> RetryPolicy {
        with { $0.backoff = backoff }
    }

    /// The same policy with its own waits after failures of some classes.
    public consuming func backoff(_ backoff: Backoff, for classes: ErrorClass...) -> RetryPolicy {
        with { for errorClass in classes { $0.backoffs[errorClass] = backoff } }
    }

    /// The same policy with a limit to the retries after failures of some classes.
    ///
    /// - Parameters:
    ///   - count: The number of retries that each of the classes gets; bounded by the attempts alone if `nil`.
    ///   - classes: The classes; naming one that is never retried makes it retried.
    /// - Returns: The changed policy.
    public consuming func retries(_ count: Int?, for classes: ErrorClass...) -> RetryPolicy {
        with { for errorClass in classes { $0.limits[errorClass] = count.map { .retries($0) } } }
    }

    /// The same policy, never retrying failures of some classes.
    public consuming func never(_ classes: ErrorClass...) -> RetryPolicy {
        with { for errorClass in classes { $0.limits[errorClass] = .never } }
    }

    /// The same policy with a bound on the whole call, attempts and waits together.
    ///
    /// - Parameters:
    ///   - deadline: Above zero; none if `nil`. Kept to a few milliseconds.
    ///   - behavior: The behavior where the deadline is near; stays as it is if `nil`, and goes with the deadline.
    /// - Returns: The changed policy.
    public consuming func deadline(_ deadline: Duration?, _ behavior: DeadlineBehavior? = nil) -> RetryPolicy {
        with {
            $0.deadline = deadline?.saturatedNanoseconds ?? .max
            $0.deadlineBehavior = behavior ?? (deadline == nil ? .stop : $0.deadlineBehavior)
        }
    }

    /// The same policy with a bound on one attempt; asynchronous calls only.
    ///
    /// - Parameter timeout: Above zero; none if `nil`.
    /// - Returns: The changed policy.
    public consuming func attemptTimeout(_ timeout: Duration?) -> RetryPolicy {
        with { $0.attemptTimeout = timeout?.saturatedNanoseconds ?? .max }
    }

    /// The same policy with another rule for what a server says about coming back.
    public consuming func hints(_ rule: HintRule) -> RetryPolicy {
        with { $0.hints = rule }
    }

    /// The same policy with another behavior while the circuit breaker is open.
    public consuming func openCircuit(_ behavior: OpenCircuitBehavior) -> RetryPolicy {
        with { $0.openCircuit = behavior }
    }

    /// The same policy, ending at the first failure of any kind.
    public consuming func failsImmediately(_ failsImmediately: Bool = true) -> RetryPolicy {
        with { $0.failsImmediately = failsImmediately }
    }

    /// The same policy with another guarantee; exactly once needs an effect store to run.
    public consuming func guarantee(_ guarantee: ExecutionGuarantee) -> RetryPolicy {
        with { $0.guarantee = guarantee }
    }

    /// The same policy under another name.
    public consuming func named(_ name: String) -> RetryPolicy {
        with { $0.name = name }
    }

    private consuming func with(_ change: (inout PolicySettings) -> Void) -> RetryPolicy {
        checked { () throws(PolicyError) in try self.change(change) }
        return self
    }
}
