/// An observer of events, for telemetry: logs, metrics, traces and alarms.
///
/// One closure is enough, and an array of observers is an observer:
///
/// ```swift
/// let observer: RetryObserver = [.log { level, line in print(level, line) }, metrics.observer]
/// try await retry(.api.observer(observer)) { … }
/// let payments = CircuitBreaker("payments", observer: .log { level, line in print(level, line) })
/// ```
///
/// An observer is called outside every lock, and receives the events of a call, a breaker or a budget in order, one at
/// a time. It cannot change the outcome; a slow one delays the call.
public struct EventObserver<Event: ObservedEvent>: Sendable, ExpressibleByArrayLiteral {
    private let receiver: EventReceiver<Event>

    /// Creates an observer.
    ///
    /// - Parameter receive: Receives each event.
    public init(_ receive: @escaping @Sendable (Event) -> Void) {
        self.init(interest: .ofClosures, receive)
    }

    init(interest: EventInterest, _ receive: @escaping @Sendable (Event) -> Void) {
        self.init(ClosureReceiver(interest, receive))
    }

    init(_ receiver: EventReceiver<Event>) {
        self.receiver = receiver
    }

    /// Joins observers; each receives every event, in the order of the list.
    public init(arrayLiteral observers: EventObserver...) {
        self.init(observers)
    }

    /// Joins observers; each receives every event, in the order of the list.
    ///
    /// An observer that did not request texts of errors gets none.
    public init(_ observers: [EventObserver]) {
        self.init(ReceiverList(observers))
    }

    /// Hands an event to the observer.
    public func observe(_ event: Event) {
        receiver.receive(includesMessages ? event : event.withoutMessage)
    }

    /// Hands on an event that was made for this observer, and holds no more than it asked for.
    @inline(__always)
    func deliver(_ event: Event) {
        receiver.receive(event)
    }

    /// Counts a call that succeeded at its first attempt, if the observer does no more; false if it needs the event.
    @inline(__always)
    func countsSuccess(after nanoseconds: Int64) -> Bool { receiver.countsSuccess(after: nanoseconds) }

    /// The parts of events that the observer reads.
    package var interest: EventInterest { receiver.interest }

    /// A Boolean value that indicates whether events carry the texts of errors for this observer.
    package var includesMessages: Bool { interest.contains(.messages) }

    /// Returns the same observer for the events of one operation, which it need not look up for each.
    func bound(to operation: String?) -> EventObserver { EventObserver(receiver.bound(to: operation)) }
}

/// The receiver of an observer's events.
///
/// A class, so that an observer is passed on for the price of a pointer.
class EventReceiver<Event: ObservedEvent>: @unchecked Sendable {
    // Unchecked, because subclasses exist; each has nothing but constants.
    final let interest: EventInterest

    init(_ interest: EventInterest) {
        self.interest = interest
    }

    /// Receives an event.
    func receive(_ event: Event) {}

    /// Counts a call that succeeded at its first attempt, if the receiver does no more; false if it needs the event.
    func countsSuccess(after nanoseconds: Int64) -> Bool { false }

    /// Returns the receiver of the events of one operation, which it need not look up for each.
    func bound(to operation: String?) -> EventReceiver { self }
}

private final class ClosureReceiver<Event: ObservedEvent>: EventReceiver<Event>, @unchecked Sendable {
    private let closure: @Sendable (Event) -> Void

    init(_ interest: EventInterest, _ closure: @escaping @Sendable (Event) -> Void) {
        self.closure = closure
        super.init(interest)
    }

    override func receive(_ event: Event) { closure(event) }
}

private final class ReceiverList<Event: ObservedEvent>: EventReceiver<Event>, @unchecked Sendable {
    private let observers: [EventObserver<Event>]

    init(_ observers: [EventObserver<Event>]) {
        self.observers = observers
        super.init(observers.reduce(into: EventInterest()) { $0.formUnion($1.interest) })
    }

    override func receive(_ event: Event) {
        for observer in observers { observer.observe(event) }
    }

    override func bound(to operation: String?) -> EventReceiver<Event> {
        ReceiverList(observers.map { $0.bound(to: operation) })
    }
}

/// The parts of events that an observer reads: the others are not made for it.
package struct EventInterest: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The texts of errors.
    static let messages = EventInterest(rawValue: 1)
    /// The starts of attempts.
    package static let attempts = EventInterest(rawValue: 2)
    /// The numbers of calls.
    static let calls = EventInterest(rawValue: 4)
    /// The interest of a closure: all but the texts of errors.
    static let ofClosures: EventInterest = [.attempts, .calls]
}

/// An observer of calls.
///
/// Attempts are logged at debug, retries at warning, calls given up at error.
public typealias RetryObserver = EventObserver<RetryEvent>

extension EventObserver<RetryEvent> {
    /// Creates an observer of events that carry the texts of errors.
    ///
    /// - Parameters:
    ///   - includesMessages: Pass `true` for events with the texts of errors. They can hold secrets: off by default.
    ///   - receive: Receives each event.
    public init(includesMessages: Bool, _ receive: @escaping @Sendable (RetryEvent) -> Void) {
        self.init(interest: includesMessages ? [.messages, .ofClosures] : .ofClosures, receive)
    }
}
