/// A queue that hands out orders until each of them is done: at least once, as queues do.
///
/// An order that is not reported as done in time is handed out again; so is occasionally one whose report was lost.
actor OrderQueue {
    private let count: Int
    private let timeout: Duration
    private var waiting: [Int]
    private var handedOut: [Int: ContinuousClock.Instant] = [:]
    private var done: Set<Int> = []
    private(set) var replayCount = 0

    init(count: Int, timeout: Duration) {
        self.count = count
        self.timeout = timeout
        waiting = Array((1...count).reversed())
    }

    var isDone: Bool { done.count == count }

    /// Takes the report of an order, except for one in twenty, which gets lost on the way.
    func finished(_ order: Int, isReplay: Bool) {
        if isReplay { replayCount += 1 }
        if !isReplay && Int.random(in: 0..<20) == 0 { return }
        done.insert(order)
        handedOut[order] = nil
    }

    /// Returns the next order; `nil` if there is none right now.
    func next() -> Int? {
        let order = waiting.popLast() ?? handedOut.first { ContinuousClock.now - $0.value > timeout }?.key
        if let order { handedOut[order] = .now }
        return order
    }
}
