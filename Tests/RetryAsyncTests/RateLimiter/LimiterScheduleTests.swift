import RetryAsync
import RetryTesting
import Testing

/// Many callers on one limiter, in every order of their steps that a seed leads to.
@Suite("Schedules of a rate limiter", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct LimiterScheduleTests {
    private struct Tally: Sendable {
        var starts: [(time: Duration, cost: Int)] = []
        var holds: [(begin: Duration, end: Duration)] = []
        var cancelled = 0
        var rejected = 0
        var problems: [String] = []
    }

    @Test("keeps the rate in any window, starts no call in a hold, and ends every call", arguments: 0..<2)
    func rate(index: Int) throws {
        let ends = try Schedules.explore(percent: 50) { generator, clock in
            var generator = generator
            let isExact = index == 1
            let policy: RateLimiterPolicy =
                isExact
                ? .slidingLog(2, per: .seconds(2), maxWait: .seconds(generator.pick(0, 3, 60)))
                : .tokenBucket(1, per: .seconds(1), burst: 2, maxWait: .seconds(generator.pick(0, 3, 60)))
            let limiter = CallRateLimiter(policy, on: clock)
            let tally = Locked(Tally())
            await withTaskGroup { group in
                for _ in 0..<generator.pick(2, 3, 4) {
                    let plan = generator
                    group.addTask { await Self.calls(limiter, clock, plan, tally) }
                    _ = generator.next()
                }
                if generator.pick(true, false) {
                    let delay = Duration.seconds(generator.pick(0, 1, 2))
                    group.addTask {
                        try? await clock.sleep(for: delay)
                        tally.withLock { $0.holds.append((clock.elapsed, clock.elapsed + .seconds(3))) }
                        limiter.hold(for: .seconds(3))
                    }
                }
            }
            let end = tally.withLock { $0 }
            try Self.check(end, isExact: isExact)
            return end.cancelled > 0 ? "cancelled" : end.rejected > 0 ? "rejected" : "all started"
        }
        #expect(ends.values.reduce(0, +) == Int(Schedules.total / 2))
        #expect(ends["all started"] ?? 0 > 0 && ends["rejected"] ?? 0 > 0 && ends["cancelled"] ?? 0 > 0)
    }

    private static func calls(
        _ limiter: CallRateLimiter, _ clock: ManualClock, _ generator: SeededGenerator, _ tally: Locked<Tally>
    ) async {
        var generator = generator
        for _ in 0..<generator.pick(1, 2, 3) {
            let cost = generator.pick(1, 1, 2)
            var policy = RetryPolicy.immediate(generator.pick(1, 2))
            if generator.pick(true, false, false) { policy = policy.deadline(.seconds(generator.pick(2, 5))) }
            let pipeline = RetryPipeline(policy: policy).limiter(limiter, cost: cost).clock(clock.retryClock)
            let fails = generator.pick(true, false, false)
            let isByItself = generator.pick(true, false)
            let task = Task(executorPreference: DeterministicExecutor.current) {
                let operation = { @Sendable () async throws -> Void in
                    tally.withLock { $0.starts.append((clock.elapsed, cost)) }
                    if fails { throw TransientError() }
                }
                if isByItself {
                    try await limiter.call(cost: cost) { try await operation() }
                } else {
                    try await pipeline { try await operation() }
                }
            }
            if generator.pick(true, false, false) {
                try? await clock.sleep(for: .seconds(generator.pick(0, 1, 2)))
                task.cancel()
            }
            switch await task.result {
            case .failure(let error) where error is CancellationError: tally.withLock { $0.cancelled += 1 }
            case .failure(let error) where error is RateLimitedError: tally.withLock { $0.rejected += 1 }
            case .failure(let error) where !(error is TransientError || error is DeadlineExceededError):
                tally.withLock { $0.problems.append("\(error)") }
            default: break
            }
        }
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    private static func check(_ end: Tally, isExact: Bool) throws {
        if let problem = end.problems.first { throw Problem(description: problem) }
        for (index, first) in end.starts.enumerated() {
            var sum = 0
            for start in end.starts[index...] {
                sum += start.cost
                let window = start.time - first.time
                let most = isExact ? (window < .seconds(2) ? 2 : .max) : 2 + Int(window.components.seconds)
                if sum > most { throw Problem(description: "\(sum) within \(window): \(end.starts)") }
            }
        }
        for hold in end.holds {
            if let early = end.starts.first(where: { $0.time > hold.begin && $0.time < hold.end }) {
                throw Problem(description: "a start at \(early.time) within \(hold)")
            }
        }
    }
}
