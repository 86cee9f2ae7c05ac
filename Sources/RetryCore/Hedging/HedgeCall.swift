/// One hedged call from its beginning to its end: the state machine, with the budgets, the counts and the latency.
///
/// Drivers differ in how they run attempts and how they wait; all else is here. They report each input with the time in
/// nanoseconds, and obey the step that it returns, as for a ``HedgeStateMachine``. A hedge is paid for before its step is
/// returned, from the hedger's own budget and from the one that the calls share with retries. If it does not start, both
/// are given back.
package struct HedgeCall {
    package private(set) var machine: HedgeStateMachine
    private let hedger: Hedger
    private let budget: RetryBudget?
    /// The payment for the hedge that the last step asked for.
    private var pending: Payment?
    /// The payments for the hedges that started, in their order.
    private var payments: [Payment] = []
    /// The failures for which a throttle has not been charged.
    private var openFailures = 0
    private var isSettled = false
    /// True if a time limit ended the call, rather than the caller.
    private var isTimedOut = false

    private struct Payment {
        var own: RetryBudget.Withdrawal?
        var shared: RetryBudget.Withdrawal?
    }

    /// Creates a call that has not begun.
    ///
    /// - Parameters:
    ///   - hedger: The shared state of its dependency.
    ///   - budget: The budget that its hedges share with retries.
    package init(_ hedger: Hedger, budget: RetryBudget? = nil) {
        self.hedger = hedger
        self.budget = budget
        let delay = hedger.delay
        machine = HedgeStateMachine(
            policy: hedger.policy, delay: delay, expectedTime: hedger.measuresLatency ? delay ?? 0 : 0)
    }
}

// MARK: Driver input

extension HedgeCall {
    /// The call begins.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - deadline: The time at which a limit outside the call ends it; `.max` if none does.
    /// - Returns: The next step.
    package mutating func begins(at now: Int64, deadline: Int64 = .max) -> HedgeStep {
        next(machine.begins(at: now, deadline: deadline), at: now)
    }

    /// The attempt that the last step asked for starts.
    package mutating func started(at now: Int64) -> HedgeStep {
        let before = machine.startCount
        let step = machine.started(at: now)
        let attempt = machine.startCount
        if attempt > before {
            hedger.counters.started(attempt)
            if attempt > 1 { hedger.events?.note(.started, attempt, elapsed: machine.elapsed(1, at: now)) }
            if let payment = pending.take() { payments.append(payment) }
            if attempt == 1 { hedger.budget?.callStarts() }
        }
        return next(step, at: now)
    }

    /// A guard rejected the attempt that the last step asked for.
    package mutating func rejected(at now: Int64) -> HedgeStep {
        if machine.isStarting, machine.startCount > 0 { suppressed(.rejected) }
        giveBack()
        return next(machine.suppressed(at: now), at: now)
    }

    /// The timer fired.
    package mutating func timerFired(at now: Int64) -> HedgeStep {
        next(machine.timerFired(at: now), at: now)
    }

    /// An attempt failed.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt.
    ///   - failure: The meaning of the failure for the other attempts.
    ///   - isTimeLimit: Pass `true` if a time limit of the attempt's own ended it: its answer takes longer than that.
    ///   - now: The time.
    /// - Returns: The next step.
    package mutating func failed(
        _ attempt: Int, _ failure: HedgeStateMachine.Failure, isTimeLimit: Bool = false, at now: Int64
    ) -> HedgeStep {
        if machine.end == nil, machine.isRunning(attempt) {
            ended(attempt, .failed, at: now)
            if isTimeLimit, hedger.measuresLatency { hedger.record(atLeast: machine.elapsed(attempt, at: now)) }
            if failure != .fatal { openFailures += 1 }
        }
        return next(machine.failed(attempt, failure, at: now), at: now)
    }

    /// An attempt succeeded.
    package mutating func succeeded(_ attempt: Int, at now: Int64) -> HedgeStep {
        next(machine.succeeded(attempt, at: now), at: now)
    }

    /// The caller cancelled the call.
    package mutating func cancelled(at now: Int64) -> HedgeStep {
        next(machine.cancelled(at: now), at: now)
    }

    /// A time limit of the caller ended the call.
    package mutating func timedOut(at now: Int64) -> HedgeStep {
        if machine.end == nil { isTimedOut = true }
        return next(machine.cancelled(at: now), at: now)
    }
}

// MARK: Details

extension HedgeCall {
    /// Pays for a hedge that is to start, and settles a call that has ended.
    private mutating func next(_ first: HedgeStep, at now: Int64) -> HedgeStep {
        var step = first
        while case .start(let attempt) = step, attempt > 1, pending == nil {
            if pay() { return step }
            suppressed(.budget)
            step = machine.suppressed(at: now)
        }
        if case .start = step { return step }
        giveBack()
        if case .finish(let end) = step, !isSettled { settle(end, at: now) }
        return step
    }

    /// Withdraws a hedge from both budgets, or from none.
    private mutating func pay() -> Bool {
        let own = hedger.budget?.withdrawHedge()
        if hedger.budget != nil, own == nil { return false }
        let shared = budget?.withdrawHedge(after: openFailures)
        if budget != nil, shared == nil {
            if let own { hedger.budget?.giveBack(own) }
            return false
        }
        openFailures = 0
        pending = Payment(own: own, shared: shared)
        return true
    }

    private mutating func giveBack() {
        guard let payment = pending.take() else { return }
        if let own = payment.own { hedger.budget?.giveBack(own) }
        if let shared = payment.shared { budget?.giveBack(shared) }
    }

    /// The payment for the hedge that won.
    private var payment: Payment? {
        guard case .success(let attempt) = machine.end, attempt > 1, attempt - 2 < payments.count else { return nil }
        return payments[attempt - 2]
    }

    /// Counts the end of an attempt, and reports that of a hedge.
    private func ended(_ attempt: Int, _ end: HedgeCounters.End, at now: Int64) {
        hedger.counters.ended(attempt, end)
        if attempt > 1 { hedger.events?.note(end.kind, attempt, elapsed: machine.elapsed(attempt, at: now)) }
    }

    /// Counts and reports a hedge that was due and does not start.
    private func suppressed(_ reason: HedgeSuppression) {
        hedger.counters.suppressed(reason)
        hedger.events?.note(.suppressed(reason), machine.startCount + 1)
    }

    private mutating func settle(_ end: HedgeEnd, at now: Int64) {
        isSettled = true
        if case .success(let winner) = end {
            ended(winner, .won, at: now)
            hedger.budget?.succeeded(after: payment?.own)
            // The call that the group is part of records its success itself; only a quota returns what was paid.
            if let shared = payment?.shared, budget?.rules.kind == .quota { budget?.succeeded(after: shared) }
            if hedger.measuresLatency { hedger.record(machine.elapsed(winner, at: now)) }
        }
        settleOthers(end, at: now)
        for _ in 0..<machine.deadlineSuppressions { suppressed(.deadline) }
        // The call that the group is part of charges for the last failure itself.
        if end == .allFailed { openFailures -= 1 }
        while openFailures > 0 {
            budget?.failed(.transient)
            openFailures -= 1
        }
    }

    /// Counts the attempts that run at the end of the call, and records how long they have run.
    private func settleOthers(_ end: HedgeEnd, at now: Int64) {
        var isSuperseded = false
        if case .success = end { isSuperseded = true }
        for attempt in 1...5 where machine.isRunning(attempt) {
            ended(attempt, end == .cancelled ? .cancelled : .lost, at: now)
            if isSuperseded || isTimedOut, hedger.measuresLatency {
                hedger.record(atLeast: machine.elapsed(attempt, at: now))
            }
        }
    }
}
