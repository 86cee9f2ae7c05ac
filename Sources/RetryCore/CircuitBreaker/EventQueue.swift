/// The events that wait to be delivered, in order, and who delivers them.
struct EventQueue: Sendable {
    private static let capacity = 1_000

    private var waiting: [CircuitBreakerEvent] = []
    private var lost: UInt64 = 0
    private var number: UInt64 = 0
    private var isDraining = false

    /// Numbers an event and lines it up; where an observer lets too many wait, the newest are lost.
    mutating func add(_ change: CircuitChange, breaker: String, consecutiveFailures: Int) {
        number += 1
        guard waiting.count < Self.capacity else {
            lost += 1
            return
        }
        waiting.append(
            CircuitBreakerEvent(
                number: number, breaker: breaker, change: change, lost: 0, consecutiveFailures: consecutiveFailures))
    }

    /// Whether the caller is the one to deliver: there are events, and nobody else delivers.
    mutating func beginDraining() -> Bool {
        guard !isDraining, !waiting.isEmpty else { return false }
        isDraining = true
        return true
    }

    /// The events to deliver next; empty if there are no more, and the caller delivers no longer.
    mutating func next(breaker: String) -> [CircuitBreakerEvent] {
        var batch = waiting
        waiting = []
        if lost > 0 {
            number += 1
            batch.append(
                CircuitBreakerEvent(number: number, breaker: breaker, change: nil, lost: lost, consecutiveFailures: 0))
            lost = 0
        }
        if batch.isEmpty { isDraining = false }
        return batch
    }
}
