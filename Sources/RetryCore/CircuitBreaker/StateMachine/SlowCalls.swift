/// The slow calls: those that ended slow in the last time, and those in flight that have run for too long already.
///
/// The calls in flight are counted per tenth of the threshold in which they started, so that neither their number nor
/// the rate of the calls costs memory, and no call counts as slow before it is.
struct SlowCalls: Sendable, Hashable {
    private static let steps: Int64 = 10
    /// The number of buckets: the steps of the threshold, and the two that it begins and ends in.
    private static let bucketCount = steps + 2

    private let threshold: Int64
    private let width: Int64
    private var ended: TimeWindow
    /// The calls in flight by the time of their start, as long as they are not slow yet.
    private var starts: [Int]
    /// The calls in flight that are slow.
    private(set) var overdue = 0
    /// The oldest bucket whose calls are not slow yet, since the beginning of time.
    private var oldest: Int64 = 0

    init(threshold: Int64, window: Int64) {
        self.threshold = threshold
        // Rounded up: the buckets must span the threshold.
        width = max(1, threshold / Self.steps + (threshold % Self.steps > 0 ? 1 : 0))
        ended = TimeWindow(nanoseconds: window)
        starts = Array(repeating: 0, count: Int(Self.bucketCount))
    }

    /// The number of calls, and of slow ones among them, those in flight that are slow included.
    var counts: CircuitBreaker.CallCounts {
        CircuitBreaker.CallCounts(calls: ended.counts.calls + overdue, failures: ended.counts.failures + overdue)
    }

    /// The number of calls in flight.
    var inFlight: Int { starts.reduce(overdue, +) }

    /// Returns whether a call that took so long is slow.
    func isSlow(_ duration: Int64) -> Bool { duration >= threshold }

    /// Moves the calls in flight that are slow by now.
    mutating func advance(to time: Int64) {
        ended.advance(to: time)
        // The calls of a bucket are slow when the last of them is.
        let current = (time - threshold) / width
        guard time >= threshold, current > oldest else { return }
        for _ in 0..<min(current - oldest, Self.bucketCount) {
            overdue += starts[index(oldest)]
            starts[index(oldest)] = 0
            oldest += 1
        }
        oldest = current
    }

    /// Records the start of a call.
    mutating func started(at time: Int64) {
        starts[index(time / width)] += 1
    }

    /// Records the end of a call by its start, for any reason.
    mutating func left(start: Int64) {
        if start / width < oldest {
            overdue -= 1
        } else {
            starts[index(start / width)] -= 1
        }
    }

    /// Records the end of a call that counts.
    mutating func record(isSlow: Bool, at time: Int64) {
        ended.record(isFailure: isSlow, at: time)
    }

    /// Drops the calls in flight: their ends will not be reported any more.
    mutating func forgetCallsInFlight() {
        overdue = 0
        for index in starts.indices { starts[index] = 0 }
    }

    private func index(_ bucket: Int64) -> Int { Int(bucket % Self.bucketCount) }
}
