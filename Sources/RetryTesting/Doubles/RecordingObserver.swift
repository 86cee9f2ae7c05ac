public import RetryCore

/// A recorder of every event of its calls, for the assertions of a test.
///
/// ```swift
/// let recorder = RecordingObserver()
/// try await retry(.api.observer(recorder.observer).clock(RetryClock(clock))) { try await fetch() }
/// #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
/// ```
///
/// Events carry the texts of errors here: in a test they hold no secrets.
public final class RecordingObserver: Sendable {
    private let recorded = Locked<[RetryEvent]>([])

    /// Creates an empty recorder.
    public init() {}

    /// An observer that records every event.
    public var observer: RetryObserver {
        RetryObserver(includesMessages: true) { event in self.recorded.withLock { $0.append(event) } }
    }

    /// The events in the order of arrival.
    public var events: [RetryEvent] { recorded.withLock { $0 } }

    /// The codes of the events, such as `["attempt", "retry", "attempt", "success"]`.
    public var codes: [String] { events.map(\.code) }

    /// The waits that were decided.
    public var delays: [Duration] { events.filter { $0.kind == .retry }.map(\.delay) }

    /// The stop reasons of the calls.
    public var stopReasons: [StopReason] { events.compactMap(\.stopReason) }

    /// Clears the recorded events.
    public func reset() {
        recorded.withLock { $0 = [] }
    }
}
