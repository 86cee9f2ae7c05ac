import Synchronization

/// The counts of the hedged calls of one ``Hedger``.
///
/// They add up: each attempt that started has won, lost, failed, was cancelled, or still runs.
public struct HedgeCounts: Sendable, Hashable {
    /// The counts of the primaries, or of the hedges.
    public struct Attempts: Sendable, Hashable {
        /// The number of attempts that started.
        public internal(set) var started = 0
        /// The number of attempts whose success ended their call.
        public internal(set) var won = 0
        /// The number of attempts that were cancelled because another one ended the call.
        public internal(set) var lost = 0
        /// The number of attempts that failed before their call ended, or ended it by their failure.
        public internal(set) var failed = 0
        /// The number of attempts that were cancelled with their call, by the caller or a time limit.
        public internal(set) var cancelled = 0

        /// The number of attempts that still run.
        public var running: Int { started - won - lost - failed - cancelled }
    }

    /// The first attempts of the calls: one for each call.
    public internal(set) var primaries = Attempts()
    /// The other attempts.
    public internal(set) var hedges = Attempts()
    /// The number of hedges that a budget refused.
    public internal(set) var suppressedByBudget = 0
    /// The number of hedges that a guard rejected, such as an open circuit breaker.
    public internal(set) var suppressedByGuards = 0
    /// The number of hedges for which the deadline left too little time.
    public internal(set) var suppressedByDeadline = 0

    package init() {}

    /// The number of hedges that were due and did not start.
    public var suppressed: Int { suppressedByBudget + suppressedByGuards + suppressedByDeadline }

    /// The load that hedges add, as a share of the calls: 0.05 is 5 % more requests.
    public var extraLoad: Double {
        primaries.started == 0 ? 0 : Double(hedges.started) / Double(primaries.started)
    }
}

/// The counters that any number of calls add to without a lock.
final class HedgeCounters: Sendable {
    /// The end of an attempt.
    enum End {
        case won, lost, failed, cancelled

        /// The kind of its event.
        var kind: HedgeEvent.Kind {
            switch self {
            case .won: .won
            case .lost: .lost
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }
    }

    /// The counters of the primaries, or of the hedges.
    private final class Attempts: Sendable {
        let started = Atomic(0)
        let won = Atomic(0)
        let lost = Atomic(0)
        let failed = Atomic(0)
        let cancelled = Atomic(0)

        // An end is published after its start, and read before it: a snapshot never has more ends than starts.
        var counts: HedgeCounts.Attempts {
            var counts = HedgeCounts.Attempts()
            counts.won = won.load(ordering: .acquiring)
            counts.lost = lost.load(ordering: .acquiring)
            counts.failed = failed.load(ordering: .acquiring)
            counts.cancelled = cancelled.load(ordering: .acquiring)
            counts.started = started.load(ordering: .relaxed)
            return counts
        }
    }

    private let primaries = Attempts()
    private let hedges = Attempts()
    private let byBudget = Atomic(0)
    private let byGuards = Atomic(0)
    private let byDeadline = Atomic(0)

    func started(_ attempt: Int) {
        attempts(attempt).started.add(1, ordering: .relaxed)
    }

    func ended(_ attempt: Int, _ end: End) {
        let attempts = attempts(attempt)
        switch end {
        case .won: attempts.won.add(1, ordering: .releasing)
        case .lost: attempts.lost.add(1, ordering: .releasing)
        case .failed: attempts.failed.add(1, ordering: .releasing)
        case .cancelled: attempts.cancelled.add(1, ordering: .releasing)
        }
    }

    func suppressed(_ reason: HedgeSuppression) {
        switch reason {
        case .budget: byBudget.add(1, ordering: .relaxed)
        case .rejected: byGuards.add(1, ordering: .relaxed)
        case .deadline: byDeadline.add(1, ordering: .relaxed)
        }
    }

    var counts: HedgeCounts {
        var counts = HedgeCounts()
        counts.hedges = hedges.counts
        counts.primaries = primaries.counts
        counts.suppressedByBudget = byBudget.load(ordering: .relaxed)
        counts.suppressedByGuards = byGuards.load(ordering: .relaxed)
        counts.suppressedByDeadline = byDeadline.load(ordering: .relaxed)
        return counts
    }

    private func attempts(_ attempt: Int) -> Attempts { attempt == 1 ? primaries : hedges }
}
