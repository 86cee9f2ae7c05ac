/// The outcomes of the calls in a sliding time window, in ten buckets: its memory does not grow with the calls.
struct TimeWindow: Sendable, Hashable {
    private static let bucketCount: Int64 = 10

    private let width: Int64
    private var buckets: [CircuitBreaker.CallCounts]
    /// The number of the newest bucket since the beginning of time.
    private var newest: Int64 = 0
    private(set) var counts = CircuitBreaker.CallCounts()

    init(nanoseconds: Int64) {
        width = max(1, nanoseconds / Self.bucketCount)
        buckets = Array(repeating: CircuitBreaker.CallCounts(), count: Int(Self.bucketCount))
    }

    /// Records the outcome of a call.
    mutating func record(isFailure: Bool, at time: Int64) {
        advance(to: time)
        let index = Int(newest % Self.bucketCount)
        buckets[index].calls += 1
        counts.calls += 1
        if isFailure {
            buckets[index].failures += 1
            counts.failures += 1
        }
    }

    /// Drops the buckets that are too old at `time`.
    mutating func advance(to time: Int64) {
        let current = time / width
        guard current > newest else { return }
        for _ in 0..<min(current - newest, Self.bucketCount) {
            newest += 1
            forget(Int(newest % Self.bucketCount))
        }
        if newest < current {
            // All of them are empty, so any of them can be the newest.
            newest = current
        }
    }

    private mutating func forget(_ index: Int) {
        counts.calls -= buckets[index].calls
        counts.failures -= buckets[index].failures
        buckets[index] = CircuitBreaker.CallCounts()
    }
}
