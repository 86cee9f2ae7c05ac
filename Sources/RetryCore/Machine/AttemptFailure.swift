/// The failure of an attempt, as a driver reports it to the call.
@usableFromInline
package enum AttemptFailure: Sendable {
    /// The operation threw.
    case thrown(any Error)
    /// The operation returned a value that was not accepted.
    case rejected(Classification)
    /// The attempt was cancelled at its timeout, after so many nanoseconds.
    case timedOut(after: Int64)
    /// The attempt was cancelled at the deadline of the call, after so many nanoseconds.
    case interrupted(after: Int64)
}
