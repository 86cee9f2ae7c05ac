/// The outcome of a call, as a circuit breaker sees it.
public enum BreakerResult: Sendable, Hashable {
    /// The call succeeded.
    case success
    /// The call failed; the policy decides by the class whether it counts as a failure.
    case failure(Classification)
    /// A time limit of the caller ended the call after this time, and the service had not answered yet.
    ///
    /// It counts as a transient failure if the service had at least ``CircuitBreakerPolicy/shortestTimeout`` to answer.
    /// After less it is neutral: a deadline of a millisecond says nothing about the service.
    case cutOff(after: Duration)
    /// The call says nothing of the service: it was cancelled, or never made.
    ///
    /// With a slow-call rule a call that ran for the threshold still counts as slow.
    case neutral
}
