/// An observer of budgets that are exhausted and recover, for logs, metrics and alarms.
///
/// ```swift
/// let budget = RetryBudget(named: "users", observer: [.log { level, line in print(level, line) }, alarm])
/// ```
///
/// It is called outside every lock, so that it may use the budget itself, with one event of a budget at a time, in
/// order. It runs on the thread of a call to the budget, which delivers at most 32 events: a slow observer delays calls
/// by a little each. At most 1,000 events wait; further ones are lost, and an event says how many.
public struct RetryBudgetObserver: Sendable, ExpressibleByArrayLiteral {
    private let receive: @Sendable (RetryBudgetEvent) -> Void

    /// Creates an observer.
    ///
    /// - Parameter receive: Receives each event.
    public init(_ receive: @escaping @Sendable (RetryBudgetEvent) -> Void) {
        self.receive = receive
    }

    /// Joins observers; each receives every event, in the order of the list.
    public init(arrayLiteral observers: RetryBudgetObserver...) {
        self.init(observers)
    }

    /// Joins observers; each receives every event, in the order of the list.
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
