import RetryCore

/// A generator that always draws from the same place of its range, and counts the draws.
struct DrawCounter: RandomNumberGenerator, Sendable {
    private let count = Locked(0)
    private let value: UInt64

    /// Creates a generator; zero draws the least of every range, `.max` the most.
    init(value: UInt64 = .max) {
        self.value = value
    }

    /// The number of draws, by all copies together.
    var draws: Int { count.withLock { $0 } }

    /// The same as calls take it.
    var source: RetryRandomSource { RetryRandomSource(self) }

    mutating func next() -> UInt64 {
        count.withLock { $0 += 1 }
        return value
    }
}
