/// One call from its first attempt to its end: the machine, with everything around it.
///
/// Drivers differ in how they run an attempt and how they wait. All else is here: the classifier is asked, the clock
/// read, the machine asked, the events are told, the error to throw is chosen.
///
/// A call belongs to the one driver that makes it; it is a class only so that passing it on copies nothing.
@usableFromInline
package final class RetryCall {
    // One task at a time touches a call: checking that at run time would cost as much as the decisions.
    @exclusivity(unchecked) package private(set) var state: RetryState
    @exclusivity(unchecked) package private(set) var timeline: AttemptTimeline?
    private let setup: CallSetup
    private let guards: GuardedCall?
    @exclusivity(unchecked) private var start: Int64
    /// The time since which the caller does something else; `nil` while the call goes on.
    @exclusivity(unchecked) private var pausedAt: Int64?
    private let needsTime: Bool
    @exclusivity(unchecked) private var eventCount = 0
    /// The retries before the last restart.
    @exclusivity(unchecked) private var earlierRetries = 0
    /// The last error of the operation itself: what the caller sees in preference to the library's own errors.
    @exclusivity(unchecked) private var operationError: (any Error)?
    @exclusivity(unchecked) private var ownError: (any Error)?
    /// The error of the last event, for the event that ends the wait after it.
    @exclusivity(unchecked) private var toldError: (any Error)?
    /// True if the operation has failed by itself, and not because a guard further in rejected it.
    @exclusivity(unchecked) private var hasFailed = false
    /// True if the driver tells the caller of retries.
    private let tellsCaller: Bool
    /// True if the caller cancelled the call; a call also ends as cancelled by an error that says so.
    @exclusivity(unchecked) private var callerCancelled = false

    /// Creates a call whose first attempt starts, or has just run.
    ///
    /// It began at `start` on its clock; now if that is `nil`.
    @usableFromInline
    package init(
        policy: consuming RetryPolicy, setup: CallSetup, guards: GuardedCall? = nil, start: Int64? = nil,
        recordsTimeline: Bool = false, tellsCaller: Bool = false
    ) {
        self.tellsCaller = tellsCaller
        self.state = RetryState(policy: policy)
        self.guards = guards
        self.timeline = recordsTimeline ? AttemptTimeline() : nil
        self.needsTime = state.storage.hasDeadline || setup.observer != nil || recordsTimeline
        self.start = start ?? (needsTime ? setup.clock.nanoseconds : 0)
        self.setup = setup
    }

    /// The clock of the call.
    @usableFromInline package var clock: RetryClock { setup.clock }

    /// The caller's classifier.
    package var classifier: ErrorClassifier? { setup.classifier }

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

// MARK: What drivers tell

extension RetryCall {
    /// The call begins.
    package func begins() -> Step {
        guards == nil ? .attempt : askBreaker()
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

    /// The attempt failed; the caller is told if a retry follows.
    @usableFromInline
    package func attemptFailed(_ failure: AttemptFailure, onRetry: (RetryNotice) -> Void = { _ in }) -> Step {
        var evidence = ErrorEvidence(.transient)
        var error: (any Error)?
        switch failure {
        case .thrown(let error):
            return attemptThrew(error, onRetry)
        case .rejected(let classification):
            evidence = ErrorEvidence(classification)
        case .timedOut(let limit):
            evidence.cutOff = .nanoseconds(limit)
            error = AttemptTimeoutError(timeout: .nanoseconds(state.storage.settings.attemptTimeout))
        case .interrupted(let limit):
            evidence.cutOff = .nanoseconds(limit)
            error = DeadlineExceededError(deadline: .nanoseconds(state.storage.settings.deadline))
        }
        ownError = error ?? ownError
        if setup.isCancelled { return endCancelled(byCaller: true, error: error) }
        if case .interrupted = failure { state.stop(.deadlineExceeded) }
        return decide(evidence, error: error, onRetry)
    }

    /// The wait is over, or was cancelled.
    @usableFromInline package func waitEnded() -> Step {
        if setup.isCancelled {
            callerCancelled = true
            state.cancelled()
        }
        guard state.mayStart(elapsed: elapsed) else {
            guards?.giveBack()
            emitStop(error: toldError)
            return .end
        }
        let isRetry = hasStarted
        let step = begins()
        if step == .attempt, isRetry { state.retryStarts() }
        return step
    }

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
    package func attemptThrew(_ error: any Error, stopping reason: StopReason) {
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

    /// After how many nanoseconds the attempt that starts is to be cancelled, and what that means; `nil` for never.
    @usableFromInline package var timeLimit: (nanoseconds: Int64, failure: AttemptFailure)? {
        if state.storage.isPlain { return nil }
        let settings = state.storage.settings
        let timeout = settings.attemptTimeout
        if settings.deadlineBehavior == .interrupt, state.storage.hasDeadline, timeLeft <= timeout {
            let limit = timeLeft
            return (limit, .interrupted(after: limit))
        }
        return timeout == .max ? nil : (timeout, .timedOut(after: timeout))
    }

    /// The time up to the deadline, in nanoseconds; `.max` without one.
    private var timeLeft: Int64 {
        state.storage.hasDeadline ? max(0, state.storage.settings.deadline.saturatingAdd(-elapsed)) : .max
    }
}

// MARK: Details

extension RetryCall {
    /// True once the first attempt was admitted.
    package var hasStarted: Bool { guards?.hasStarted ?? true }

    /// Asks the breaker to admit the next attempt.
    private func askBreaker() -> Step {
        guard let guards, !guards.letThrough() else { return .attempt }
        var random = setup.random
        let step = state.circuitRejected(openFor: guards.circuitOpen, elapsed: elapsed, using: &random)
        if case .wait(let wait) = step {
            emit(.circuitWait, error: toldError, delay: wait)
        } else {
            guards.giveBack()
            ownError = ownError ?? guards.circuitError
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
        let step = state.attemptFailed(
            known, elapsed: elapsed, circuitOpen: guards?.circuitOpen ?? 0, using: &random)
        guard let guards else { return step }
        if step != .end {
            if guards.pay(for: known.errorClass) { return step }
            state.stop(.budgetExhausted)
        } else if isAdmitted, state.isRetryable(known) {
            guards.noRetry(after: known.errorClass)
        }
        return .end
    }

    private func endCancelled(byCaller: Bool, error: (any Error)?) -> Step {
        callerCancelled = byCaller
        if error is CalledOff { guards?.giveBack() }
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

    /// Tells the caller's closures of a retry that follows.
    private func notify(
        _ known: Classification, error: (any Error)?, delay: Int64, _ onRetry: (RetryNotice) -> Void
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
        _ known: Classification? = nil, error: (any Error)? = nil, elapsed: Int64, delay: Int64? = nil
    ) {
        timeline?.append(
            AttemptRecord(
                attempt: state.attempt, errorClass: known?.errorClass, error: error, hint: known?.hint,
                elapsed: .nanoseconds(elapsed), delay: delay.map { .nanoseconds($0) }))
    }

    private func emitStop(_ known: Classification? = nil, error: (any Error)?) {
        let reason = state.stopReason ?? .abandoned
        emit(.stop(reason), known, error: error)
    }

    private func emit(
        _ kind: @autoclosure () -> RetryEvent.Kind, _ known: Classification? = nil, error: (any Error)? = nil,
        delay: Int64 = 0
    ) {
        guard let observer = setup.observer else { return }
        eventCount += 1
        toldError = error
        observer.observe(
            RetryEvent(
                number: eventCount, kind: kind(), operation: setup.name, policy: state.storage.settings.name,
                attempt: hasStarted ? state.attempt : 0, errorClass: known?.errorClass,
                errorType: error.map { ErrorTypeFacts.of($0).name },
                message: observer.includesMessages ? error.map(RetryEvent.message) : nil,
                hint: known?.hint, delay: .nanoseconds(delay), elapsed: .nanoseconds(elapsed)))
    }
}
