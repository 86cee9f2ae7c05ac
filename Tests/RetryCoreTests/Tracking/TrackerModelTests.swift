import RetryCore
import RetryTesting
import Testing

/// The tracker against the plainest tracker there can be: a dictionary that is searched from end to end.
@Suite("A tracker and its model", .timeLimit(.minutes(20)))
struct TrackerModelTests {
    private struct Model {
        var failures: [ToolCallKey: (count: Int, last: Int)] = [:]

        mutating func record(_ key: ToolCallKey, kind: Int, now: Int) -> RetryTrackerDecision {
            failures = failures.filter { now - $0.value.last <= 300 }
            guard kind == 0 else {
                failures[key] = nil
                return kind == 1 ? .succeeded : .giveUp
            }
            let count = (failures[key]?.count ?? 0) + 1
            failures[key] = count <= 2 ? (count, now) : nil
            return count <= 2 ? .retry(after: .milliseconds(100 << count)) : .giveUp
        }
    }

    @Test(arguments: 0..<40)
    func bothDecideTheSame(seed: UInt64) throws {
        let clock = ManualClock()
        let tracker = try RetryTracker(
            configuration: ToolRetryConfiguration(base: ToolRetryPolicy(jitter: false)), clock: RetryClock(clock))
        var generator = SeededGenerator(seed: seed)
        var model = Model()
        var now = 0
        let results = [
            RetryTracker.ToolResult(isError: true), RetryTracker.ToolResult(),
            RetryTracker.ToolResult(structured: .init(statusCode: 418)),
        ]
        for step in 0..<2_000 {
            let pause = [0, 0, 0, 1, 40, 150, 301].randomElement(using: &generator) ?? 0
            clock.advance(by: .seconds(pause))
            now += pause
            let key = ToolCallKey(
                tool: ["a", "b"].randomElement(using: &generator) ?? "a",
                request: "\(Int.random(in: 0..<30, using: &generator))")
            let kind = [0, 0, 0, 0, 1, 2].randomElement(using: &generator) ?? 0
            let expected = model.record(key, kind: kind, now: now)
            let decision = tracker.record(results[kind], tool: key.tool, request: key.request)
            guard decision == expected else {
                Issue.record("seed \(seed), step \(step): \(decision) instead of \(expected)")
                return
            }
            #expect(tracker.count >= model.failures.count)
        }
    }

    @Test func threadsAtOnceLoseNothing() async throws {
        let tracker = try RetryTracker(
            configuration: ToolRetryConfiguration(base: ToolRetryPolicy(maxRetries: 1_000_000, jitter: false)),
            ceiling: 1_000_000)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<20_000).count { step in
                        tracker.record(RetryTracker.ToolResult(isError: true), tool: "a", request: "\(step % 8)")
                            != .giveUp
                    }
                }
            }
            #expect(await group.reduce(0, +) == 80_000)
        }
        #expect(tracker.count == 8)
    }
}
