import RetryAsync
import RetryTesting
import Testing

/// Many callers on one gate, in every order of their steps that a seed leads to.
@Suite("Schedules of a cool-down gate", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct CoolDownScheduleTests {
    private struct Tally: Sendable {
        var starts: [Duration] = []
        var ends: [String: Int] = [:]
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    @Test("no call starts in a hold, every call ends, and nobody is left in line")
    func holds() throws {
        let ends = try Schedules.explore(percent: 100) { generator, clock in
            var generator = generator
            let recorder = RecordingCoolDownObserver()
            let policy = CoolDownPolicy(maxWait: .seconds(generator.pick(2, 60)))
            let gate = CoolDownGate(
                generator.pick(true, false) ? policy : policy.paced(1, per: .seconds(1)), on: clock,
                observer: recorder.observer)
            let tally = Locked(Tally())
            let holds = Locked<[(begin: Duration, end: Duration)]>([])
            await withTaskGroup { group in
                for _ in 0..<generator.pick(2, 3, 4) {
                    let plan = generator
                    group.addTask { await Self.calls(gate, clock, plan, tally) }
                    _ = generator.next()
                }
                if generator.pick(true, false) {
                    group.addTask {
                        try? await clock.sleep(for: .seconds(1))
                        gate.hold(for: .seconds(3))
                        holds.withLock { $0.append((clock.elapsed, clock.elapsed + .seconds(3))) }
                    }
                }
            }
            let end = gate.snapshot()
            guard end.waiting == 0 else { throw Problem(description: "left in line: \(end)") }
            let seen = tally.withLock { $0 }
            for hold in holds.withLock({ $0 }) {
                if let early = seen.starts.first(where: { $0 > hold.begin && $0 < hold.end }) {
                    throw Problem(description: "a start at \(early) within \(hold)")
                }
            }
            if let wrong = seen.ends["other"] { throw Problem(description: "\(wrong) other errors") }
            return seen.ends["cancelled"] != nil ? "cancelled" : seen.ends["rejected"] != nil ? "rejected" : "all ran"
        }
        #expect(ends.values.reduce(0, +) == Int(Schedules.total))
        for end in ["all ran", "rejected", "cancelled"] { #expect(ends[end] ?? 0 > 0, "\(ends)") }
    }

    private static func calls(
        _ gate: CoolDownGate, _ clock: ManualClock, _ generator: SeededGenerator, _ tally: Locked<Tally>
    ) async {
        var generator = generator
        for _ in 0..<generator.pick(1, 2, 3) {
            var policy = RetryPolicy.immediate(generator.pick(1, 2))
            if generator.pick(true, false, false) { policy = policy.deadline(.seconds(generator.pick(2, 5))) }
            let pipeline = RetryPipeline(policy: policy).coolDown(gate).clock(clock.retryClock)
            let hint: Duration? = generator.pick(nil, .seconds(1), .seconds(2))
            let throttles = generator.pick(true, false, false)
            let task = Task(executorPreference: DeterministicExecutor.current) {
                try await pipeline {
                    tally.withLock { $0.starts.append(clock.elapsed) }
                    try await clock.sleep(for: .milliseconds(10))
                    if throttles { throw ThrottlingServer.Throttled(retryAfter: hint) }
                }
            }
            if generator.pick(true, false, false) {
                try? await clock.sleep(for: .seconds(generator.pick(0, 1, 2)))
                task.cancel()
            }
            let end: String
            switch await task.result {
            case .success: end = "ran"
            case .failure(let error) where error is ThrottlingServer.Throttled: end = "failed"
            case .failure(let error) where error is CancellationError: end = "cancelled"
            case .failure(let error) where error is CoolingDownError: end = "rejected"
            case .failure(let error) where error is DeadlineExceededError: end = "late"
            case .failure: end = "other"
            }
            tally.withLock { $0.ends[end, default: 0] += 1 }
        }
    }
}
