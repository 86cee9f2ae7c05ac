public import RetryCore

/// A recorder of every event of calls, of circuit breakers or of budgets, for the assertions of a test.
///
/// ```swift
/// let recorder = RecordingRetryObserver()
/// try await retry(.api.observer(recorder.observer).clock(RetryClock(clock))) { try await fetch() }
/// #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
/// ```
public final class RecordingObserver<Event: ObservedEvent>: Sendable {
    private let recorded = Locked<[Event]>([])

    /// Creates an empty recorder.
    public init() {}

    /// An observer that records every event.
    public var observer: EventObserver<Event> { EventObserver { self.record($0) } }

    fileprivate func record(_ event: Event) {
        recorded.withLock { $0.append(event) }
    }

    /// The events in the order of arrival.
    public var events: [Event] { recorded.withLock { $0 } }

    /// The codes of the events, such as `["attempt", "retry", "attempt", "success"]`.
    public var codes: [String] { events.map(\.code) }

    /// Clears the recorded events.
    public func reset() {
        recorded.withLock { $0 = [] }
    }
}

/// A recorder of every event of its calls.
///
/// Events carry the texts of errors here: in a test they hold no secrets.
public typealias RecordingRetryObserver = RecordingObserver<RetryEvent>

/// A recorder of the state changes of any number of breakers.
public typealias RecordingCircuitBreakerObserver = RecordingObserver<CircuitBreakerEvent>

/// A recorder of the events of budgets.
public typealias RecordingRetryBudgetObserver = RecordingObserver<RetryBudgetEvent>

extension RecordingObserver<RetryEvent> {
    /// An observer that records every event, with the texts of errors.
    public var observer: RetryObserver { RetryObserver(includesMessages: true) { self.record($0) } }

    /// The waits that were decided.
    public var delays: [Duration] { events.filter { $0.kind == .retry }.map(\.delay) }

    /// The stop reasons of the calls.
    public var stopReasons: [RetryStopReason] { events.compactMap(\.stopReason) }
}

extension RecordingObserver<CircuitBreakerEvent> {
    /// The states after each change, in order.
    public var states: [CircuitBreaker.State] { events.compactMap { $0.change?.to } }
}
