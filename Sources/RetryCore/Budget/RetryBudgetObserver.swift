/// Sees when a budget runs out and when it recovers: for logs, metrics and alarms.
///
/// ```swift
/// let budget = RetryBudget(named: "users", observer: [.log { level, line in print(level, line) }, alarm])
/// ```
///
/// It is called by the thread that made the change, or by one that is at it for an earlier change; outside every lock, so
/// that it may use the budget itself; and with the events of a budget in order, one at a time.
public struct RetryBudgetObserver: Sendable, ExpressibleByArrayLiteral {
    private let receive: @Sendable (RetryBudgetEvent) -> Void

    /// Creates an observer.
    ///
    /// - Parameter receive: Called with each event.
    public init(_ receive: @escaping @Sendable (RetryBudgetEvent) -> Void) {
        self.receive = receive
    }

    /// Joins observers; each sees every event, in the order of the list.
    public init(arrayLiteral observers: RetryBudgetObserver...) {
        self.init(observers)
    }

    /// Joins observers; each sees every event, in the order of the list.
    public init(_ observers: [RetryBudgetObserver]) {
        self.init { event in
            for observer in observers { observer.observe(event) }
        }
    }

    /// Hands an event to the observer.
    public func observe(_ event: RetryBudgetEvent) {
        receive(event)
    }
}
