import RetryAsync
import RetryCore
import RetryTesting
import Synchronization
import Testing

/// Hedged calls on all threads, by the system's clock.
///
/// No test measures time: the delay is a microsecond or nothing, and attempts yield until what they wait for has happened.
@Suite("Stress of hedged calls", .timeLimit(.minutes(20)))
struct HedgeStressTests {
    private static let tasks = 4
    private static let calls = 500

    private func hedger(_ delay: HedgeDelay = .fixed(.microseconds(1)), budget: RetryBudgetPolicy? = nil) -> Hedger {
        Hedger(HedgePolicy(delay, maxAttempts: 3, budget: budget))
    }

    /// Makes many calls at once, and returns the number of those that returned `true`.
    private func count(_ call: @escaping @Sendable (_ number: Int) async -> Bool) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    var count = 0
                    for number in 0..<Self.calls where await call(task * Self.calls + number) { count += 1 }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
    }

    private func expectSettled(_ hedger: Hedger, calls: Int = tasks * calls) {
        let counts = hedger.snapshot().counts
        #expect(counts.primaries.started == calls)
        #expect(counts.primaries.running == 0 && counts.hedges.running == 0)
    }

    @Test func winnersAndFailures() async {
        let hedger = hedger()
        let count = await count { number in
            let value = try? await hedge(hedger) { attempt in
                for _ in 0..<number % 9 { await Task.yield() }
                if number % 5 == 0, !attempt.isHedge { throw Fault(1) }
                return number
            }
            return value == number
        }
        #expect(count == 2_000)
        expectSettled(hedger)
        let counts = hedger.snapshot().counts
        #expect(counts.primaries.won + counts.hedges.won == 2_000)
    }

    /// The primary goes on until the hedge was refused.
    @Test func aRefusalByTheBudget() async {
        let hedger = hedger(budget: .ratio(0, floor: 0))
        let count = await count { _ in
            let refusals = hedger.snapshot().counts.suppressedByBudget
            let value = try? await hedge(hedger) { attempt in
                while hedger.snapshot().counts.suppressedByBudget == refusals { await Task.yield() }
                return attempt.number
            }
            return value == 1
        }
        #expect(count == 2_000)
        expectSettled(hedger)
        #expect(hedger.snapshot().counts.hedges.started == 0)
    }

    /// The primary goes on until it is cancelled, and some time longer.
    @Test func losersAreAwaited() async {
        let hedger = hedger(.zero)
        let running = Atomic(0)
        let late = Atomic(0)
        let count = await count { number in
            let value = try? await hedge(hedger, discard: { _ in late.add(1, ordering: .relaxed) }) { attempt in
                running.add(1, ordering: .relaxed)
                defer { running.subtract(1, ordering: .relaxed) }
                if attempt.number == 1 {
                    while !Task.isCancelled { await Task.yield() }
                    for _ in 0..<number % 5 { await Task.yield() }
                    if number % 2 == 0 { throw Fault(9) }
                }
                return attempt.number
            }
            return value == 2 || value == 3
        }
        #expect(count == 2_000)
        #expect(running.load(ordering: .relaxed) == 0)
        #expect(late.load(ordering: .relaxed) >= 1_000, "the late values of the primaries")
        expectSettled(hedger)
        #expect(hedger.snapshot().counts.primaries.lost == 2_000)
    }

    @Test func cancellationsAtTheDelay() async {
        let hedger = hedger()
        let ended = Log<Void>()
        let count = await count { number in
            let task = Task {
                try await hedge(hedger) { _ in
                    defer { ended.add(()) }
                    while !Task.isCancelled { await Task.yield() }
                    throw CancellationError()
                }
            }
            for _ in 0..<number % 7 { await Task.yield() }
            task.cancel()
            let result = await task.result
            return if case .failure(let error) = result { error is CancellationError } else { false }
        }
        #expect(count == 2_000)
        expectSettled(hedger)
        let counts = hedger.snapshot().counts
        #expect(ended.count == counts.primaries.started + counts.hedges.started)
        #expect(counts.primaries.won + counts.hedges.won == 0)
    }

    /// Callers that are cancelled before they call.
    @Test func noHedgesOfCancelledCallers() async {
        let hedger = hedger(.zero)
        let count = await count { _ in
            let task = Task {
                cancelThisTask()
                try await hedge(hedger) { _ in try Task.checkCancellation() }
            }
            return (try? await task.value) == nil
        }
        #expect(count == 2_000)
        expectSettled(hedger)
        #expect(hedger.snapshot().counts.hedges.started == 0)
    }

    /// Attempts with limits of their own, under a limit of the group.
    @Test func timeLimits() async {
        let hedger = hedger()
        let policy = RetryPolicy.once.attemptTimeout(.microseconds(50))
        let count = await count { number in
            do {
                try await hedge(hedger, through: RetryPipeline(policy: policy)) { _ in
                    try await retry(policy: .once.attemptTimeout(.microseconds(number % 60 + 1))) {
                        for _ in 0..<number % 30 { await Task.yield() }
                        try Task.checkCancellation()
                    }
                }
                return true
            } catch {
                return error is AttemptTimeoutError
            }
        }
        #expect(count == 2_000)
        expectSettled(hedger)
    }

    /// The timer fires while the call goes to sleep; the primary goes on until its hedge has started.
    @Test func aTimerThatFiresAtAnyMoment() async {
        let time = RetryClock(SuspendingClock())
        let timer = RetryTimer(hasThreads: false) { time.nanoseconds }
        let clock = RetryClock(SuspendingClock(), timer: timer)
        let isOver = RetryCancellationToken()
        #expect(SystemThread.start { while !isOver.isCancelled { timer.fireDue() } })
        let hedger = Hedger(HedgePolicy(.fixed(.microseconds(1))))
        for _ in 0..<500 {
            let value = try? await hedge(hedger, through: .once.clock(clock)) { attempt in
                while !attempt.isHedge, !Task.isCancelled { await Task.yield() }
                return attempt.number
            }
            #expect(value == 2)
        }
        isOver.cancel()
        #expect(hedger.snapshot().counts.hedges.won == 500)
    }

    @Test func anEmptyThrottle() async {
        let throttle = RetryBudget(.throttle(maxTokens: 2))
        for _ in 0..<2 { throttle.failed(.transient) }
        let hedger = hedger(.zero)
        let count = await count { _ in
            let value = try? await hedge(hedger, through: .once.budget(throttle)) { attempt in
                await Task.yield()
                for _ in 0..<2 { throttle.failed(.transient) }
                return attempt.number
            }
            return value == 1
        }
        #expect(count == 2_000)
        #expect(hedger.snapshot().counts.hedges.started == 0)
    }
}
