/// The state of a manual clock: its time, its sleepers, and the tasks that wait for sleepers.
///
/// It returns continuations and never resumes one: the clock does that, outside of its lock. A continuation leaves this
/// state exactly once, and so it is resumed exactly once.
struct ManualClockStateMachine: Sendable {
    typealias Sleeper = SleeperHeap.Sleeper

    /// A task that waits until enough tasks sleep.
    struct Waiter: Sendable {
        let count: Int
        let ticket: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    /// The answer to a task that asks to sleep.
    enum Enrolment: Sendable {
        case cancelled
        case due
        case asleep(satisfied: [Waiter])
    }

    private(set) var now: ManualClock.Instant
    private(set) var sleeps: [Duration] = []
    private(set) var sleepers = SleeperHeap()
    private var waiters: [Waiter] = []
    private var ticketsGiven: UInt64 = 0

    init(now: ManualClock.Instant) {
        self.now = now
    }

    /// Returns a number by which a cancellation finds its task.
    mutating func nextTicket() -> UInt64 {
        ticketsGiven += 1
        return ticketsGiven
    }

    /// Inserts a sleeper, or returns why it doesn't sleep.
    mutating func enroll(_ sleeper: Sleeper, movesTime: Bool, isCancelled: Bool) -> Enrolment {
        if isCancelled { return .cancelled }
        sleeps.append(now.duration(to: sleeper.deadline))
        if movesTime { now = max(now, sleeper.deadline) }
        if sleeper.deadline <= now { return .due }
        sleepers.insert(sleeper)
        return .asleep(satisfied: takeSatisfiedWaiters())
    }

    /// Inserts a waiter; false if it has nothing to wait for.
    mutating func enroll(_ waiter: Waiter, isCancelled: Bool) -> Bool {
        guard !isCancelled, sleepers.count < waiter.count else { return false }
        waiters.append(waiter)
        return true
    }

    /// Moves the time and removes the sleepers whose deadline has come, in the order of their wake-ups.
    mutating func advance(to instant: ManualClock.Instant) -> [Sleeper] {
        now = instant
        return sleepers.removeDue(at: instant)
    }

    /// Removes a sleeper, if it is still there.
    mutating func removeSleeper(_ ticket: UInt64) -> Sleeper? {
        sleepers.remove(ticket)
    }

    /// Removes a waiter, if it is still there.
    mutating func removeWaiter(_ ticket: UInt64) -> Waiter? {
        waiters.firstIndex { $0.ticket == ticket }.map { waiters.remove(at: $0) }
    }

    private mutating func takeSatisfiedWaiters() -> [Waiter] {
        let satisfied = waiters.filter { $0.count <= sleepers.count }
        waiters.removeAll { $0.count <= sleepers.count }
        return satisfied
    }
}
