import Testing

@testable import RetryCore

@Suite("The queue of events", .timeLimit(.minutes(20)))
struct EventQueueTests {
    private enum Event: Hashable, Sendable {
        case event(UInt64)
        case overflow(number: UInt64, lost: UInt64)
    }

    private static let capacity = EventQueue<Event>.capacity
    private static let batch = EventQueue<Event>.batch

    private func queue(_ count: Int = 0) -> EventQueue<Event> {
        var queue = EventQueue<Event> { .overflow(number: $0, lost: $1) }
        for _ in 0..<count { queue.add { .event($0) } }
        return queue
    }

    /// The events of one turn.
    private func turn(_ queue: inout EventQueue<Event>) -> [Event] {
        guard queue.beginDraining() else { return [] }
        var events: [Event] = []
        while let event = queue.next() { events.append(event) }
        return events
    }

    private func all(_ queue: inout EventQueue<Event>) -> [Event] {
        var events: [Event] = []
        while !queue.isEmpty { events += turn(&queue) }
        return events
    }

    @Test("has one thread that drains, and needs one only while events wait")
    func oneDrainer() {
        var queue = queue()
        #expect(!queue.awaitsDraining)
        #expect(queue.beginDraining() == false)
        queue.add { .event($0) }
        #expect(queue.awaitsDraining)
        #expect(queue.beginDraining() == true)
        #expect(!queue.awaitsDraining)
        #expect(queue.beginDraining() == false)
        queue.add { .event($0) }
        #expect(!queue.awaitsDraining)
        #expect([queue.next(), queue.next(), queue.next()] == [.event(1), .event(2), nil])
        #expect(queue.isEmpty)
        #expect(!queue.awaitsDraining)
    }

    @Test("ends a turn after a batch, and leaves the rest to the next")
    func batches() {
        var queue = queue(2 * Self.batch + 5)
        #expect(turn(&queue) == (1...Self.batch).map { .event(UInt64($0)) })
        #expect(queue.awaitsDraining)
        #expect(turn(&queue).count == Self.batch)
        #expect(turn(&queue).count == 5)
        #expect(!queue.awaitsDraining && queue.isEmpty)
    }

    @Test("adds no event to a turn that is over, however many come")
    func endlessEvents() {
        var queue = queue(1)
        #expect(queue.beginDraining() == true)
        var delivered = 0
        while queue.next() != nil {
            delivered += 1
            queue.add { .event($0) }
            queue.add { .event($0) }
        }
        #expect(delivered == Self.batch)
    }

    @Test("is bounded: the newest events are lost, and an event in their place says how many")
    func overflow() {
        var queue = queue(Self.capacity + 7)
        var events = all(&queue)
        #expect(events.count == Self.capacity + 1)
        let last = UInt64(Self.capacity)
        #expect(events.suffix(2) == [.event(last), .overflow(number: last + 8, lost: 7)])
        queue.add { .event($0) }
        #expect(all(&queue) == [.event(last + 9)])
        // With room again, the overflow comes before what follows it.
        for _ in 0..<(Self.capacity + 3) { queue.add { .event($0) } }
        #expect(turn(&queue).count == Self.batch)
        queue.add { .event($0) }
        events = all(&queue)
        let next = last + 9 + last + 3
        #expect(events.suffix(2) == [.overflow(number: next + 1, lost: 3), .event(next + 2)])
    }

    @Test("keeps the order and the bound where one place is free after a loss")
    func oneFreePlace() {
        var queue = queue(Self.capacity + 1)
        #expect(queue.beginDraining() == true)
        #expect(queue.next() == .event(1))
        // Room for one event, but not for the overflow event before it: this one is lost too.
        queue.add { .event($0) }
        var events: [Event] = []
        while let event = queue.next() { events.append(event) }
        events += all(&queue)
        #expect(events.count == Self.capacity)
        #expect(events.last == .overflow(number: UInt64(Self.capacity) + 3, lost: 2))
    }

    @Test("numbers all events in their order, lost ones included, in any mixture", arguments: 0..<20)
    func numbers(seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = queue()
        var (added, last) = (UInt64(0), UInt64(0))
        for _ in 0..<400 {
            for _ in 0..<random.next(below: 900) {
                queue.add { .event($0) }
                added += 1
            }
            for _ in 0..<random.next(below: 30) {
                for event in turn(&queue) {
                    switch event {
                    case .event(let number):
                        #expect(number == last + 1)
                        last = number
                    case .overflow(let number, let lost):
                        #expect(number == last + lost + 1)
                        last = number
                        added += 1
                    }
                }
            }
        }
        for event in all(&queue) {
            if case .overflow = event { added += 1 }
            last = event == .event(last + 1) ? last + 1 : added
        }
        #expect(last == added)
    }

    private struct SplitMix {
        var state: UInt64

        mutating func next(below limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
    }
}
