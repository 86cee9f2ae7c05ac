import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Coalesced calls under many orders of their steps.
@Suite("Schedules of coalesced calls", .timeLimit(.minutes(Schedules.minutes)))
struct CoalescerScheduleTests {
    private struct Run: Sendable {
        let key: Int
        var isOver = false
        var wasCancelled = false
    }

    private struct Tally: Sendable {
        var runs: [Run] = []
        var shared = 0
        var cancelled = 0
        var failed = 0
        var problems: [String] = []
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    @Test("one run of a key at a time, every caller hears of its own run, and the last one that leaves cancels")
    func schedules() throws {
        let ends = try Schedules.explore(percent: 60) { generator, clock in
            var generator = generator
            let coalescer = CallCoalescer<Int, Int>()
            let tally = Locked(Tally())
            await withTaskGroup { group in
                for _ in 0..<generator.pick(2, 3, 4, 6) {
                    let plan = generator
                    group.addTask { await Self.call(coalescer, clock, plan, tally) }
                    _ = generator.next()
                }
            }
            // Runs that were cancelled, and are deaf, come to their ends.
            try await clock.sleep(for: .seconds(60))
            let end = tally.withLock { $0 }
            let seen = coalescer.snapshot()
            if seen.keys != 0 || seen.waiting != 0 || seen.cancelling != 0 {
                throw Problem(description: "something is left: \(seen.debugDescription)")
            }
            if let problem = end.problems.first { throw Problem(description: problem) }
            if end.runs.contains(where: { !$0.isOver }) { throw Problem(description: "a run has not ended") }
            if seen.abandoned != end.runs.count(where: \.wasCancelled) {
                throw Problem(description: "\(seen.abandoned) abandoned, \(end.runs)")
            }
            return end.cancelled > 0 ? "cancelled" : end.failed > 0 ? "failed" : end.shared > 0 ? "shared" : "alone"
        }
        for end in ["cancelled", "failed", "shared"] { #expect(ends[end] ?? 0 > 0) }
    }

    private static func call(
        _ coalescer: CallCoalescer<Int, Int>, _ clock: ManualClock, _ generator: SeededGenerator, _ tally: Locked<Tally>
    ) async {
        var generator = generator
        let (key, seconds) = (generator.pick(0, 0, 1), generator.pick(0, 1, 2))
        let (isDeaf, fails) = (generator.pick(true, false, false), generator.pick(true, false, false, false))
        let cancelsAfter: Int? = generator.pick(nil, nil, 0, 1, 2)
        try? await clock.sleep(for: .seconds(generator.pick(0, 1)))
        let ownRun = Locked<Int?>(nil)
        let task = Task(executorPreference: DeterministicExecutor.current) {
            try await coalescer.call(key) {
                let number = tally.withLock { tally in
                    if tally.runs.contains(where: { $0.key == key && !$0.isOver && !$0.wasCancelled }) {
                        tally.problems.append("two runs of a key")
                    }
                    tally.runs.append(Run(key: key))
                    return tally.runs.count - 1
                }
                ownRun.withLock { $0 = number }
                defer { tally.withLock { $0.runs[number].isOver = true } }
                return try await withTaskCancellationHandler {
                    if isDeaf {
                        await clock.sleepDeaf(for: .seconds(seconds))
                    } else {
                        try await clock.sleep(for: .seconds(seconds))
                    }
                    if fails { throw Fault(number) }
                    return number
                } onCancel: {
                    tally.withLock { $0.runs[number].wasCancelled = true }
                }
            }
        }
        if let cancelsAfter {
            try? await clock.sleep(for: .seconds(cancelsAfter))
            task.cancel()
        }
        let result = await task.result
        let own = ownRun.withLock { $0 }
        tally.withLock { tally in
            switch result {
            case .success(let number):
                if tally.runs[number].key != key { tally.problems.append("a value of another key") }
                if tally.runs[number].wasCancelled { tally.problems.append("a value of a cancelled run") }
                if own != number { tally.shared += 1 }
            case .failure(let fault as Fault):
                tally.failed += 1
                if tally.runs[fault.number].key != key { tally.problems.append("an error of another key") }
            case .failure(let error):
                tally.cancelled += 1
                if cancelsAfter == nil || !(error is CancellationError) {
                    tally.problems.append("\(error) for a caller that was not cancelled")
                }
            }
        }
    }
}
