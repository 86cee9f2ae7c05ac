/// Thread-safe metrics of calls: counters and histograms, fed by an observer.
///
/// ```swift
/// let metrics = RetryMetrics()
/// let api = RetryPipeline(policy: .api).observer(metrics.observer)
/// // later, for a dashboard:
/// let now = metrics.snapshot()
/// print(now.calls, now.retries, now.attempts.quantile(0.99) ?? 0)
/// ```
///
/// One object can observe any number of pipelines at once. Its memory does not grow with the calls.
public final class RetryMetrics: Sendable {
    /// The counts up to a moment.
    public struct Snapshot: Sendable, Hashable {
        /// The number of calls that have ended.
        public fileprivate(set) var calls = 0
        /// The number of attempts that have started.
        public fileprivate(set) var attemptsStarted = 0
        /// The number of retries that were decided.
        public fileprivate(set) var retries = 0
        /// The number of calls that ended for each reason, by the reason's code.
        public fileprivate(set) var ends: [String: Int] = [:]
        /// The number of failures of each class.
        public fileprivate(set) var failures: [ErrorClass: Int] = [:]
        /// The number of attempts per call.
        public fileprivate(set) var attempts = Histogram(bounds: [1, 2, 3, 4, 5, 7, 10, 20, 50])
        /// The delays before retries, in seconds.
        public fileprivate(set) var delays = Histogram(
            bounds: [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300])

        /// The number of calls that ended with an accepted value.
        public var successes: Int { ends[StopReason.succeeded.code] ?? 0 }
    }

    private let state = Locked(Snapshot())

    /// Creates counters at zero.
    public init() {}

    /// An observer that counts the events it receives.
    public var observer: RetryObserver {
        RetryObserver { self.count($0) }
    }

    /// Returns the counts up to now.
    public func snapshot() -> Snapshot {
        state.withLock { $0 }
    }

    private func count(_ event: RetryEvent) {
        state.withLock { counts in
            if let reason = event.stopReason {
                counts.calls += 1
                counts.ends[reason.code, default: 0] += 1
                counts.attempts.add(Double(event.attempt))
            } else if event.kind == .attempt {
                counts.attemptsStarted += 1
            } else if event.kind == .retry {
                counts.retries += 1
                counts.delays.add(event.delay.inSeconds)
            }
            // Custom classes may be made from anything: their number is bounded.
            if let errorClass = event.errorClass, counts.failures[errorClass] != nil || counts.failures.count < 256 {
                counts.failures[errorClass, default: 0] += 1
            }
        }
    }
}
