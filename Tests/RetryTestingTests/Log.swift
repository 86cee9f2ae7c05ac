import RetryCore

/// A log of events, in order, from any number of tasks.
final class Log<Event: Sendable>: Sendable {
    private let state = Locked<[Event]>([])

    var events: [Event] { state.withLock { $0 } }

    func add(_ event: Event) {
        state.withLock { $0.append(event) }
    }
}
