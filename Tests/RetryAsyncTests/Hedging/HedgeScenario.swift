import RetryAsync
import RetryCore
import RetryTesting

/// One hedged call whose attempts follow plans, and the trace of it.
struct HedgeScenario: Sendable {
    /// The behavior of one attempt: the time that it takes, and its end.
    struct Plan: Sendable {
        var milliseconds: Int
        var error: (any Error & Sendable)?
        /// A Boolean value that indicates whether the attempt goes on when it is cancelled.
        var isDeaf = false
        /// A time limit of the attempt's own, in milliseconds.
        var limit: Int?
    }

    enum Note: Sendable, Equatable {
        case started(Int)
        case ended(Int, sawCancellation: Bool)
        case cancelled
        case returned
        case discarded(Int)
    }

    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    let hedger: Hedger
    var pipeline = RetryPipeline.once
    var plans: [Plan]
    var cancelledAfter: Int?
    /// The observer of the calls that attempts with a limit make.
    var innerObserver: RetryObserver?
    let trace = Log<Note>()

    init(_ hedger: Hedger, _ plans: Plan...) {
        self.init(hedger, plans: plans)
    }

    init(_ hedger: Hedger, plans: [Plan]) {
        self.hedger = hedger
        self.plans = plans
    }

    /// Makes the call; returns its end, such as `value 2`.
    func run(on clock: ManualClock) async -> String {
        let task = Task(executorPreference: DeterministicExecutor.current) {
            try await hedge(
                hedger, through: pipeline.clock(clock.retryClock), discard: { trace.add(.discarded($0)) },
                operation: { try await perform($0.number, clock) })
        }
        if let cancelledAfter {
            try? await clock.sleep(for: .milliseconds(cancelledAfter))
            trace.add(.cancelled)
            task.cancel()
        }
        let result = await task.result
        trace.add(.returned)
        switch result {
        case .success(let number): return "value \(number)"
        case .failure(let error as Fault): return "Fault \(error.number)"
        case .failure(let error): return "\(type(of: error))"
        }
    }

    private func perform(_ number: Int, _ clock: ManualClock) async throws -> Int {
        trace.add(.started(number))
        defer { trace.add(.ended(number, sawCancellation: Task.isCancelled)) }
        let plan = plans[min(number, plans.count) - 1]
        if let limit = plan.limit {
            let own = RetryPipeline(policy: .once.attemptTimeout(.milliseconds(limit)))
            try await retry(own.clock(clock.retryClock).observer(innerObserver ?? RetryObserver { _ in })) {
                try await clock.sleep(for: .milliseconds(plan.milliseconds))
            }
        } else if plan.isDeaf {
            await clock.sleepDeaf(for: .milliseconds(plan.milliseconds))
        } else if plan.milliseconds > 0 {
            try await clock.sleep(for: .milliseconds(plan.milliseconds))
        }
        if let error = plan.error { throw error }
        return number
    }

    // MARK: Results

    /// The numbers of the attempts that started.
    var started: [Int] {
        trace.events.compactMap { if case .started(let number) = $0 { number } else { nil } }
    }

    /// The attempts that started after the caller's cancellation.
    var startedAfterCancellation: [Int] {
        trace.events.drop { $0 != .cancelled }.compactMap { if case .started(let number) = $0 { number } else { nil } }
    }

    func require(_ isTrue: Bool, _ what: String) throws {
        guard isTrue else { throw Violation(description: "\(what): \(trace.events), \(hedger)") }
    }

    /// Checks what holds for every call that has ended.
    func checkEnd(_ clock: ManualClock) throws {
        let notes = trace.events
        let ended = notes.compactMap { if case .ended(let number, _) = $0 { number } else { nil } }
        try require(notes.last == .returned && ended.sorted() == started.sorted(), "all attempts end before the call")
        try require(clock.sleeperCount == 0, "nothing sleeps at the end")
        let counts = hedger.snapshot().counts
        try require(counts.primaries.running == 0 && counts.hedges.running == 0, "no attempt is lost from the counts")
    }
}
