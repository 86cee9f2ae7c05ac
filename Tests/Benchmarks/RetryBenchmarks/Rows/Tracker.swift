import Benchmark
import RetryCore

func trackerRows() -> [Row] {
    [
        decisionRow("a tracker's decision at 1,000 live keys", bar: 250, few),
        decisionRow("a tracker's decision at 1,000,000 live keys", bar: 1_000, many),
        .slowest("a tracker's slowest decision up to 1,000,000 keys", milliseconds: 5) { slowest in
            let tracker = try endlessTracker(upTo: million)
            for number in 0..<million {
                let request = uniqueName(number)
                try slowest.time { try fail(tracker, request) }
            }
        },
        .bytes(
            "a tracker's key, above its own bytes", atMost: 200, things: { (0..<million).map(uniqueName) },
            keep: { requests in
                let tracker = try endlessTracker(upTo: million)
                for request in requests { try fail(tracker, request) }
                return tracker
            }),
    ]
}

private let million = 1_000_000
private let few = Result { try LiveKeys(count: 1_000) }
private let many = Result { try LiveKeys(count: million) }

/// A tracker with keys that go on failing, and the order in which they do.
private final class LiveKeys: Sendable {
    let tracker: RetryTracker
    let requests: [String]

    init(count: Int) throws {
        tracker = try endlessTracker(upTo: count)
        requests = (0..<count).map { "request-\($0)" }.shuffled()
        for request in requests { try fail(tracker, request) }
    }
}

private func decisionRow(
    _ name: String, bar: Double, _ keys: @autoclosure @escaping @Sendable () -> Result<LiveKeys, any Error>
) -> Row {
    Row(name, bar: .nanoseconds(bar), mallocs: 0) { count in
        let keys = try keys().get()
        // Each batch begins elsewhere: a few keys again and again would lie in the caches of the processor.
        var place = Int.random(in: keys.requests.indices)
        for _ in 0..<count {
            try fail(keys.tracker, keys.requests[place])
            place = place + 1 < keys.requests.count ? place + 1 : 0
        }
    }
}

private func endlessTracker(upTo count: Int) throws -> RetryTracker {
    let endless = ToolRetryConfiguration(base: ToolRetryPolicy(maxRetries: .max))
    return try RetryTracker(configuration: endless, ceiling: .max, maximumKeys: count + count / 10)
}

/// As long as a UUID.
private func uniqueName(_ number: Int) -> String { "01890a5d-ac96-774b-bcce-\(100_000_000_000 + number)" }

private let failure = RetryTracker.ToolResult(isError: true)

private func fail(_ tracker: RetryTracker, _ request: String) throws {
    guard case .retry = tracker.record(failure, tool: "search", request: request) else { throw NoRetry() }
}

private struct NoRetry: Error {}
