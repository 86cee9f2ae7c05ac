/// The next step of a driver.
@usableFromInline
package enum Step: Sendable, Equatable {
    /// Run an attempt.
    case attempt
    /// Wait for so many nanoseconds, zero included, and report that the wait has ended.
    case wait(Int64)
    /// Nothing more: the call has ended.
    case end
}
