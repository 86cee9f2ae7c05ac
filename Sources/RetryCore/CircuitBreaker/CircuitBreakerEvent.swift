/// A change of the state of a circuit breaker.
///
/// The events of a breaker are numbered from 1 and arrive in order.
public struct CircuitBreakerEvent: Sendable, Hashable {
    /// The place of the event among those of its breaker, from 1.
    public let number: UInt64
    /// The name of the breaker.
    public let breaker: String
    /// What changed; `nil` if this event stands for others that were lost.
    public let change: CircuitChange?
    /// How many events before this one were lost, because an observer was too slow for them.
    public let lost: UInt64
    /// How many failures in a row there were.
    public let consecutiveFailures: Int

    /// The name of the event for metrics and logs: `circuit_` with the new state, such as `circuit_open`, or
    /// `circuit_events_lost`.
    public var code: String { change.map { "circuit_\($0.to.rawValue)" } ?? "circuit_events_lost" }
}
