public import RetryCore

/// Keeps every event that it sees, for a test to look at.
///
/// ```swift
/// let recorder = RecordingObserver()
/// try await retry(policy: .api, observer: recorder.observer, clock: RetryClock(clock)) { try await fetch() }
/// #expect(recorder.codes == ["attempt", "retry", "attempt", "success"])
/// ```
///
/// Events carry the texts of errors here: in a test they hold no secrets.
public final class RecordingObserver: Sendable {
    private let recorded = Locked<[RetryEvent]>([])

    /// Creates a recorder that has seen nothing.
    public init() {}

    /// Keeps the events that it is handed.
    public var observer: RetryObserver {
        RetryObserver(includesMessages: true) { event in self.recorded.withLock { $0.append(event) } }
    }

    /// The events in the order in which they came.
    public var events: [RetryEvent] { recorded.withLock { $0 } }

    /// The codes of the events, such as `["attempt", "retry", "attempt", "success"]`.
    public var codes: [String] { events.map(\.code) }

    /// The waits that were decided.
    public var delays: [Duration] { events.filter { $0.kind == .retry }.map(\.delay) }

    /// The ends of the calls that were seen.
    public var stopReasons: [StopReason] { events.compactMap(\.stopReason) }

    /// Forgets what was seen.
    public func reset() {
        recorded.withLock { $0 = [] }
    }
}
