/// The state machine of one hedged call: decides when attempts start, which one wins, and what ends the call.
///
/// It is pure: it waits for nothing, reads no clock and draws no random numbers. A driver reports what happens, with the
/// time in nanoseconds, and obeys the step that each input returns. The rules:
///
/// - The primary starts at once. Another attempt is due when the delay has passed since the last start, or at once when
///   an attempt has failed with a class that can be retried.
/// - A hint `after(d)` makes it due *d* after the failure, and nothing starts earlier: neither another failure nor
///   another hint moves that time forward. `never`, or a hint above the maximum, means no more attempts.
/// - A suppressed attempt counts among the maximum, and those that run go on. If none runs, the call ends.
/// - The first success ends the call, and so does the first fatal failure. If no attempt runs and none may start, all have
///   failed. The call goes on while a hint has to be waited for, unless the deadline comes first.
/// - After its end nothing changes the call any more.
///
/// A driver is a loop around it:
///
/// ```swift
/// var step = machine.begins(at: now)
/// while true {
///     switch step {
///     case .start(let attempt): step = isAdmitted ? machine.started(at: now) : machine.suppressed(at: now)
///     case .wait(let time): …  // until an attempt ends, or the time comes: succeeded, failed, timerFired
///     case .finish(let end): …  // cancel the attempts that run
///     }
/// }
/// ```
package struct HedgeStateMachine: Sendable {
    /// The meaning of a failure for the other attempts.
    package enum Failure: Sendable, Hashable {
        /// Another attempt may succeed; the hint says when it may start.
        case retryable(RetryHint? = nil)
        /// No other attempt can succeed.
        case fatal
    }

    private let maxAttempts: Int
    /// The time from a start to the next one; `nil` for never.
    private let delay: Int64?
    /// The time that an attempt is expected to take: with less up to the deadline, none starts.
    private let expectedTime: Int64
    private let maxHint: Int64
    private var deadline: Int64 = .max

    /// The number of attempts that started.
    package private(set) var startCount = 0
    /// The number of attempts that started or were suppressed.
    private var slotCount = 0
    /// A Boolean value that indicates whether the last step was a start, which is to be reported.
    package private(set) var isStarting = false
    /// A bit for each attempt that runs, or ran when the call ended.
    private var running: UInt8 = 0
    /// The times of the starts; no policy has more than five attempts.
    private var starts = SIMD8<Int64>(repeating: 0)
    /// The time at which the next attempt is due; `nil` for never.
    private var due: Int64?
    /// The time before which a server wants no further attempt.
    private var notBefore = Int64.min
    /// True if a server wants no further attempts at all.
    private var isClosed = false
    /// The number of attempts that the deadline suppressed.
    package private(set) var deadlineSuppressions = 0
    /// The end of the call; `nil` while it goes on.
    package private(set) var end: HedgeEnd?

    /// Creates the state of a call that has not begun.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - delay: The delay of this call, in nanoseconds; `nil` for no hedges of slow attempts.
    ///   - expectedTime: The time that an attempt is expected to take, in nanoseconds; zero if it is not known.
    package init(policy: HedgePolicy, delay: Int64?, expectedTime: Int64 = 0) {
        maxAttempts = policy.maxAttempts
        maxHint = policy.maxHint.saturatedNanoseconds
        self.delay = delay
        self.expectedTime = expectedTime
    }
}

// MARK: Driver input

extension HedgeStateMachine {
    /// The call begins.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - deadline: The time at which a limit outside the call ends it; `.max` if none does.
    /// - Returns: The next step.
    package mutating func begins(at now: Int64, deadline: Int64 = .max) -> HedgeStep {
        if slotCount == 0 { (due, self.deadline) = (now, deadline) }
        return step(at: now)
    }

    /// The attempt that the last step asked for starts.
    package mutating func started(at now: Int64) -> HedgeStep {
        guard isStarting, end == nil else { return step(at: now) }
        starts[startCount] = now
        startCount += 1
        running |= bit(startCount)
        useSlot(at: now)
        return step(at: now)
    }

    /// The attempt that the last step asked for does not start; those that run go on.
    package mutating func suppressed(at now: Int64) -> HedgeStep {
        guard isStarting, end == nil else { return step(at: now) }
        useSlot(at: now)
        if running == 0 { end = .allFailed }
        return step(at: now)
    }

    /// The timer fired.
    package mutating func timerFired(at now: Int64) -> HedgeStep {
        step(at: now)
    }

    /// An attempt failed.
    package mutating func failed(_ attempt: Int, _ failure: Failure, at now: Int64) -> HedgeStep {
        guard end == nil, isRunning(attempt) else { return step(at: now) }
        running &= ~bit(attempt)
        switch failure {
        case .fatal: end = .fatal(of: attempt)
        case .retryable(let hint): note(hint, at: now)
        }
        return step(at: now)
    }

    /// An attempt succeeded.
    package mutating func succeeded(_ attempt: Int, at now: Int64) -> HedgeStep {
        guard end == nil, isRunning(attempt) else { return step(at: now) }
        running &= ~bit(attempt)
        end = .success(of: attempt)
        return step(at: now)
    }

    /// The caller cancelled the call, or a limit outside it ended it: nothing starts any more.
    package mutating func cancelled(at now: Int64) -> HedgeStep {
        end = end ?? .cancelled
        return step(at: now)
    }
}

// MARK: State

extension HedgeStateMachine {
    /// Returns whether an attempt runs, or ran when the call ended.
    package func isRunning(_ attempt: Int) -> Bool {
        attempt > 0 && attempt <= startCount && running & bit(attempt) != 0
    }

    /// The number of attempts that run, or ran when the call ended.
    package var runningCount: Int { running.nonzeroBitCount }

    /// Returns the nanoseconds since an attempt started; zero for one that did not.
    package func elapsed(_ attempt: Int, at now: Int64) -> Int64 {
        guard attempt > 0, attempt <= startCount else { return 0 }
        return max(0, now.saturatingAdd(-max(starts[attempt - 1], -.max)))
    }
}

// MARK: Details

extension HedgeStateMachine {
    /// The step that the state asks for.
    private mutating func step(at now: Int64) -> HedgeStep {
        isStarting = false
        while end == nil {
            guard let time = nextStart else {
                if running != 0 { return .wait(until: nil) }
                end = .allFailed
                break
            }
            if hasTime(from: max(time, now)) {
                if time > now { return .wait(until: time) }
                isStarting = true
                return .start(startCount + 1)
            }
            // While others run, the moment is waited for: they may end the call before.
            if time > now, running != 0 { return .wait(until: time < deadline ? time : nil) }
            deadlineSuppressions += 1
            useSlot(at: now)
            if running == 0 { end = .allFailed }
        }
        return .finish(end ?? .allFailed)
    }

    /// The time at which the next attempt is to start; `nil` if none is.
    private var nextStart: Int64? {
        guard !isClosed, slotCount < maxAttempts, let due else { return nil }
        let time = max(due, notBefore)
        return time == .max ? nil : time
    }

    /// Returns whether an attempt that starts at that time can end before the deadline; the primary is always tried.
    private func hasTime(from time: Int64) -> Bool {
        slotCount == 0 || deadline == .max || time.saturatingAdd(expectedTime) < deadline
    }

    /// Counts an attempt among the maximum, and makes the next one due after the delay.
    private mutating func useSlot(at now: Int64) {
        slotCount += 1
        due = delay.map { now.saturatingAdd($0) }
    }

    /// Makes the next attempt due at once, or when the server wants it.
    private mutating func note(_ hint: RetryHint?, at now: Int64) {
        due = now
        switch hint?.usable {
        case nil: break
        case .never: isClosed = true
        case .after(let time):
            let wait = time.saturatedNanoseconds
            if wait > maxHint { isClosed = true } else { notBefore = max(notBefore, now.saturatingAdd(wait)) }
        }
    }

    private func bit(_ attempt: Int) -> UInt8 { 1 << UInt8(truncatingIfNeeded: attempt - 1) }
}
