import RetryTesting

/// The events of a simulation in the order of their times; events of one time in the order in which they were added.
///
/// Not generic, since unoptimised builds pay for that with every comparison.
struct SimulationQueue {
    struct Event {
        enum Kind { case call, arrival, departure, answer, timeout }

        let time: Double
        fileprivate let number: Int
        let kind: Kind
        /// The attempt that it belongs to.
        let id: Int
    }

    private var heap: [Event] = []
    private var count = 0

    mutating func add(_ kind: Event.Kind, _ id: Int = 0, at time: Double) {
        count += 1
        let event = Event(time: time, number: count, kind: kind, id: id)
        heap.append(event)
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            let above = heap[parent]
            if !Self.isBefore(event, above) { break }
            heap[place] = above
            place = parent
        }
        heap[place] = event
    }

    mutating func next() -> Event? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        let size = heap.count
        if size == 0 { return first }
        var place = 0
        while 2 * place + 1 < size {
            var child = 2 * place + 1
            var least = heap[child]
            if child + 1 < size {
                let right = heap[child + 1]
                if Self.isBefore(right, least) { (child, least) = (child + 1, right) }
            }
            if !Self.isBefore(least, last) { break }
            heap[place] = least
            place = child
        }
        heap[place] = last
        return first
    }

    private static func isBefore(_ one: Event, _ other: Event) -> Bool {
        one.time < other.time || (one.time == other.time && one.number < other.number)
    }
}

extension SeededGenerator {
    /// A number from 0 to 1, without 1.
    mutating func share() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A time drawn from the exponential distribution with this mean.
    mutating func exponential(_ mean: Double) -> Double {
        -logarithm(1 - share()) * mean
    }
}

/// The natural logarithm of a positive number, the same to the last bit on every platform.
///
/// The mathematical libraries differ in the last bit, which is enough to change a storm after a while.
private func logarithm(_ value: Double) -> Double {
    // log((1 + z) / (1 − z)) = 2 · artanh(z), for a significand from 0.75 to 1.5.
    var (significand, exponent) = (value.significand, Double(value.exponent))
    if significand > 1.5 { (significand, exponent) = (significand / 2, exponent + 1) }
    let z = (significand - 1) / (significand + 1)
    let square = z * z
    var series = 1.0 / 21
    for term in [19.0, 17, 15, 13, 11, 9, 7, 5, 3, 1] { series = series * square + 1 / term }
    return 2 * z * series + exponent * 0.693_147_180_559_945_309
}
