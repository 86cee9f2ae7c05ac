/// The decision after a failed attempt.
public enum RetryDecision: Sendable, Hashable {
    /// Wait this long, zero included, and try again.
    case retry(after: Duration)
    /// Give up.
    case stop(RetryStopReason)
}
