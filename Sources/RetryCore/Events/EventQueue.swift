/// A bounded queue of the events that wait for an observer; one thread at a time drains it.
///
/// Its owner holds it under a lock, numbers the events with the changes that they report, and delivers them outside of
/// the lock:
///
/// - An event that finds the queue full is dropped and counted. An overflow event with the number of lost events takes
///   its place in the order.
/// - A thread that adds an event drains the queue unless another thread does already.
/// - A thread delivers at most ``batch`` events. If more are left, the next call that takes the owner's lock goes on,
///   so that a storm of events delays many calls a little and none for long.
struct EventQueue<Event: Sendable>: Sendable {
    /// The maximum number of queued events.
    static var capacity: Int { 1_000 }
    /// The number of events that one thread delivers in a turn.
    static var batch: Int { 32 }

    private let overflow: @Sendable (_ number: UInt64, _ lost: UInt64) -> Event
    private var events: [Event] = []
    /// The place of the next event to deliver; all events before it are delivered.
    private var first = 0
    private var number: UInt64 = 0
    private var lost: UInt64 = 0
    private var isDraining = false
    private var deliveredInTurn = 0

    /// Creates an empty queue.
    ///
    /// - Parameter overflow: Makes the event that reports a number of lost events.
    init(overflow: @escaping @Sendable (_ number: UInt64, _ lost: UInt64) -> Event) {
        self.overflow = overflow
    }

    /// The number of queued events.
    private var count: Int { events.count - first }

    var isEmpty: Bool { count == 0 && lost == 0 }

    /// A Boolean value that indicates whether events wait, and no thread drains them.
    var awaitsDraining: Bool { !isDraining && !isEmpty }

    /// Numbers an event from 1 and appends it, or drops it where the queue is full.
    mutating func add(_ event: (_ number: UInt64) -> Event) {
        if lost > 0, count < Self.capacity - 1 { reportLoss() }
        number += 1
        guard lost == 0, count < Self.capacity else {
            lost += 1
            return
        }
        events.append(event(number))
    }

    /// Makes the caller the thread that drains; false where there is nothing to drain, or another thread drains.
    mutating func beginDraining() -> Bool {
        guard awaitsDraining else { return false }
        (isDraining, deliveredInTurn) = (true, 0)
        return true
    }

    /// Removes the next event; `nil` ends the caller's turn.
    ///
    /// - Complexity: O(1), amortised.
    mutating func next() -> Event? {
        if count == 0, lost > 0 { reportLoss() }
        guard count > 0, deliveredInTurn < Self.batch else {
            isDraining = false
            return nil
        }
        deliveredInTurn += 1
        defer { removeFirst() }
        return events[first]
    }

    private mutating func reportLoss() {
        number += 1
        events.append(overflow(number, lost))
        lost = 0
    }

    /// Moves on to the next event; the memory of delivered ones is reclaimed when they are half of all, or all.
    private mutating func removeFirst() {
        first += 1
        if first == events.count {
            events.removeAll(keepingCapacity: events.capacity <= 2 * Self.batch)
            first = 0
        } else if first >= Self.batch, first >= count {
            events.removeFirst(first)
            first = 0
        }
    }
}

/// A state with a queue of events, behind its owner's lock.
protocol EventQueueOwner: Sendable {
    associatedtype Event: ObservedEvent

    /// The queue of events; `nil` without an observer.
    var events: EventQueue<Event>? { get set }
}

extension Locked where State: EventQueueOwner {
    /// Delivers a share of the queued events, outside the lock, unless another thread does.
    ///
    /// - Parameters:
    ///   - observer: Receives the events.
    ///   - end: Ends the turn of the thread, under the lock.
    @inline(never)
    func deliver(to observer: EventObserver<State.Event>?, atEnd end: (inout State) -> Void = { _ in }) {
        guard let observer, withLock({ $0.events?.beginDraining() == true }) else { return }
        while let event = withLock({ nextEvent(&$0, end) }) { observer.observe(event) }
    }

    private func nextEvent(_ state: inout State, _ end: (inout State) -> Void) -> State.Event? {
        if let event = state.events?.next() { return event }
        end(&state)
        return nil
    }
}
