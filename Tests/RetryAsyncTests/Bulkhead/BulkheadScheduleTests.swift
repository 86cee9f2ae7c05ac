import RetryAsync
import RetryTesting
import Testing

/// Many callers on one bulkhead, in every order of their steps that a seed leads to.
@Suite("Schedules of a bulkhead", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct BulkheadScheduleTests {
    private struct Tally: Sendable {
        var running = 0
        var most = 0
        var ends: [String: Int] = [:]
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    @Test("never more calls than permits, every call ends, and nothing is lost")
    func permits() throws {
        let ends = try Schedules.explore(percent: 100) { generator, clock in
            var generator = generator
            let permits = generator.pick(1, 1, 2)
            let bulkhead = Bulkhead(
                .permits(permits, queue: generator.pick(0, 1, 3), maxWait: .seconds(generator.pick(1, 3, 60))),
                on: clock)
            let grows = generator.pick(true, false, false)
            let tally = Locked(Tally())
            await withTaskGroup { group in
                for _ in 0..<generator.pick(2, 3, 5) {
                    let plan = generator
                    group.addTask { await Self.calls(bulkhead, clock, plan, tally) }
                    _ = generator.next()
                }
                if grows {
                    group.addTask {
                        try? await clock.sleep(for: .seconds(1))
                        bulkhead.resize(to: permits + 1)
                        try? await clock.sleep(for: .seconds(2))
                        bulkhead.resize(to: permits)
                    }
                }
            }
            let end = bulkhead.snapshot()
            guard end.used == 0, end.waiting == 0 else { throw Problem(description: "left behind: \(end)") }
            let seen = tally.withLock { $0 }
            guard seen.most <= permits + (grows ? 1 : 0) else { throw Problem(description: "\(seen.most) at once") }
            if let wrong = seen.ends["other"] { throw Problem(description: "\(wrong) other errors") }
            return seen.ends["cancelled"] != nil
                ? "cancelled" : seen.ends["full"] != nil ? "full" : seen.ends["late"] != nil ? "late" : "all ran"
        }
        #expect(ends.values.reduce(0, +) == Int(Schedules.total))
        for end in ["all ran", "full", "cancelled", "late"] { #expect(ends[end] ?? 0 > 0) }
    }

    private static func calls(
        _ bulkhead: Bulkhead, _ clock: ManualClock, _ generator: SeededGenerator, _ tally: Locked<Tally>
    ) async {
        var generator = generator
        for _ in 0..<generator.pick(1, 2) {
            var policy = RetryPolicy.immediate(generator.pick(1, 2))
            if generator.pick(true, false, false) { policy = policy.deadline(.seconds(generator.pick(1, 5))) }
            let pipeline = RetryPipeline(policy: policy).bulkhead(bulkhead).clock(clock.retryClock)
            let (fails, isByItself) = (generator.pick(true, false, false), generator.pick(true, false))
            let length = Duration.seconds(generator.pick(0, 1, 2))
            let task = Task(executorPreference: DeterministicExecutor.current) {
                let operation = { @Sendable () async throws -> Void in
                    tally.withLock { ($0.running, $0.most) = ($0.running + 1, max($0.most, $0.running + 1)) }
                    try? await clock.sleep(for: length)
                    tally.withLock { $0.running -= 1 }
                    if fails { throw TransientError() }
                }
                if isByItself {
                    try await bulkhead.call { try await operation() }
                } else {
                    try await pipeline { try await operation() }
                }
            }
            if generator.pick(true, false, false) {
                try? await clock.sleep(for: .seconds(generator.pick(0, 1, 2)))
                task.cancel()
            }
            let end: String
            switch await task.result {
            case .success: end = "ran"
            case .failure(let error) where error is TransientError: end = "failed"
            case .failure(let error) where error is CancellationError: end = "cancelled"
            case .failure(let error) where error is BulkheadFullError: end = "full"
            case .failure(let error) where error is DeadlineExceededError: end = "late"
            case .failure: end = "other"
            }
            tally.withLock { $0.ends[end, default: 0] += 1 }
        }
    }
}
