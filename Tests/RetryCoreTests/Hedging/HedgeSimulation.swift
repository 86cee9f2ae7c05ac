import RetryCore
import RetryTesting
import Synchronization

/// A clock that a simulation sets.
final class SimulatedClock: Clock, Sendable {
    typealias Instant = ManualClock.Instant

    private let nanoseconds = Atomic<Int64>(0)

    var now: Instant { Instant(.nanoseconds(nanoseconds.load(ordering: .relaxed))) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}

    func set(_ time: Int64) {
        nanoseconds.store(time, ordering: .relaxed)
    }
}

/// Hedged calls in virtual time: the events of many calls in one order.
final class HedgeSimulation {
    /// The answer of the service to one attempt.
    struct Answer {
        /// The nanoseconds that it takes; `nil` for an attempt that never ends.
        var latency: Int64?
        var failure: HedgeStateMachine.Failure?

        static func success(after milliseconds: Double) -> Answer { Answer(latency: Int64(milliseconds * 1e6)) }

        static func failure(after milliseconds: Double, _ failure: HedgeStateMachine.Failure) -> Answer {
            Answer(latency: Int64(milliseconds * 1e6), failure: failure)
        }

        static let none = Answer()
    }

    /// One call.
    struct Call {
        var call: HedgeCall
        let arrival: Int64
        var deadline = Int64.max
        var starts: [Int64] = []
        var end: HedgeEnd?
        var endTime: Int64 = 0
        /// The attempts that ran at the end.
        var losers: [Int] = []
        var startsAfterEnd = 0
        /// The time of the timer that is armed.
        var timer: Int64?

        var latency: Int64 { endTime - arrival }
    }

    private enum Kind {
        case arrival
        case end(attempt: Int, HedgeStateMachine.Failure?)
        case timer, cancel, limit
    }

    private struct Event {
        let time: Int64
        let rank: UInt64
        let call: Int
        let kind: Kind

        func precedes(_ other: Event) -> Bool { (time, rank) < (other.time, other.rank) }
    }

    let clock: SimulatedClock
    let hedger: Hedger
    let budget: RetryBudget?
    private(set) var calls: [Call] = []
    private(set) var now: Int64 = 0
    private var heap: [Event] = []
    private var ranks: UInt64 = 0
    /// Decides the order of events of the same time; they come in the order of their making if `nil`.
    var chance: SeededGenerator?
    private let answer: (_ call: Int, _ attempt: Int, _ now: Int64) -> Answer
    /// The guards in front of each attempt.
    var admits: (_ call: Int, _ attempt: Int) -> Bool = { _, _ in true }

    init(
        _ policy: HedgePolicy, clock: SimulatedClock = SimulatedClock(), budget: RetryBudget? = nil,
        budgetObserver: RetryBudgetObserver? = nil,
        answer: @escaping (_ call: Int, _ attempt: Int, _ now: Int64) -> Answer
    ) {
        self.clock = clock
        self.budget = budget
        self.answer = answer
        hedger = Hedger(policy, clock: RetryClock(clock), budgetObserver: budgetObserver)
    }

    /// A simulation of one call, whose attempts get the answers in turn.
    convenience init(_ policy: HedgePolicy, budget: RetryBudget? = nil, _ answers: Answer...) {
        self.init(policy, budget: budget) { _, attempt, _ in answers[attempt - 1] }
        arrives(at: 0)
    }

    // MARK: Input

    /// Lets a call arrive, and cancels or limits it at a time, if there is one.
    func arrives(at time: Int64, deadline: Int64 = .max, cancelledAt: Int64? = nil, limitedAt: Int64? = nil) {
        let index = calls.count
        // The shared state is read when the call begins.
        calls.append(Call(call: HedgeCall(hedger, budget: budget), arrival: time, deadline: deadline))
        add(time, index, .arrival)
        if let cancelledAt { add(cancelledAt, index, .cancel) }
        if let limitedAt { add(limitedAt, index, .limit) }
    }

    /// Runs until nothing is left to do.
    func run() -> HedgeSimulation {
        while let event = takeFirst() {
            now = event.time
            clock.set(now)
            handle(event)
        }
        return self
    }

    /// Runs the one call there is.
    func runCall() -> Call { run().calls[0] }

    // MARK: Driver

    private func handle(_ event: Event) {
        let index = event.call
        let step: HedgeStep
        switch event.kind {
        case .arrival:
            if calls[index].end == nil { calls[index].call = HedgeCall(hedger, budget: budget) }
            step = calls[index].call.begins(at: now, deadline: calls[index].deadline)
        case .end(let attempt, nil): step = calls[index].call.succeeded(attempt, at: now)
        case .end(let attempt, let failure?): step = calls[index].call.failed(attempt, failure, at: now)
        case .timer:
            guard calls[index].timer == event.time else { return }
            calls[index].timer = nil
            step = calls[index].call.timerFired(at: now)
        case .cancel: step = calls[index].call.cancelled(at: now)
        case .limit: step = calls[index].call.timedOut(at: now)
        }
        obey(step, index)
    }

    private func obey(_ first: HedgeStep, _ index: Int) {
        var step = first
        while case .start(let attempt) = step {
            guard admits(index, attempt) else {
                step = calls[index].call.rejected(at: now)
                continue
            }
            step = calls[index].call.started(at: now)
            calls[index].starts.append(now)
            if calls[index].end != nil { calls[index].startsAfterEnd += 1 }
            let answer = answer(index, attempt, now)
            if let latency = answer.latency {
                add(now.saturatingAdd(latency), index, .end(attempt: attempt, answer.failure))
            }
        }
        switch step {
        case .start: break
        case .wait(let time):
            calls[index].timer = time
            if let time { add(time, index, .timer) }
        case .finish(let end):
            calls[index].timer = nil
            if calls[index].end == nil {
                calls[index].end = end
                calls[index].endTime = now
                calls[index].losers = (1...5).filter { calls[index].call.machine.isRunning($0) }
            }
        }
    }

    // MARK: Events in order

    private func add(_ time: Int64, _ call: Int, _ kind: Kind) {
        ranks += 1
        let rank = chance?.next() ?? ranks
        heap.append(Event(time: time, rank: rank, call: call, kind: kind))
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func takeFirst() -> Event? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            if least == parent { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

extension HedgeCounts {
    /// A Boolean value that indicates whether every attempt of calls that have ended is accounted for.
    var addsUp: Bool { primaries.running == 0 && hedges.running == 0 }
}
