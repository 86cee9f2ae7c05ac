import Foundation
import RetryTesting

/// What happens in a simulation, in the order of its times; what falls on the same time, in the order it was added.
struct EventQueue<Event> {
    private var heap: [(time: Double, number: Int, event: Event)] = []
    private var count = 0

    mutating func add(_ event: Event, at time: Double) {
        count += 1
        heap.append((time, count, event))
        var place = heap.count - 1
        while place > 0, isBefore(place, (place - 1) / 2) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func next() -> (time: Double, event: Event)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            let (left, right) = (2 * place + 1, 2 * place + 2)
            var least = place
            if left < heap.count, isBefore(left, least) { least = left }
            if right < heap.count, isBefore(right, least) { least = right }
            if least == place { return (first.time, first.event) }
            heap.swapAt(place, least)
            place = least
        }
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        (heap[one].time, heap[one].number) < (heap[other].time, heap[other].number)
    }
}

extension SeededGenerator {
    /// From 0 to 1, without 1.
    mutating func share() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A time drawn from the exponential distribution with this mean.
    mutating func exponential(_ mean: Double) -> Double {
        -log(1 - share()) * mean
    }
}
