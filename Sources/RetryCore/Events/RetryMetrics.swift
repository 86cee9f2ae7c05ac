/// Thread-safe metrics of calls: counters and histograms, fed by an observer.
///
/// ```swift
/// let metrics = RetryMetrics()
/// let api = RetryPipeline("users", policy: .api).observer(metrics.observer)
/// // later, for a dashboard:
/// let now = metrics.snapshot()
/// print(now.calls, now.retries, now.durations.quantile(0.99) ?? 0)
/// print(metrics.operations()["users"]?.successes ?? 0)
/// ```
///
/// One object can observe any number of pipelines at once. It counts by atomic additions: a call that succeeds at its
/// first attempt costs three of them and two readings of the clock. Its memory does not grow with the calls.
public final class RetryMetrics: Sendable {
    /// The counts up to a moment.
    ///
    /// Calls go on while it is taken: one that ends in that moment may be in some counts and not yet in others.
    public struct Snapshot: Sendable, Hashable {
        /// The number of calls that ended for each reason, by the reason's code.
        public internal(set) var ends: [String: Int] = [:]
        /// The number of failed attempts of each class.
        public internal(set) var failures: [ErrorClass: Int] = [:]
        /// The number of attempts per call.
        public internal(set) var attempts = Histogram(bounds: RetryMetrics.attemptBounds.map { Double($0) })
        /// The delays before retries, in seconds.
        public internal(set) var delays = Histogram(bounds: RetryMetrics.delayBounds)
        /// The times from the begin of a call to its end, in seconds.
        public internal(set) var durations = Histogram(bounds: RetryMetrics.durationBounds)

        /// The number of calls that have ended.
        public var calls: Int { ends.values.reduce(0, +) }
        /// The number of attempts of the calls that have ended.
        public var attemptsMade: Int { Int(attempts.sum) }
        /// The number of retries that were decided.
        public var retries: Int { delays.count }
        /// The number of calls that ended with an accepted value.
        public var successes: Int { ends[RetryStopReason.succeeded.code] ?? 0 }
    }

    static let attemptBounds: [Int64] = [1, 2, 3, 4, 5, 7, 10, 20, 50]
    static let delayBounds = [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
    static let durationBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ]

    private let maxOperations: Int
    private let unnamed = OperationCounts()
    private let others = OperationCounts()
    private let named = Locked<[String: OperationCounts]>([:])

    /// Creates counters at zero.
    ///
    /// - Parameter maxOperations: The number of operations that are counted one by one, at least 0. Calls of further
    ///   operations, and those without a name, are in ``snapshot()`` alone.
    public init(maxOperations: Int = 100) {
        self.maxOperations = maxOperations
    }

    /// An observer that counts the events it receives.
    public var observer: RetryObserver {
        RetryObserver(MetricsReceiver(self))
    }

    /// Returns the counts of all calls up to now.
    public func snapshot() -> Snapshot {
        var snapshot = Snapshot()
        for counts in [unnamed, others] + named.withLock({ $0.values }) { counts.add(to: &snapshot) }
        return snapshot
    }

    /// Returns the counts of each operation up to now, by its name.
    public func operations() -> [String: Snapshot] {
        named.withLock { $0 }.mapValues { counts in
            var snapshot = Snapshot()
            counts.add(to: &snapshot)
            return snapshot
        }
    }

    fileprivate func counts(of operation: String?) -> OperationCounts {
        guard let operation else { return unnamed }
        return named.withLock { named in
            if let known = named[operation] { return known }
            guard named.count < maxOperations else { return others }
            let new = OperationCounts()
            named[operation] = new
            return new
        }
    }
}

private final class MetricsReceiver: EventReceiver<RetryEvent>, @unchecked Sendable {
    private let metrics: RetryMetrics

    init(_ metrics: RetryMetrics) {
        self.metrics = metrics
        super.init([])
    }

    override func receive(_ event: RetryEvent) {
        metrics.counts(of: event.operation).count(event)
    }

    override func bound(to operation: String?) -> EventReceiver<RetryEvent> {
        OperationReceiver(metrics.counts(of: operation))
    }
}

private final class OperationReceiver: EventReceiver<RetryEvent>, @unchecked Sendable {
    private let counts: OperationCounts

    init(_ counts: OperationCounts) {
        self.counts = counts
        super.init([])
    }

    override func receive(_ event: RetryEvent) {
        counts.count(event)
    }

    override func countsSuccess(after nanoseconds: Int64) -> Bool {
        counts.countSuccess(after: nanoseconds)
        return true
    }
}
