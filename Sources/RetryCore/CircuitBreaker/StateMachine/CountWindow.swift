/// The outcomes of the last calls, as a sliding window: a ring with one bit for each.
struct CountWindow: Sendable, Hashable {
    private var bits: [UInt64]
    private let capacity: Int
    private var next = 0
    private(set) var counts = CircuitBreaker.CallCounts()

    init(capacity: Int) {
        self.capacity = capacity
        self.bits = Array(repeating: 0, count: (capacity + 63) / 64)
    }

    /// Records an outcome, and drops the oldest one if the window is full.
    mutating func record(isFailure: Bool) {
        let word = next &>> 6
        let bit: UInt64 = 1 &<< UInt64(next & 63)
        if counts.calls == capacity {
            if bits[word] & bit != 0 { counts.failures -= 1 }
        } else {
            counts.calls += 1
        }
        if isFailure {
            bits[word] |= bit
            counts.failures += 1
        } else {
            bits[word] &= ~bit
        }
        next = next + 1 == capacity ? 0 : next + 1
    }
}
