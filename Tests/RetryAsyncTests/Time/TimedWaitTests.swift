import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Waits on the timer: in the queue of a rate limiter, and by themselves.
@Suite("Waits on the timer", .timeLimit(.minutes(20)))
struct TimedWaitTests {
    private let manual = ManualTimer(ManualClock())

    @Test func theFirstEndCounts() {
        for ends in [[TimedWait.End.grant, .cancellation], [.cancellation, .grant]] {
            let wait = TimedWait(timer: manual.timer)
            #expect(wait.arm(at: 0))
            #expect(wait.finish(ends[0]))
            #expect(!wait.finish(ends[1]))
            manual.timer.fireDue()
            #expect(wait.end == ends[0])
        }
        #expect(manual.timer.armedCount == 0)
    }

    @Test func aTimeThatIsOverIsTheEnd() {
        let wait = TimedWait(timer: manual.timer)
        #expect(wait.arm(at: 0))
        manual.timer.fireDue()
        #expect(!wait.finish(.grant))
        #expect(wait.end == .time)
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

    /// Grants and cancellations on all threads, by the system's clock.
    @Test func onRealThreads() async {
        let ends = await withTaskGroup(of: [TimedWait.End?].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var ends: [TimedWait.End?] = []
                    for round in 0..<500 {
                        let timer = RetryTimer.shared
                        let wait = TimedWait(timer: timer)
                        let task = Task { await wait.wait(until: timer.now + Int64(round % 4) * 5_000) }
                        for _ in 0..<round % 5 { await Task.yield() }
                        if round % 3 == 0 { wait.finish(.grant) } else if round % 3 == 1 { task.cancel() }
                        ends.append(await task.value)
                    }
                    return ends
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(ends.count == 4_000 && !ends.contains(nil))
    }
}
