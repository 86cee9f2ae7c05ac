/// Sees the states of circuit breakers change: for logs, metrics and alarms.
///
/// One closure is enough, and an array of observers is an observer:
///
/// ```swift
/// let observer: CircuitBreakerObserver = [.log { level, line in print(level, line) }, alarms]
/// let payments = CircuitBreaker("payments", observer: observer)
/// ```
///
/// An observer is called outside every lock, by one thread at a time and in the order of the events; it may call the
/// breaker. It runs on the thread of a call that has changed the state, and a slow one delays that call alone.
public struct CircuitBreakerObserver: Sendable, ExpressibleByArrayLiteral {
    private let receive: @Sendable (CircuitBreakerEvent) -> Void

    /// Creates an observer from a closure that is called with each event.
    public init(_ receive: @escaping @Sendable (CircuitBreakerEvent) -> Void) {
        self.receive = receive
    }

    /// Joins observers; each sees every event, in the order of the list.
    public init(arrayLiteral observers: CircuitBreakerObserver...) {
        self.init(observers)
    }

    /// Joins observers; each sees every event, in the order of the list.
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
