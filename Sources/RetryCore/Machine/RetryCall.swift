/// One call from its first attempt to its end: the machine, with everything around it.
///
/// Drivers differ in how they run an attempt and how they wait. All else is here: the classifier is asked, the clock
/// read, the machine asked, the events are reported, the error to throw is chosen.
///
/// A call belongs to the one driver that makes it; it is a class only so that passing it on copies nothing.
@usableFromInline
package final class RetryCall {
    // One task at a time touches a call: checking that at run time would cost as much as the decisions.
    @exclusivity(unchecked) package private(set) var state: RetryStateMachine
    @exclusivity(unchecked) package private(set) var timeline: AttemptTimeline?
    let setup: CallSetup
    private let guards: GuardedCall?
    @exclusivity(unchecked) private var start: Int64
    /// The time since which the caller does something else; `nil` while the call goes on.
    @exclusivity(unchecked) private var pausedAt: Int64?
    private let needsTime: Bool
    /// The number of the call in the process; 0 until it matters.
    @exclusivity(unchecked) private var number: UInt64
    @exclusivity(unchecked) private var eventCount: Int
    /// The retries before the last restart.
    @exclusivity(unchecked) private var earlierRetries = 0
    /// The last error of the operation itself: what the caller sees in preference to the library's own errors.
    @exclusivity(unchecked) private var operationError: (any Error)?
    @exclusivity(unchecked) private var ownError: (any Error)?
    /// The error of the last event, for the event that ends the wait after it.
    @exclusivity(unchecked) private var toldError: (any Error)?
    /// True if the operation has failed by itself, and not because a guard further in rejected it.
    @exclusivity(unchecked) private var hasFailed = false
    /// True if the driver notifies the caller of retries.
    private let tellsCaller: Bool
    /// The scope of the last repeated attempt.
    @exclusivity(unchecked) private var scope: CallScope?
    /// The turn in the queue of a guard that the call waits for.
    @exclusivity(unchecked) private var turn: GuardTurn?
    /// True if the driver blocks its thread for a turn.
    @exclusivity(unchecked) package var blocks = false
    /// True if the caller cancelled the call; a call also ends as cancelled by an error that says so.
    @exclusivity(unchecked) private var callerCancelled = false

    /// Creates a call whose first attempt starts, or has just run.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - setup: The settings that a first attempt does not need.
    ///   - guards: The guards; none if `nil`.
    ///   - start: The start of its first attempt; now unless given.
    ///   - recordsTimeline: Pass `true` to record each attempt.
    ///   - tellsCaller: Pass `true` if the driver notifies the caller of retries.
    @usableFromInline
    package init(
        policy: consuming RetryPolicy, setup: CallSetup, guards: GuardedCall? = nil, start: CallStart = CallStart(),
        recordsTimeline: Bool = false, tellsCaller: Bool = false
    ) {
        self.tellsCaller = tellsCaller
        state = RetryStateMachine(policy: policy)
        self.guards = guards
        timeline = recordsTimeline ? AttemptTimeline() : nil
        needsTime = state.storage.hasDeadline || setup.observer != nil || recordsTimeline
        self.start = start.time ?? (needsTime ? setup.clock.nanoseconds : 0)
        number = start.number
        eventCount = start.isObserved ? 1 : 0
        self.setup = setup
    }

    /// Creates the call of a pipeline.
    package convenience init(
        _ pipeline: RetryPipeline, start: CallStart = CallStart(), recordsTimeline: Bool = false,
        tellsCaller: Bool = false
    ) {
        self.init(
            policy: pipeline.policy, setup: pipeline.setup, guards: pipeline.guardedCall(), start: start,
            recordsTimeline: recordsTimeline, tellsCaller: tellsCaller)
    }

    /// Creates the call of a pipeline whose first attempt has failed, or was not admitted.
    package convenience init(_ pipeline: RetryPipeline, after first: FirstAttempt) {
        self.init(
            policy: pipeline.policy, setup: pipeline.setup, guards: pipeline.guardedCall(first.tickets),
            start: first.start)
    }

    /// The clock of the call.
    @usableFromInline package var clock: RetryClock { setup.clock }

    /// The caller's classifier.
    package var classifier: ErrorClassifier? { setup.classifier }

    /// The chaos of the call, which goes around the operation of each attempt; mostly `nil`.
    package var chaos: ChaosInjector? { setup.chaos }

    /// The name of the operation.
    package var operation: String? { setup.name }

    /// The time since the call began, in nanoseconds; zero where it plays no part, as in most calls: hence inlined.
    @inline(__always)
    package var elapsed: Int64 {
        needsTime ? max(0, (pausedAt ?? setup.clock.nanoseconds).saturatingAdd(-start)) : 0
    }

    /// The error that the call ends with.
    ///
    /// A caller that cancelled gets a `CancellationError`; an operation that ended by another cancellation, its own error.
    @usableFromInline package var error: any Error {
        callerCancelled ? CancellationError() : operationError ?? ownError ?? CancellationError()
    }

    /// True if an observer or a closure of the caller's is notified of retries.
    package var isWatched: Bool { setup.observer != nil || setup.onRetry != nil || tellsCaller }

    /// True if the call ended because it was cancelled.
    @usableFromInline package var isCancelled: Bool { state.stopReason == .cancelled }
}

@available(*, unavailable)
extension RetryCall: Sendable {}

// MARK: Driver input

extension RetryCall {
    /// The call begins.
    package func begins() -> Step {
        guards == nil ? .attempt : askGuards()
    }

    /// An attempt starts.
    @usableFromInline package func attemptStarts() {
        emit(.attempt)
    }

    /// The attempt returned a value that was accepted.
    @usableFromInline package func attemptSucceeded() {
        guards?.succeeded()
        state.succeeded()
        record(elapsed: elapsed)
        emit(.stop(.succeeded))
    }

    /// The operation threw.
    ///
    /// The last error is what the caller sees; but the one before it if a guard further in rejected the attempt.
    @usableFromInline package func attemptThrew(_ error: any Error) -> Step {
        attemptThrew(error) { _ in }
    }

    private func attemptThrew(_ error: any Error, _ onRetry: (RetryNotice) -> Void) -> Step {
        if setup.isCancelled { return endCancelled(byCaller: true, error: error) }
        let evidence = setup.evidence(of: error)
        if !evidence.isRejection || !hasFailed { operationError = error }
        hasFailed = hasFailed || !evidence.isRejection
        if evidence.isCancellation { return endCancelled(byCaller: false, error: error) }
        let isAdmitted = setup.condition?.contains(error) ?? true
        return decide(evidence, error: error, isAdmitted: isAdmitted, onRetry)
    }

    /// The attempt failed; the caller is notified if a retry follows.
    @usableFromInline
    package func attemptFailed(_ failure: AttemptFailure, onRetry: (RetryNotice) -> Void = { _ in }) -> Step {
        switch failure {
        case .thrown(let error):
            return attemptThrew(error, onRetry)
        case .rejected(let classification):
            if setup.isCancelled { return endCancelled(byCaller: true, error: nil) }
            return decide(ErrorEvidence(classification), error: nil, onRetry)
        case .timedOut(let limit):
            let timeout = state.storage.settings.attemptTimeout
            return attemptCutOff(AttemptTimeoutError(timeout: .nanoseconds(timeout)), limit, onRetry)
        case .interrupted(let limit):
            if !setup.isCancelled { state.stop(.deadlineExceeded) }
            return attemptCutOff(timeError, limit, onRetry)
        }
    }

    private func attemptCutOff(_ error: any Error, _ limit: Int64, _ onRetry: (RetryNotice) -> Void) -> Step {
        ownError = error
        if setup.isCancelled { return endCancelled(byCaller: true, error: error) }
        var evidence = ErrorEvidence(.transient)
        evidence.cutOff = .nanoseconds(limit)
        return decide(setup.judged(evidence, of: error), error: error, onRetry)
    }

    /// The wait is over, or was cancelled.
    @usableFromInline package func waitEnded() -> Step {
        if setup.isCancelled {
            callerCancelled = true
            state.cancelled()
        }
        guard state.mayStart(elapsed: elapsed) else {
            guards?.giveBack()
            if state.stopReason == .deadlineExceeded { ownError = ownError ?? timeError }
            emitStop(error: toldError)
            return .end
        }
        let isRetry = hasStarted
        let step = begins()
        if step == .attempt, isRetry { state.retryStarts() }
        return step
    }

    /// The turn in the queue of a guard that the wait is for, once; `nil` if it is for the time alone.
    package func takeTurn() -> GuardTurn? { turn.take() }

    /// True if a retry without a wait yields to other tasks first: each eighth does, or a loop of failures would keep
    /// its actor to itself.
    @usableFromInline package var yields: Bool { (state.attempt &+ earlierRetries) & 7 == 0 }

    /// The clock threw an error of its own in place of waiting: no further attempt can start.
    @usableFromInline package func waitFailed() {
        state.stop(.waitFailed)
        guards?.giveBack()
        emitStop(error: toldError)
    }

    /// The operation threw where it cannot be repeated: the call ends, whatever the class of the error.
    package func attemptThrew(_ error: any Error, stopping reason: RetryStopReason) {
        if !setup.isCancelled, !isCancellation(error, by: classifier) { state.stop(reason) }
        _ = attemptThrew(error)
    }

    /// The call of a sequence goes on as a new one: its attempts, limits and time start again.
    ///
    /// - Parameter keepsGrowing: Whether the waits go on growing from where they are.
    package func restart(keepsGrowing: Bool) {
        earlierRetries &+= state.attempt - 1
        state.restart(keepsGrowing: keepsGrowing)
        start = needsTime ? setup.clock.nanoseconds : 0
        eventCount = 0
        number = 0
        hasFailed = false
        operationError = nil
        ownError = nil
        toldError = nil
    }

    /// The time stands still until ``resume()``: the caller does something else.
    package func pause() {
        if state.storage.hasDeadline { pausedAt = setup.clock.nanoseconds }
    }

    /// The time goes on after ``pause()``.
    package func resume() {
        guard let pausedAt else { return }
        start = start.saturatingAdd(max(0, setup.clock.nanoseconds.saturatingAdd(-pausedAt)))
        self.pausedAt = nil
    }

    /// A manual loop was left without a decision.
    package func abandon() {
        guard state.stopReason == nil else { return }
        state.stop(.abandoned)
        guards?.abandoned()
        emitStop(error: toldError)
    }

    /// The number of the attempt that starts, and the time that it has.
    @usableFromInline package var attempt: RetryAttempt {
        // The last attempt of a truncated wait starts at the deadline, and has no limit but its own.
        let left = min(state.storage.settings.attemptTimeout, state.isLastChance ? .max : timeLeft)
        return RetryAttempt(
            number: state.attempt, maxAttempts: state.storage.settings.maxAttempts,
            remaining: left == .max ? nil : .nanoseconds(left))
    }

    /// The scope of the attempt that starts, for the calls within it; `nil` for a first attempt, which costs nothing.
    @usableFromInline package func nextScope() -> CallScope? {
        guard state.attempt &+ earlierRetries > 1 else { return nil }
        let end = start.saturatingAdd(state.storage.settings.deadline)
        let bounds = state.storage.hasDeadline && !state.isLastChance
        let deadline = bounds ? RetryDeadline(nanoseconds: end, clock: setup.clock) : nil
        let scope = CallScope(name: setup.name, attempt: state.attempt &+ earlierRetries, deadline: deadline)
        self.scope = scope
        return scope
    }

    /// The limit of the attempt that starts; `nil` for none.
    @usableFromInline package var timeLimit: AttemptLimit? {
        state.storage.isPlain ? nil : state.storage.settings.attemptLimit(elapsed: elapsed)
    }

    /// The limit that the deadline is, if it interrupts.
    package var interruption: AttemptLimit? { state.storage.settings.interruption(elapsed: elapsed) }

    /// The time up to the deadline, in nanoseconds; `.max` without one.
    private var timeLeft: Int64 {
        state.storage.hasDeadline ? max(0, state.storage.settings.deadline.saturatingAdd(-elapsed)) : .max
    }
}

// MARK: Details

extension RetryCall {
    /// True once the first attempt was admitted.
    package var hasStarted: Bool { guards?.hasStarted ?? true }

    /// True on a thread of the tasks: blocking it could hold up the very calls that are waited for.
    private var isInTask: Bool { withUnsafeCurrentTask { $0 != nil } }

    /// Asks the guards to admit the next attempt.
    private func askGuards() -> Step {
        let attempt = hasStarted ? state.attempt + 1 : 1
        let step: Step
        switch guards?.admit(attempt: attempt, mayQueue: !blocks || !isInTask) {
        case nil, .admitted: return .attempt
        case .queue(let turn, let limit, let least):
            step = state.queued(upTo: limit, atLeast: least, elapsed: elapsed)
            self.turn = turn
        case .wait(let time):
            step = state.delayed(time, elapsed: elapsed)
        case .rejected(let index):
            guard let one = guards?[index] else { return .attempt }
            let rejection = one.rejection()
            let time = max(.zero, one.closedFor, rejection.retryAfter ?? .zero).saturatedNanoseconds
            var random = setup.random
            step = state.rejected(one.stopReason, closedFor: time, elapsed: elapsed, using: &random)
            if step == .end { ownError = ownError ?? rejection }
        }
        if case .wait(let wait) = step {
            emit(.guardWait, error: toldError, delay: wait)
        } else {
            guards?.giveBack()
            ownError = ownError ?? timeError
            emitStop(error: toldError ?? ownError)
        }
        return step
    }

    /// Asks the machine, and then the budget.
    @inline(__always)
    private func next(after evidence: ErrorEvidence, isAdmitted: Bool, elapsed: Int64) -> Step {
        let known = evidence.classification
        guards?.failed(evidence)
        if !isAdmitted { state.exclude() }
        var random = setup.random
        let step = state.attemptFailed(known, elapsed: elapsed, closed: guards?.closed(), using: &random)
        if step == .end { if guards == nil { return step } } else if mayNotRepeat(after: step) { return .end }
        if guards == nil { return step }
        if step != .end {
            if guards?.pay(for: known.errorClass) == true { return step }
            state.stop(.budgetExhausted)
        } else if isAdmitted, state.isRetryable(known) {
            guards?.noRetry(after: known.errorClass)
        }
        return .end
    }

    /// Stops the call if those around it, or a call within its attempt, leave no room for another attempt.
    private func mayNotRepeat(after step: Step) -> Bool {
        let wait: Int64 = if case .wait(let time) = step { time } else { 0 }
        let reason =
            scope?.isStopped == true
            ? .nestedRetry : CallScope.refusal(of: setup.name, state.storage.settings.nested, wait: wait)
        if let reason { state.stop(reason) }
        return reason != nil
    }

    /// The error of a call that its deadline ends, and nothing else.
    private var timeError: DeadlineExceededError {
        DeadlineExceededError(deadline: .nanoseconds(state.storage.settings.deadline))
    }

    private func endCancelled(byCaller: Bool, error: (any Error)?) -> Step {
        callerCancelled = byCaller
        if error is CancelledCallError { guards?.giveBack() }
        guards?.cancelled()
        state.cancelled()
        record(error: error, elapsed: elapsed)
        emitStop(error: error)
        return .end
    }

    /// Decides what follows a failure, and reports it.
    private func decide(
        _ evidence: ErrorEvidence, error: (any Error)?, isAdmitted: Bool = true, _ onRetry: (RetryNotice) -> Void
    ) -> Step {
        let elapsed = elapsed  // read last: the time that a slow classifier took has passed
        let known = evidence.classification
        let step = next(after: evidence, isAdmitted: isAdmitted, elapsed: elapsed)
        guard isWatched || timeline != nil else { return step }
        if case .wait(let wait) = step {
            record(known, error: error, elapsed: elapsed, delay: wait)
            emit(.retry, known, error: error, delay: wait)
            notify(known, error: error, delay: wait, onRetry)
        } else {
            record(known, error: error, elapsed: elapsed)
            emitStop(known, error: error)
        }
        return step
    }

    /// Notifies the caller's closures of a retry that follows.
    private func notify(
        _ known: ErrorClassification, error: (any Error)?, delay: Int64, _ onRetry: (RetryNotice) -> Void
    ) {
        guard tellsCaller || setup.onRetry != nil else { return }
        let errorClass = known.errorClass
        let notice = RetryNotice(
            error: error ?? RejectedValueError(errorClass: errorClass), attempt: state.attempt, errorClass: errorClass,
            hint: known.hint, delay: .nanoseconds(delay))
        setup.onRetry?(notice)
        onRetry(notice)
    }

    private func record(
        _ known: ErrorClassification? = nil, error: (any Error)? = nil, elapsed: Int64, delay: Int64? = nil
    ) {
        timeline?.append(
            AttemptRecord(
                attempt: state.attempt, errorClass: known?.errorClass, error: error, hint: known?.hint,
                elapsed: .nanoseconds(elapsed), delay: delay.map { .nanoseconds($0) }))
    }

    private func emitStop(_ known: ErrorClassification? = nil, error: (any Error)?) {
        let reason = state.stopReason ?? .abandoned
        emit(.stop(reason), known, error: error)
    }

    private func emit(
        _ kind: @autoclosure () -> RetryEvent.Kind, _ known: ErrorClassification? = nil, error: (any Error)? = nil,
        delay: Int64 = 0
    ) {
        guard let observer = setup.observer else { return }
        let kind = kind()
        eventCount += 1
        toldError = error
        if kind == .attempt, !observer.interest.contains(.attempts) { return }
        if number == 0, observer.interest.contains(.calls) { number = RetryEvent.nextCall() }
        observer.deliver(
            RetryEvent(
                call: number, number: eventCount, kind, of: setup, state.storage,
                attempt: hasStarted ? state.attempt : 0, amplification: CallScope.amplification, known, error,
                includesMessage: observer.includesMessages, delay: delay, elapsed: elapsed))
    }
}
