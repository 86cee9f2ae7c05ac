import RetryAsync
import RetryTesting

/// The operation of one call in each attempt, and the time of its cancellation.
///
/// Times are whole seconds: much falls on the same moment, and then the schedule decides what comes first.
struct Scenario: Sendable {
    /// The plan of one attempt.
    struct Step: Sendable {
        enum Ending: Sendable { case value, fault, cancellation }

        var seconds = 0
        var ending = Ending.fault
        /// A Boolean value that indicates whether the attempt goes on when it is cancelled.
        var isDeaf = false
    }

    var name = "call"
    var plan: Plan
    /// The attempts; the last step is repeated.
    var steps: [Step]
    var cancelledAfter: Int?
    /// A Boolean value that indicates whether limits are on a timer, and not on sleeping tasks.
    var hasTimer = false

    var policy: RetryPolicy { plan.policy }

    /// Makes the call without an observer, and returns its end if all invariants hold.
    func runUnseen(on clock: ManualClock) async throws -> String {
        let trace = Trace(clock)
        let time = CallTime(clock, hasTimer: hasTimer)
        let task = Task(executorPreference: DeterministicExecutor.current) {
            try await retry(RetryPipeline(policy: policy).clock(time.clock)) { try await perform(clock, trace) }
        }
        try await cancel(task, on: clock, trace)
        let result = await task.result
        let armed = await time.stop()
        let oracle = CallOracle(scenario: self, entries: trace.entries, result: result)
        try oracle.check()
        try oracle.require(clock.sleeperCount == 0, "no task sleeps when the call has ended")
        try oracle.require(armed == 0, "no limit is armed when the call has ended")
        return oracle.end
    }

    /// Makes the call with everything watched.
    ///
    /// The observer is the trace's own, or one that other calls have too.
    func run(
        on clock: ManualClock, sharing shared: (trace: Trace, observer: RetryObserver)? = nil
    ) async throws -> String {
        let trace = shared?.trace ?? Trace(clock)
        let time = CallTime(clock, hasTimer: hasTimer)
        let executor = RetryPipeline(policy: policy)
            .named(name)
            .observer(shared?.observer ?? trace.observer)
            .clock(time.clock)
        let task = Task(executorPreference: DeterministicExecutor.current) {
            await executor.outcome { try await perform(clock, trace) }
        }
        try await cancel(task, on: clock, trace)
        let outcome = await task.value
        let armed = await time.stop()
        let oracle = CallOracle(scenario: self, entries: trace.entries, result: Result { try outcome.get() })
        try oracle.check()
        try OutcomeOracle(call: oracle, outcome: outcome).check()
        try oracle.require(shared != nil || clock.sleeperCount == 0, "no task sleeps when the call has ended")
        try oracle.require(armed == 0, "no limit is armed when the call has ended")
        return oracle.end
    }

    private func cancel(_ task: Task<some Sendable, some Error>, on clock: ManualClock, _ trace: Trace) async throws {
        guard let cancelledAfter else { return }
        try await clock.sleep(until: .init(.seconds(cancelledAfter)))
        trace.add(.cancelled)
        task.cancel()
    }

    private func perform(_ clock: ManualClock, _ trace: Trace) async throws -> Int {
        let attempt = trace.beginAttempt()
        let step = steps[min(attempt, steps.count) - 1]
        do {
            if step.isDeaf {
                await clock.sleepDeaf(for: .seconds(step.seconds))
            } else if step.seconds > 0 {
                try await clock.sleep(for: .seconds(step.seconds))
            }
            if step.ending == .fault { throw Fault(attempt) }
            if step.ending == .cancellation { throw CancellationError() }
            trace.add(.ended(attempt, nil))
            return attempt
        } catch {
            trace.add(.ended(attempt, error))
            throw error
        }
    }
}

/// The clock of one call in a schedule, with the task that fires the limits on its timer.
private struct CallTime {
    let clock: RetryClock
    private let timer: ManualTimer?
    private let firing: Task<Void, Never>?

    init(_ clock: ManualClock, hasTimer: Bool) {
        let timer = hasTimer ? ManualTimer(clock) : nil
        self.timer = timer
        self.clock = timer?.clock ?? clock.retryClock
        firing = timer.map { timer in
            Task(executorPreference: DeterministicExecutor.current) { await timer.run() }
        }
    }

    /// Ends the task; returns the number of limits that are still armed.
    func stop() async -> Int {
        firing?.cancel()
        await firing?.value
        return timer?.timer.armedCount ?? 0
    }
}
