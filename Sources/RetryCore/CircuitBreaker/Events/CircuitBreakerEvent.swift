/// A change of the state of a circuit breaker, or a number of events that were lost.
///
/// The events of a breaker are numbered from 1 and arrive in order.
public struct CircuitBreakerEvent: Sendable, Hashable {
    /// The place of the event among those of its breaker, from 1.
    public let number: UInt64
    /// The name of the breaker.
    public let breaker: String
    /// The change; `nil` if this event stands for others that were lost.
    public let change: CircuitChange?
    /// The number of events that were lost just before this one, because 1,000 were waiting for a slow observer.
    public let lost: UInt64
    /// The number of failures in a row.
    public let consecutiveFailures: Int

    /// The name of the event for metrics and logs: `circuit_` with the new state, such as `circuit_open`, or
    /// `circuit_events_lost`.
    public var code: String { change.map { "circuit_\($0.to.rawValue)" } ?? "circuit_events_lost" }

    init(number: UInt64, breaker: String, change: CircuitChange, consecutiveFailures: Int) {
        (self.number, self.breaker, self.change) = (number, breaker, change)
        (lost, self.consecutiveFailures) = (0, consecutiveFailures)
    }

    /// An overflow event.
    init(number: UInt64, breaker: String, lost: UInt64) {
        (self.number, self.breaker, change) = (number, breaker, nil)
        (self.lost, consecutiveFailures) = (lost, 0)
    }
}
