import Synchronization

/// The shared state of the hedged calls of one dependency: the latency quantile, the budget of hedges, and the counts.
///
/// Hedging sends a second request where the first one is slow, and takes the answer that comes first. It needs to know
/// what *slow* is: a hedger learns it from the calls that share it. Create one for each dependency; it is thread-safe.
///
/// ```swift
/// let search = Hedger(HedgePolicy(.quantile(0.95)), named: "search")
/// ```
///
/// Hedge only operations that may run twice at once: reads, and effects whose receiver deduplicates. See <doc:Hedging>.
public final class Hedger: Sendable {
    /// The policy of its calls.
    public let policy: HedgePolicy
    /// The name in events and descriptions, such as the name of the service.
    public let name: String?
    /// The budget of hedges; `nil` if the policy has none.
    public let budget: RetryBudget?

    let counters = HedgeCounters()
    /// The events; `nil` without an observer.
    let events: HedgeEvents?
    private let latency: Locked<LatencyQuantile>?
    /// The delay in nanoseconds, which is read without a lock; `.max` for no hedges of slow attempts.
    private let currentDelay: Atomic<Int64>

    /// Creates a hedger that has seen no calls.
    ///
    /// - Parameters:
    ///   - policy: The policy of its calls.
    ///   - name: The name in events and descriptions, such as the name of the service.
    ///   - clock: The time source of the budget; the system's if `nil`.
    ///   - observer: Receives an event of each hedge that starts, ends, or is suppressed.
    ///   - budgetObserver: Receives an event when the budget of hedges is exhausted, and when it has recovered.
    public init(
        _ policy: HedgePolicy = HedgePolicy(), named name: String? = nil, clock: RetryClock? = nil,
        observer: HedgeObserver? = nil, budgetObserver: RetryBudgetObserver? = nil
    ) {
        self.policy = policy
        self.name = name
        events = observer.map { HedgeEvents(of: name, for: $0) }
        budget =
            policy.budget == .unlimited
            ? nil : RetryBudget(policy.budget, named: name, clock: clock, observer: budgetObserver)
        switch policy.delay.kind {
        case .fixed(let delay):
            currentDelay = Atomic(delay)
            latency = nil
        case .never:
            currentDelay = Atomic(.max)
            latency = nil
        case .quantile(let quantile, _, _, _):
            currentDelay = Atomic(.max)
            latency = Locked(LatencyQuantile(quantile))
        }
    }
}

// MARK: Driver input

extension Hedger {
    /// A Boolean value that indicates whether it learns from latencies.
    package var measuresLatency: Bool { latency != nil }

    /// The delay of the next call, in nanoseconds; `nil` for no hedges of slow attempts.
    package var delay: Int64? {
        let delay = currentDelay.load(ordering: .relaxed)
        return delay == .max ? nil : delay
    }

    /// Records the latency of an answer, in nanoseconds.
    package func record(_ nanoseconds: Int64) {
        update { $0.record(nanoseconds) }
    }

    /// Records that an answer takes longer than a time, in nanoseconds.
    package func record(atLeast nanoseconds: Int64) {
        update { $0.record(atLeast: nanoseconds) }
    }

    private func update(_ change: (inout LatencyQuantile) -> Void) {
        guard let latency, case .quantile(_, let minimum, let floor, let ceiling) = policy.delay.kind else { return }
        latency.withLock { quantile in
            change(&quantile)
            let delay = quantile.delay(minimum: minimum, floor: floor, ceiling: ceiling)
            currentDelay.store(delay ?? .max, ordering: .relaxed)
        }
    }
}

// MARK: State

extension Hedger {
    /// The state of a hedger at one moment, for dashboards and tests.
    public struct Snapshot: Sendable, Hashable {
        /// The name of the hedger.
        public let name: String?
        /// The policy of its calls.
        public let policy: HedgePolicy
        /// The delay after which a slow attempt is hedged; `nil` if none is: by the policy, before the minimum number of
        /// calls, or above the ceiling.
        public let delay: Duration?
        /// The number of latencies that the quantile has learned from; zero for other delays.
        public let latencies: Int
        /// The counts of its calls.
        public let counts: HedgeCounts
        /// The state of the budget of hedges; `nil` if there is none.
        public let budget: RetryBudget.Snapshot?
    }

    /// Returns the delay and the counts.
    ///
    /// - Returns: The state at this moment.
    public func snapshot() -> Snapshot {
        Snapshot(
            name: name, policy: policy, delay: delay.map { .nanoseconds($0) },
            latencies: Int(latency?.withLock { $0.count } ?? 0), counts: counters.counts, budget: budget?.snapshot())
    }
}

extension Hedger: CustomStringConvertible, CustomDebugStringConvertible {
    /// The state in one line, such as `hedger search: after 11.8ms, 5 % extra load, 12 of 1000 calls won by a hedge`.
    public var description: String { "hedger \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}

extension Hedger.Snapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the state in one line: `search: after 11.8ms, 5 % extra load, 12 of 1000 calls won by a hedge`.
    public var description: String {
        var text = name.map { "\($0): " } ?? ""
        text += delay.map { $0 == .zero ? "at once" : "after \($0.text)" } ?? "no hedges of slow attempts"
        text += ", \(counts.extraLoad.percent) extra load"
        text += ", \(counts.hedges.won) of \(counts.primaries.started.of("call")) won by a hedge"
        return counts.suppressed == 0 ? text : text + ", \(counts.suppressed.of("hedge")) suppressed"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}
