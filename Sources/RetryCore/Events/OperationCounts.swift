import Synchronization

/// The counts of one operation's calls, which any number of threads add to without a lock.
///
/// A call that succeeds at its first attempt, as most do, adds to three counters.
final class OperationCounts: Sendable {
    private let firstTries = Atomic<Int>(0)
    /// The calls that ended otherwise, by their reason.
    private let ends = Counters(RetryStopReason.Kind.allCases.count)
    private let attempts = BucketCounters(RetryMetrics.attemptBounds)
    private let delays = BucketCounters(RetryMetrics.delayBounds.map { Int64($0 * 1e9) })
    private let durations = BucketCounters(RetryMetrics.durationBounds.map { Int64($0 * 1e9) })
    private let failures = Counters(Int(ErrorClass.builtInCount))
    private let customFailures = Locked<[ErrorClass: Int]>([:])

    func count(_ event: RetryEvent) {
        if let reason = event.stopReason {
            if event.attempt == 1, reason == .succeeded { return countSuccess(after: event.nanoseconds.elapsed) }
            durations.add(event.nanoseconds.elapsed)
            ends.add(reason.reported.rawValue)
            attempts.add(Int64(event.attempt))
        } else if event.kind == .retry {
            delays.add(event.nanoseconds.delay)
        }
        if let errorClass = event.errorClass { count(errorClass) }
    }

    /// Counts a call that succeeded at its first attempt.
    func countSuccess(after nanoseconds: Int64) {
        firstTries.add(1, ordering: .relaxed)
        durations.add(nanoseconds)
    }

    private func count(_ errorClass: ErrorClass) {
        if errorClass.isBuiltIn { return failures.add(Int(errorClass.number)) }
        // Custom classes may be made from anything: their number is bounded.
        customFailures.withLock { counts in
            if counts[errorClass] != nil || counts.count < 256 { counts[errorClass, default: 0] += 1 }
        }
    }

    /// Adds the counts up to now.
    func add(to snapshot: inout RetryMetrics.Snapshot) {
        let firstTries = firstTries.load(ordering: .relaxed)
        for kind in RetryStopReason.Kind.allCases {
            let count = ends[kind.rawValue] + (kind == .succeeded ? firstTries : 0)
            if count > 0 { snapshot.ends[kind.code, default: 0] += count }
        }
        for number in 0..<ErrorClass.builtInCount where failures[Int(number)] > 0 {
            snapshot.failures[ErrorClass(number: number), default: 0] += failures[Int(number)]
        }
        snapshot.failures.merge(customFailures.withLock { $0 }, uniquingKeysWith: +)
        attempts.add(to: &snapshot.attempts, unit: 1)
        snapshot.attempts.add(1, times: firstTries)
        delays.add(to: &snapshot.delays, unit: 1e9)
        durations.add(to: &snapshot.durations, unit: 1e9)
    }
}

/// Counters that any number of threads add to.
private final class Counters: @unchecked Sendable {
    // Unchecked, because the compiler does not know that the memory is never freed while the object lives.
    private let counts: UnsafeMutableBufferPointer<Atomic<Int>>

    init(_ count: Int) {
        counts = .allocate(capacity: count)
        for index in 0..<count { counts.initializeElement(at: index, to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize().deallocate()
    }

    func add(_ index: Int, _ amount: Int = 1) {
        counts[index].add(amount, ordering: .relaxed)
    }

    subscript(index: Int) -> Int { counts[index].load(ordering: .relaxed) }
}

/// The counters of a histogram's buckets, and the sum of its values.
private final class BucketCounters: Sendable {
    private let bounds: [Int64]
    private let counts: Counters
    private let sum = Atomic<Int64>(0)
    /// The part of the sum that was moved here before it overflowed, and the values that are huge.
    private let carried = Locked<Double>(0)

    init(_ bounds: [Int64]) {
        self.bounds = bounds
        counts = Counters(bounds.count + 1)
    }

    func add(_ value: Int64) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts.add(bucket)
        if value > 1 << 53 {
            carried.withLock { $0 += Double(value) }
        } else if sum.wrappingAdd(value, ordering: .relaxed).newValue > 1 << 62 {
            let moved = sum.exchange(0, ordering: .relaxed)
            carried.withLock { $0 += Double(moved) }
        }
    }

    /// Adds the counts to a histogram with the same bounds, whose values are in another unit.
    func add(to histogram: inout RetryMetrics.Histogram, unit: Double) {
        for bucket in 0...bounds.count { histogram.add(counts[bucket], toBucket: bucket) }
        histogram.add(toSum: (carried.withLock { $0 } + Double(sum.load(ordering: .relaxed))) / unit)
    }
}
