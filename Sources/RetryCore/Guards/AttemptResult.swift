/// The result of an attempt, as a guard records it.
public enum AttemptResult: Sendable, Hashable {
    /// The attempt succeeded.
    case success
    /// The attempt failed; the guard's policy decides by the class whether it counts as a failure.
    case failure(ErrorClassification)
    /// A time limit of the caller ended the attempt after this time, and the service had not answered yet.
    ///
    /// A circuit breaker counts it as a transient failure if the service had at least
    /// ``CircuitBreakerPolicy/shortestTimeout`` to answer. After less it is neutral: a deadline of a millisecond says
    /// nothing about the service.
    case cutOff(after: Duration)
    /// The attempt says nothing of the service: it was cancelled, or a guard further in rejected it.
    ///
    /// With a slow-call rule of a circuit breaker a call that ran for the threshold still counts as slow.
    case neutral
}

extension AttemptResult {
    /// Creates the result that the evidence of a failure stands for: the one rule for all calls that pass a guard.
    ///
    /// A cancellation is neutral, and so is a rejection by a guard further in: the service was not asked. An attempt that
    /// a time limit of a caller ended was cut off. A gate's own error says what its last attempt says, and nothing where
    /// it made none. Any other failure has its true class, whether the call retries it or not.
    package init(_ evidence: ErrorEvidence) {
        if evidence.isCancellation {
            self = .neutral
        } else if let attempt = evidence.guarded {
            self = if case .failed(let evidence) = attempt { AttemptResult(evidence) } else { .neutral }
        } else if evidence.isRejection {
            self = .neutral
        } else if let time = evidence.cutOff {
            self = .cutOff(after: time)
        } else {
            self = .failure(evidence.classification)
        }
    }
}
