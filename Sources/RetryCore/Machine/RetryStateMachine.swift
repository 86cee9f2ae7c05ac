/// Decides what follows each failed attempt of one call.
///
/// Every driver of the library asks this machine. It is pure: it waits for nothing, reads no clock, and draws from the
/// generator that it is handed. After each failure it asks, in this order, and the first *yes* decides:
///
/// 1. Was the call cancelled? (``cancelled()``) → stop
/// 2. Does the policy fail at once, is the class never retried, or did the server say *never*? → stop
/// 3. Are the retries of this class used up? → stop
/// 4. Are the attempts used up? → stop
/// 5. Compute the wait: the class's backoff or the policy's, its jitter, then the server's hint.
/// 6. Is a guard, such as a circuit breaker, closed for longer than that? → stop, or wait for it, as the policy says
/// 7. Does the wait reach the deadline? → stop, without waiting
///
/// A driver with a ``RetryBudget`` asks it after all that, and only for a retry.
///
/// ```swift
/// var state = RetryStateMachine(policy: .api)
/// switch state.attemptFailed(.serverError, elapsed: elapsed, using: &generator) {
/// case .retry(let delay): …  // wait, then ask waitEnded(elapsed:)
/// case .stop(let reason): …
/// }
/// ```
public struct RetryStateMachine: Sendable {
    /// The settings of the policy, by reference: copies of them cost.
    let storage: RetryPolicy.Box
    /// The number of the attempt that runs, or ran last, from 1.
    public private(set) var attempt = 1
    /// The reason why the call ended; `nil` while it goes on.
    public private(set) var stopReason: RetryStopReason?

    package private(set) var previousDelay: Int64?
    /// The retries before the last restart, by which the waits have grown.
    private var earlierRetries = 0
    /// The class of the first failure: most calls fail in one way, and need no dictionary, not even an empty one.
    private var firstClass: ErrorClass?
    private var retriesOfFirstClass = 0
    private var retriesOfOtherClasses: [ErrorClass: Int]?
    /// True if the wait was cut to end at the deadline, for one last attempt.
    private(set) var isLastChance = false
    /// The number of attempts that a guard rejected.
    private var rejections = 0

    /// Creates the state of a call whose first attempt starts.
    @inline(__always)
    public init(policy: RetryPolicy) {
        self.storage = policy.storage
    }

    private init(_ storage: RetryPolicy.Box) {
        self.storage = storage
    }

    /// Decides what follows the failure of the attempt that runs.
    ///
    /// - Parameters:
    ///   - failure: The class of the failure, and what the server said about coming back.
    ///   - elapsed: The time since the call began. It plays no part without a deadline.
    ///   - circuitOpen: The time until the circuit breaker admits a probe; zero if it is not open.
    ///   - generator: The random generator for jitter; not used where the call ends, unless for a wait that reaches the deadline.
    /// - Returns: The wait before the next attempt, or the end of the call.
    public mutating func attemptFailed(
        _ failure: ErrorClassification, elapsed: Duration, circuitOpen: Duration = .zero,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        let step = attemptFailed(
            failure, elapsed: elapsed.saturatedNanoseconds,
            closed: (circuitOpen.saturatedNanoseconds, .circuitOpen), using: &generator)
        return if case .wait(let wait) = step { .retry(after: .nanoseconds(wait)) } else {
            .stop(stopReason ?? .abandoned)
        }
    }

    /// Decides whether the next attempt may start after the wait, and counts it.
    ///
    /// - Parameter elapsed: The time since the call began.
    /// - Returns: `true` if the attempt may start. If not, ``stopReason`` is the reason: the deadline passed meanwhile.
    public mutating func waitEnded(elapsed: Duration) -> Bool {
        waitEnded(elapsed: elapsed.saturatedNanoseconds)
    }

    /// Starts again after progress: the attempts and the limits of classes count anew.
    ///
    /// - Parameter keepsGrowing: Whether the waits go on growing from where they are.
    package mutating func restart(keepsGrowing: Bool) {
        var fresh = RetryStateMachine(storage)
        if keepsGrowing {
            fresh.earlierRetries = min(earlierRetries + attempt - 1, 1 << (Int.bitWidth / 2))
            fresh.previousDelay = previousDelay
        }
        self = fresh
    }

    /// Ends the call because the caller's condition does not admit the failure.
    package mutating func exclude() {
        if !storage.settings.failsImmediately { stop(.permanent) }
    }

    /// Ends the call because it was cancelled.
    public mutating func cancelled() {
        stop(.cancelled)
    }

    /// Ends the call because the attempt that runs succeeded.
    public mutating func succeeded() {
        stop(.succeeded)
    }
}

// The same in nanoseconds, as the drivers have them.
extension RetryStateMachine {
    /// Decides between a wait before the next attempt and the end of the call.
    ///
    /// - Parameters:
    ///   - failure: The class of the failure, and the server's hint.
    ///   - elapsed: The time since the call began, in nanoseconds.
    ///   - closed: The time for which a guard rejects every attempt, and the reason if that ends the call.
    ///   - generator: The random generator for jitter.
    /// - Returns: The next step.
    package mutating func attemptFailed(
        _ failure: ErrorClassification, elapsed: Int64, closed: (time: Int64, reason: RetryStopReason)? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Step {
        if let reason = reasonNotToRetry(failure, elapsed: elapsed) { return end(reason) }
        let errorClass = failure.errorClass
        let delay = delay(errorClass, using: &generator)
        guard let hinted = hintedWait(delay, failure.hint, using: &generator) else { return end(.hintTooLong) }
        if let closed, closed.time > hinted.wait, !waits(forGuard: closed.time) { return end(closed.reason) }
        guard var wait = fit(hinted, elapsed: elapsed) else { return end(.deadlineExceeded) }
        if let closed, wait < closed.time {
            guard let longer = waitUntilOpen(closed.time, elapsed, using: &generator) else { return end(closed.reason) }
            wait = longer
        }
        previousDelay = delay
        countRetry(errorClass)
        return .wait(wait)
    }

    package mutating func waitEnded(elapsed: Int64) -> Bool {
        guard mayStart(elapsed: elapsed) else { return false }
        retryStarts()
        return true
    }

    /// Returns whether another attempt may start, before guards are asked.
    package mutating func mayStart(elapsed: Int64) -> Bool {
        if storage.hasDeadline, elapsed >= storage.settings.deadline, !isLastChance { stop(.deadlineExceeded) }
        return stopReason == nil
    }

    /// Counts an attempt that starts, and is not the first.
    package mutating func retryStarts() {
        attempt += 1
    }

    /// Decides between a wait before a guard is asked again, after it rejected an attempt, and the end.
    package mutating func rejected(
        _ reason: RetryStopReason, closedFor time: Int64, elapsed: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Step {
        rejections += 1
        guard stopReason == nil, waits(forGuard: time), let wait = waitUntilOpen(time, elapsed, using: &generator)
        else { return end(reason) }
        return .wait(wait)
    }

    /// Decides between the wait for an admission that a guard has reserved, and the end.
    package mutating func delayed(_ time: Int64, elapsed: Int64) -> Step {
        if stopReason == nil, !storage.hasDeadline || time < timeLeft(elapsed) { return .wait(time) }
        return end(.deadlineExceeded)
    }

    /// Decides between the wait in the queue of a guard, up to the deadline, and the end.
    package mutating func queued(upTo limit: Int64, atLeast least: Int64, elapsed: Int64) -> Step {
        guard storage.hasDeadline else { return .wait(limit) }
        let left = timeLeft(elapsed)
        return left > least ? .wait(min(limit, left)) : end(.deadlineExceeded)
    }

    /// The wait until a guard may admit an attempt, spread out; `nil` if it reaches the deadline.
    ///
    /// Where all probes of a circuit are under way it names no time. Then the wait is the backoff, and at least one that
    /// grows with each rejection, from 10 ms up to a second: callers that wait together come one by one.
    private func waitUntilOpen(
        _ time: Int64, _ elapsed: Int64, using generator: inout some RandomNumberGenerator
    ) -> Int64? {
        let step: Int64 = min(10_000_000 << Int64(min(max(rejections - 1, 0), 7)), 1_000_000_000)
        let backoff = delay(.transient, using: &generator)
        let wait = max(time.spread(using: &generator), backoff, (step / 2...step).draw(using: &generator))
        guard storage.hasDeadline else { return wait }
        let left = timeLeft(elapsed)
        if wait < left { return wait }
        return time > 0 && time < left ? time : nil
    }

    /// The time up to the deadline.
    private func timeLeft(_ elapsed: Int64) -> Int64 {
        storage.settings.deadline.saturatingAdd(-max(0, elapsed))
    }

    /// Ends the call for a reason from outside the machine: the circuit, the budget, an interrupting deadline.
    package mutating func stop(_ reason: RetryStopReason) {
        stopReason = stopReason ?? reason
    }

    private mutating func end(_ reason: RetryStopReason) -> Step {
        stop(reason)
        return .end
    }
}

// Inlined where marked: to call a method that does not change the state, the compiler copies all of it first.
extension RetryStateMachine {
    @inline(__always)
    private func reasonNotToRetry(_ failure: ErrorClassification, elapsed: Int64) -> RetryStopReason? {
        if let stopReason { return stopReason }
        if storage.settings.failsImmediately { return .immediateFailure }
        if failure.hint == .never { return .permanent }
        switch storage.settings.limits[failure.errorClass] ?? .unlimited {
        case .never: return .permanent
        case .retries(let limit) where retries(of: failure.errorClass) >= limit: return .classLimit(failure.errorClass)
        case .retries, .unlimited: break
        }
        if attempt >= storage.settings.maxAttempts { return .attemptsExhausted }
        return isTimeOver(elapsed) ? .deadlineExceeded : nil
    }

    /// Returns whether the policy retries such failures, or the server forbids it.
    package func isRetryable(_ failure: ErrorClassification) -> Bool {
        failure.hint == .never || storage.settings.limits[failure.errorClass] != .never
    }

    /// Returns whether the call waits for a guard that is closed for so long; never for one that is closed without an end.
    private func waits(forGuard time: Int64) -> Bool {
        storage.settings.whenRejected == .wait && time != .max
    }

    /// Returns whether even a retry without a wait would start too late.
    private func isTimeOver(_ elapsed: Int64) -> Bool {
        storage.hasDeadline && (elapsed >= storage.settings.deadline || isLastChance)
    }

    private func delay(_ errorClass: ErrorClass, using generator: inout some RandomNumberGenerator) -> Int64 {
        let retry = attempt &+ earlierRetries
        if let own = storage.settings.backoffs[errorClass] {
            return own.delay(beforeRetry: retry, errorClass: errorClass, previous: previousDelay, using: &generator)
        }
        return storage.settings.backoff.delay(
            beforeRetry: retry, errorClass: errorClass, previous: previousDelay, using: &generator)
    }

    /// The wait that the policy makes of a delay and the server's hint; `nil` if the hint is too long.
    @inline(__always)
    private func hintedWait(
        _ delay: Int64, _ hint: RetryHint?, using generator: inout some RandomNumberGenerator
    ) -> HintedWait? {
        guard case .after(let asked) = hint, asked >= .zero else { return HintedWait(delay) }
        return storage.settings.hints.wait(
            computed: delay, hint: asked.saturatedNanoseconds, using: &generator)
    }

    /// The wait that keeps the deadline, or `nil` if none does.
    private mutating func fit(_ hinted: HintedWait, elapsed: Int64) -> Int64? {
        guard storage.hasDeadline else { return hinted.wait }
        let left = timeLeft(elapsed)
        if hinted.wait < left { return hinted.wait }
        if hinted.unspread < left { return hinted.unspread }
        guard storage.settings.deadlineBehavior == .truncate, hinted.least <= left else { return nil }
        isLastChance = true
        return left
    }

    private func retries(of errorClass: ErrorClass) -> Int {
        errorClass == firstClass ? retriesOfFirstClass : retriesOfOtherClasses?[errorClass] ?? 0
    }

    private mutating func countRetry(_ errorClass: ErrorClass) {
        firstClass = firstClass ?? errorClass
        if errorClass == firstClass {
            retriesOfFirstClass += 1
        } else {
            retriesOfOtherClasses = retriesOfOtherClasses ?? [:]
            retriesOfOtherClasses?[errorClass, default: 0] += 1
        }
    }
}
