/// The server's request for the time of the next attempt.
///
/// A hint comes with a failure: from a `Retry-After` header (``RetryAfter``), from the pushback of a gRPC server, or
/// from a classifier that reads it from its service's response. It is a request of the server's, not an order to this
/// library: the policy decides whether the hint is obeyed, kept near the computed delay, or ignored, and no hint
/// carries a call past its deadline.
///
/// ```swift
/// switch hint {
/// case .after(let delay): print("the server asks for \(delay)")
/// case .never: print("the server asks us to stay away")
/// }
/// ```
public enum RetryHint: Sendable, Hashable {
    /// The server wants no retry before this much time has passed, counted from the failure.
    ///
    /// Zero means that a retry is welcome at once. A negative time says nothing, and is treated as no hint.
    case after(Duration)

    /// The server wants no retry of this call at all.
    case never
}

extension RetryHint {
    /// The hint, or `nil` if it says nothing: a time in the past of the failure is no hint.
    ///
    /// A hint may come from untrusted code, so each reader of one checks it here first.
    package var usable: RetryHint? {
        switch self {
        case .after(let delay) where delay < .zero: nil
        case .after, .never: self
        }
    }
}
