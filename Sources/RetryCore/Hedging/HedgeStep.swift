/// The next step of a driver of hedged calls.
///
/// Each input of a ``HedgeStateMachine`` returns the step that its state asks for, and replaces the step before: a
/// start that was not reported by ``HedgeStateMachine/started(at:)`` does not count, and an earlier timer is disarmed.
package enum HedgeStep: Sendable, Hashable {
    /// Start the attempt of this number, and report that it has started or was suppressed.
    case start(Int)
    /// Wait for an attempt to end, and for the timer if there is a time; `nil` disarms it.
    case wait(until: Int64?)
    /// The call has ended: cancel the attempts that run, wait for their end, and discard what they return.
    case finish(HedgeEnd)
}

/// The end of a hedged call.
package enum HedgeEnd: Sendable, Hashable {
    /// The attempt of this number was the first to succeed.
    case success(of: Int)
    /// The attempt of this number failed with a class that is never retried: the call ends with its error.
    case fatal(of: Int)
    /// All attempts failed, and no other may start: the call ends with the primary's error.
    case allFailed
    /// The caller cancelled the call, or a limit outside it ended it.
    case cancelled
}

/// The reason why a hedge that was due did not start.
public enum HedgeSuppression: String, Sendable, Hashable, CaseIterable {
    /// A budget refused it.
    case budget
    /// A guard rejected it, such as an open circuit breaker.
    case rejected
    /// The deadline leaves too little time for it.
    case deadline
}
