/// The failure of an attempt, as a driver reports it to the call.
@usableFromInline
package enum AttemptFailure: Sendable {
    /// The operation threw.
    case thrown(any Error)
    /// The operation returned a value that was not accepted.
    case rejected(ErrorClassification)
    /// The attempt was cancelled at its timeout, after so many nanoseconds.
    case timedOut(after: Int64)
    /// The attempt was cancelled at the deadline of the call, after so many nanoseconds.
    case interrupted(after: Int64)
}

/// The time after which an attempt is cancelled.
@usableFromInline
package struct AttemptLimit: Sendable {
    @usableFromInline package let nanoseconds: Int64
    /// The failure of an attempt that was cancelled.
    @usableFromInline package let failure: AttemptFailure
}

extension PolicySettings {
    /// The limit of an attempt that starts: its timeout, or the deadline if that comes first and interrupts.
    ///
    /// It is `nil` for none; `elapsed` is the time since the call began, in nanoseconds.
    func attemptLimit(elapsed: @autoclosure () -> Int64) -> AttemptLimit? {
        if let deadline = interruption(elapsed: elapsed()), deadline.nanoseconds <= attemptTimeout { return deadline }
        if attemptTimeout == .max { return nil }
        return AttemptLimit(nanoseconds: attemptTimeout, failure: .timedOut(after: attemptTimeout))
    }

    /// The limit that the deadline is, if it interrupts, when a call has gone on for `elapsed` nanoseconds.
    func interruption(elapsed: @autoclosure () -> Int64) -> AttemptLimit? {
        guard deadlineBehavior == .interrupt, deadline != .max else { return nil }
        let left = max(0, deadline.saturatingAdd(-elapsed()))
        return AttemptLimit(nanoseconds: left, failure: .interrupted(after: left))
    }
}
