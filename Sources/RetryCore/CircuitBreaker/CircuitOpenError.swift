/// The rejection of a call by a circuit breaker: the operation was not run.
///
/// It is never retried by its class: a retry around a protected call ends with it at once.
public struct CircuitOpenError: SelfClassifyingError, AttemptRejectedError, Hashable, CustomStringConvertible {
    /// The name of the breaker.
    public let name: String
    /// The time after which a call may be admitted: zero for now, `nil` for never.
    public let retryAfter: Duration?
    /// The state of the breaker.
    public let state: CircuitBreaker.State

    /// Creates the error.
    public init(name: String, retryAfter: Duration?, state: CircuitBreaker.State) {
        self.name = name
        self.retryAfter = retryAfter
        self.state = state
    }

    /// Always permanent, with the time as its hint: a policy that retries permanent failures waits for it.
    public var classification: ErrorClassification {
        ErrorClassification(.permanent, hint: retryAfter.map(RetryHint.after))
    }

    /// The state, and the advice that follows from it.
    public var description: String {
        let circuit = "The circuit breaker \"\(name)\" rejected the call"
        switch state {
        case .isolated: return "\(circuit): it is isolated until that is ended manually."
        case .forcedOpen: return "\(circuit): it was forced open, until it is reset."
        case .halfOpen: return "\(circuit): other calls are finding out whether the service is back. Try again soon."
        default: return "\(circuit): the service fails. Try again in \(retryAfter?.text ?? "a while")."
        }
    }
}
