/// The outcomes of the last calls, as a sliding window: a ring with one bit for each.
struct CountWindow: Sendable, Hashable {
    private var bits: [UInt64]
    private let capacity: Int
    private var next = 0
    private(set) var counts = CallCounts()

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

/// The number of calls in a window, and of those among them that failed, or were slow.
public struct CallCounts: Sendable, Hashable {
    /// The number of calls.
    public internal(set) var calls = 0
    /// The number of failures; for the slow-call rule, of slow calls.
    public internal(set) var failures = 0

    package init(calls: Int = 0, failures: Int = 0) {
        self.calls = calls
        self.failures = failures
    }

    /// The share of failures; 0 if there were no calls.
    public var ratio: Double { calls == 0 ? 0 : Double(failures) / Double(calls) }

    /// Returns whether there are enough calls, and enough failures among them.
    ///
    /// Divided and not multiplied: 7 of 100 is exactly the number that 0.07 is.
    func reach(_ ratio: Double, minimum: Int) -> Bool {
        calls >= minimum && Double(failures) / Double(calls) >= ratio
    }

    /// Returns whether there are enough calls, and enough failures among them, after one more success.
    func reachAfterSuccess(_ ratio: Double, minimum: Int) -> Bool {
        CallCounts(calls: calls + 1, failures: failures).reach(ratio, minimum: minimum)
    }
}
