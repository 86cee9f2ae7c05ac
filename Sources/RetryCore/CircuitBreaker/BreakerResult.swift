/// How a call ended, as a circuit breaker sees it.
public enum BreakerResult: Sendable, Hashable {
    /// The call succeeded.
    case success
    /// The call failed; its class says whether that counts.
    case failure(Classification)
    /// The call says nothing of the service: it was cancelled, or never made.
    case neutral
}
