import RetryCore

/// A clock that stands still until a test moves it.
///
/// Code that waits on this clock waits for no real time. The test moves the time once the code is known to be asleep,
/// so that neither a busy machine nor a slow one changes the result:
///
/// ```swift
/// let clock = ManualClock()
/// async let answer = fetch(clock: clock)        // sleeps for a second between two attempts
/// await clock.waitForSleepers()
/// clock.advance(by: .seconds(1))
/// #expect(try await answer == 42)
/// #expect(clock.sleeps == [.seconds(1)])
/// ```
///
/// Code that runs in one task needs no second one to move the time: with `autoAdvance` a sleep moves it and returns.
///
/// ```swift
/// let clock = ManualClock(autoAdvance: true)
/// try await fetch(clock: clock)
/// #expect(clock.now == ManualClock.Instant(.seconds(1)))
/// ```
///
/// Time moves in one step. A task that wakes up sees the time that the step ended at, and a sleep that it starts then
/// counts from there. To pass every wake-up in turn, use ``advanceToNextWakeUp()``.
public final class ManualClock: Clock, Sendable {
    /// The type of the clock's durations.
    public typealias Duration = Swift.Duration

    private let state: Locked<ManualClockStateMachine>
    private let autoAdvance: Bool

    /// Creates a clock that shows `now`.
    ///
    /// - Parameters:
    ///   - now: The time that the clock starts at.
    ///   - autoAdvance: Pass `true` for sleeps that move the clock to their own end and return at once, for code that
    ///     runs in one task. No task ever sleeps on such a clock. A timer is a sleep too: under an attempt timeout or
    ///     an interrupting deadline the time moves to its end, so give such calls a clock that the test moves.
    public init(now: Instant = Instant(), autoAdvance: Bool = false) {
        self.state = Locked(ManualClockStateMachine(now: now))
        self.autoAdvance = autoAdvance
    }

    /// The time that the clock shows.
    public var now: Instant {
        state.withLock { $0.now }
    }

    /// The smallest step between two times that a caller should count on: a nanosecond.
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// The number of tasks that sleep on the clock.
    public var sleeperCount: Int {
        state.withLock { $0.sleepers.count }
    }

    /// The time at which the next sleeper wakes up, or nil if no task sleeps.
    public var nextWakeUp: Instant? {
        state.withLock { $0.sleepers.first?.deadline }
    }

    /// The durations that the clock was asked to sleep for, in the order of the calls.
    ///
    /// Every call counts, also one that returned at once because its deadline had come: it is recorded as a duration of
    /// zero or less. The one exception is a call by a task that was cancelled before it.
    public var sleeps: [Duration] {
        state.withLock { $0.sleeps }
    }
}

// MARK: - Sleeping

extension ManualClock {
    /// Suspends the task until the clock shows `deadline`.
    ///
    /// Returns at once if the clock shows `deadline` or a later time. Tasks with the same deadline wake up in the order
    /// in which they came.
    ///
    /// - Parameters:
    ///   - deadline: The time to wake up at.
    ///   - tolerance: Not used: a manual clock is never late.
    /// - Throws: `CancellationError`, at once, if the task is cancelled before or during the sleep. The clock then has
    ///   no record of the sleeper.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let ticket = state.withLock { $0.nextTicket() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enroll(ManualClockStateMachine.Sleeper(deadline: deadline, ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            state.withLock { $0.removeSleeper(ticket) }?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Suspends the task until at least `count` tasks sleep on the clock.
    ///
    /// Call it before moving the time, so that the time moves for the sleeper as well. The clock resumes the caller
    /// when the last of these sleepers comes; nothing is polled. Returns early, without the sleepers, if the task is
    /// cancelled.
    ///
    /// - Parameter count: The number of sleepers to wait for; for zero or less it returns at once.
    public func waitForSleepers(_ count: Int = 1) async {
        let ticket = state.withLock { $0.nextTicket() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = ManualClockStateMachine.Waiter(count: count, ticket: ticket, continuation: continuation)
                let waits = state.withLock { $0.enroll(waiter, isCancelled: Task.isCancelled) }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.removeWaiter(ticket) }?.continuation.resume()
        }
    }

    private func enroll(_ sleeper: ManualClockStateMachine.Sleeper) {
        // The cancellation of the task is read under the lock: a later cancellation finds the sleeper in its place, and
        // an earlier one found none and is seen here.
        switch state.withLock({ $0.enroll(sleeper, movesTime: autoAdvance, isCancelled: Task.isCancelled) }) {
        case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
        case .due: sleeper.continuation.resume()
        case .asleep(let satisfied): for waiter in satisfied { waiter.continuation.resume() }
        }
    }
}

// MARK: - Moving the time

extension ManualClock {
    /// Moves the time forward by `duration` and wakes the tasks whose deadline has come, earliest deadline first.
    ///
    /// - Complexity: O(log n) for each task that wakes up, among n that sleep.
    ///
    /// - Parameter duration: The distance to move, zero or more. The clock stops at the last time it can show (see
    ///   ``Instant``), however long the duration.
    public func advance(by duration: Duration) {
        precondition(duration >= .zero, "ManualClock cannot go back in time: advance(by: \(duration))")
        wake(state.withLock { $0.advance(to: $0.now.advanced(by: duration)) })
    }

    /// Moves the time forward to `instant` and wakes the tasks whose deadline has come, earliest deadline first.
    ///
    /// - Parameter instant: The time to show, not before ``now``.
    public func advance(to instant: Instant) {
        wake(
            state.withLock { state in
                precondition(
                    instant >= state.now,
                    "ManualClock cannot go back in time: advance(to: \(instant)) at \(state.now)"
                )
                return state.advance(to: instant)
            })
    }

    /// Moves the time forward to the next wake-up, and wakes every task that sleeps until then.
    ///
    /// - Returns: The distance that the time moved, or nil if no task sleeps and it stands where it was.
    @discardableResult
    public func advanceToNextWakeUp() -> Duration? {
        let step = state.withLock { state -> (duration: Duration, due: [ManualClockStateMachine.Sleeper])? in
            guard let next = state.sleepers.first?.deadline else { return nil }
            return (state.now.duration(to: next), state.advance(to: next))
        }
        wake(step?.due ?? [])
        return step?.duration
    }

    private func wake(_ due: [ManualClockStateMachine.Sleeper]) {
        for sleeper in due { sleeper.continuation.resume() }
    }
}
