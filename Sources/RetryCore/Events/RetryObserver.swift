/// An observer of calls, for telemetry: logs, metrics and traces.
///
/// One closure is enough, and an array of observers is an observer:
///
/// ```swift
/// let observer: RetryObserver = [.log { level, line in print(level, line) }, metrics.observer]
/// try await retry(.api.observer(observer)) { … }
/// ```
///
/// An observer is called during the call, outside every lock, and receives the events of a call in order. It cannot
/// change the outcome; a slow one delays the call by as long as it takes.
public struct RetryObserver: Sendable, ExpressibleByArrayLiteral {
    /// A Boolean value that indicates whether events carry the texts of errors for this observer.
    package let includesMessages: Bool
    private let receive: @Sendable (RetryEvent) -> Void

    /// Creates an observer.
    ///
    /// - Parameters:
    ///   - includesMessages: Pass `true` for events with the texts of errors. They can hold secrets: off by default.
    ///   - receive: Receives each event.
    public init(includesMessages: Bool = false, _ receive: @escaping @Sendable (RetryEvent) -> Void) {
        self.includesMessages = includesMessages
        self.receive = receive
    }

    /// Joins observers; each receives every event, in the order of the list.
    public init(arrayLiteral observers: RetryObserver...) {
        self.init(observers)
    }

    /// Joins observers; each receives every event, in the order of the list.
    ///
    /// An observer that did not request texts of errors gets none.
    public init(_ observers: [RetryObserver]) {
        self.init(includesMessages: observers.contains(where: \.includesMessages)) { event in
            for observer in observers { observer.observe(event) }
        }
    }

    /// Hands an event to the observer.
    public func observe(_ event: RetryEvent) {
        receive(includesMessages || event.message == nil ? event : event.withoutMessage)
    }
}

extension RetryEvent {
    fileprivate var withoutMessage: RetryEvent {
        RetryEvent(
            number: number, kind: kind, operation: operation, policy: policy, attempt: attempt,
            errorClass: errorClass, errorType: errorType, message: nil, hint: hint, delay: delay, elapsed: elapsed)
    }
}
