/// An observer of the state changes of circuit breakers, for logs, metrics and alarms.
///
/// One closure is enough, and an array of observers is an observer:
///
/// ```swift
/// let observer: CircuitBreakerObserver = [.log { level, line in print(level, line) }, alarms]
/// let payments = CircuitBreaker("payments", observer: observer)
/// ```
///
/// It is called outside every lock, so that it may use the breaker itself, with one event of a breaker at a time, in
/// order. It runs on the thread of a call, which delivers at most 32 events: a slow observer delays calls by a little
/// each. At most 1,000 events wait; further ones are lost, and an event says how many.
public struct CircuitBreakerObserver: Sendable, ExpressibleByArrayLiteral {
    private let receive: @Sendable (CircuitBreakerEvent) -> Void

    /// Creates an observer from a closure that receives each event.
    public init(_ receive: @escaping @Sendable (CircuitBreakerEvent) -> Void) {
        self.receive = receive
    }

    /// Joins observers; each receives every event, in the order of the list.
    public init(arrayLiteral observers: CircuitBreakerObserver...) {
        self.init(observers)
    }

    /// Joins observers; each receives every event, in the order of the list.
    public init(_ observers: [CircuitBreakerObserver]) {
        self.init { event in
            for observer in observers { observer.observe(event) }
        }
    }

    /// Hands an event to the observer.
    public func observe(_ event: CircuitBreakerEvent) {
        receive(event)
    }
}
