/// How an attempt failed, as a driver tells the call.
@usableFromInline
package enum AttemptFailure: Sendable {
    /// The operation threw.
    case thrown(any Error)
    /// The operation returned a value that was not accepted.
    case rejected(Classification)
    /// The attempt was cancelled at its timeout.
    case timedOut
    /// The attempt was cancelled at the deadline of the call.
    case interrupted
}
