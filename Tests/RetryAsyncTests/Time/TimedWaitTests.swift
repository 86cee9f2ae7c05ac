import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Waits on the timer: in the queue of a rate limiter, and by themselves.
@Suite("Waits on the timer", .timeLimit(.minutes(20)))
struct TimedWaitTests {
    private let manual = ManualTimer(ManualClock())

    @Test func anEndBeforeTheWaitEndsItOnce() async {
        let turn = GuardTurn()
        turn.endWait()
        _ = await turn.wait(.max / 2, on: manual.clock)
        #expect(manual.timer.armedCount == 0)
        let waiting = Task { await turn.wait(1_000, on: manual.clock) }
        while manual.timer.armedCount == 0 { await Task.yield() }
        turn.comes()
        _ = await waiting.value
        // A turn that has come ends every later wait.
        _ = await turn.wait(.max / 2, on: manual.clock)
        #expect(manual.timer.armedCount == 0)
    }

    @Test func aTurnThatHasWaitedForItsTimeWaitsAgain() async {
        let clock = ManualClock()
        let manual = ManualTimer(clock)
        let turn = GuardTurn()
        for _ in 0..<3 {
            let waiting = Task { await turn.wait(1_000, on: manual.clock) }
            while manual.timer.armedCount == 0 { await Task.yield() }
            clock.advance(by: .nanoseconds(1_000))
            manual.timer.fireDue()
            _ = await waiting.value
        }
        #expect(manual.timer.armedCount == 0)
    }

    /// The ends come before the task waits, while it does, and at the same time.
    @Test func aTaskIsResumedOnceInAnyOrder() throws {
        let ends = try Schedules.explore(percent: 40) { generator, clock in
            var generator = generator
            let manual = ManualTimer(clock)
            let time = generator.pick(1, 2)
            let endsAt = generator.pick(0, 1, 2)
            let isGrant = generator.pick(true, false)
            let policy = RateLimiterPolicy.tokenBucket(1, per: .seconds(time), burst: 1)
            let limiter = CallRateLimiter(policy, clock: manual.clock)
            guard limiter.tryAcquire() else { throw Fault(1) }
            let firing = Task(executorPreference: DeterministicExecutor.current) { await manual.run() }
            let waiting = Task(executorPreference: DeterministicExecutor.current) { try await limiter.acquire() }
            try await clock.sleep(for: .seconds(endsAt))
            if !isGrant { waiting.cancel() }
            let result = await waiting.result
            firing.cancel()
            await firing.value
            guard manual.timer.armedCount == 0 else { throw Fault(2) }
            switch result {
            case .success: return "turn"
            case .failure(let error): return "\(type(of: error))"
            }
        }
        #expect(ends.keys.sorted() == ["CancellationError", "turn"])
    }

    @Test func aCancelledWaitLeavesTheQueueAndTheTimer() async {
        let limiter = CallRateLimiter(
            .tokenBucket(1, per: .seconds(3_600), burst: 1, maxWait: .seconds(86_400)), clock: manual.clock)
        #expect(limiter.tryAcquire())
        let tasks = (0..<100).map { _ in Task { try await limiter.acquire() } }
        while manual.timer.armedCount < 24 { await Task.yield() }
        for task in tasks { task.cancel() }
        var cancelled = 0
        for task in tasks {
            if case .failure(let error) = await task.result, error is CancellationError { cancelled += 1 }
        }
        // A day has room for 24 turns: the others were rejected.
        #expect(cancelled == 24)
        #expect(manual.timer.armedCount == 0)
    }

    /// Turns, times and cancellations on all threads, by the system's clock.
    @Test func onRealThreads() async {
        let ends = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var ends = 0
                    for round in 0..<500 {
                        let turn = GuardTurn()
                        let task = Task { await turn.wait(Int64(round % 4) * 5_000, on: .system) }
                        for _ in 0..<round % 5 { await Task.yield() }
                        if round % 3 == 0 { turn.comes() } else if round % 3 == 1 { task.cancel() }
                        if await task.value != .failed { ends += 1 }
                    }
                    return ends
                }
            }
            return await group.reduce(0, +)
        }
        #expect(ends == 4_000)
    }
}
