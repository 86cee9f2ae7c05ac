import RetryCore
import Synchronization

/// A clock that notices if two threads read it at once, and takes long enough to make that likely.
final class CountingClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private let readers = Atomic(0)
    private let overlapping = Atomic(0)
    private let ticks = Atomic(0)

    var overlaps: Int { overlapping.load(ordering: .relaxed) }
    var minimumResolution: Duration { .nanoseconds(1) }

    var now: Instant {
        if readers.add(1, ordering: .relaxed).newValue > 1 { overlapping.add(1, ordering: .relaxed) }
        var tick = 0
        for _ in 0..<200 { tick = ticks.add(1, ordering: .relaxed).newValue }
        readers.subtract(1, ordering: .relaxed)
        return Instant(offset: .nanoseconds(tick))
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
}

/// Events in the order in which they came, and whether two came at once.
final class EventLog: Sendable {
    private let busy = Atomic(0)
    private let colliding = Atomic(0)
    private let log = Locked<[RetryBudgetEvent]>([])

    var events: [RetryBudgetEvent] { log.withLock { $0 } }
    var collisions: Int { colliding.load(ordering: .relaxed) }

    func add(_ event: RetryBudgetEvent) {
        if busy.add(1, ordering: .relaxed).newValue > 1 { colliding.add(1, ordering: .relaxed) }
        log.withLock { $0.append(event) }
        busy.subtract(1, ordering: .relaxed)
    }
}
