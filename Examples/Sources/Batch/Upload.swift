import RetryAsync
import Shared
import SharedHTTP

/// A server's rate limit: so many requests in each interval, and no more.
actor RateLimit {
    private let count: Int
    private let interval: Duration
    private var granted: [ContinuousClock.Instant] = []
    private(set) var refusals = 0

    init(_ count: Int, in interval: Duration) {
        self.count = count
        self.interval = interval
    }

    func grant() -> Bool {
        let now = ContinuousClock.now
        granted.removeAll { $0.duration(to: now) >= interval }
        if granted.count >= count {
            refusals += 1
            return false
        }
        granted.append(now)
        return true
    }
}

extension Plant {
    /// Thirty items, of which the server rejects the 7th and the 19th, and fails at the 23rd.
    private static let items = (1...30).map { "/items/\($0)" }

    static func uploadScript(_ limit: RateLimit) -> Upstream.Script {
        let answers: [String: Upstream.Answer] = [
            "/items/7": .status(422), "/items/19": .status(404), "/items/23": .status(500),
        ]
        return items.reduce(into: [:]) { script, path in
            script[path] = [.decided { _ in await limit.grant() ? answers[path] ?? .status(200) : .status(429) }]
        }
    }

    /// Uploads one item after the other, 20 ms apart; the policy handles the rate limit of the server.
    func upload(_ limit: RateLimit) async {
        begin("Upload", "30 items, 20 ms apart, where a server takes 8 requests a second")
        // A rate limit is worth more and longer waits than any other failure.
        let policy = RetryPolicy(maxAttempts: 8, backoff: .constant(.milliseconds(10)))
            .retries(2, for: .serverError, .transient)
            .backoff(.linear(initial: .milliseconds(100), cap: .milliseconds(400), jitter: .equal), for: .rateLimit)
        let metrics = RetryMetrics()
        let executor = RetryPipeline(policy: policy).observer(metrics.observer)

        var failures: [(item: String, error: any Error, reason: RetryStopReason)] = []
        let start = ContinuousClock.now
        for (index, item) in Self.items.enumerated() {
            if index > 0 { try? await Task.sleep(for: .milliseconds(20)) }
            let outcome = await executor.outcome { try await client.get(upstream.url(item)) }
            if let error = outcome.error { failures.append((item, error, outcome.stopReason)) }
            show(progress: index + 1)
        }
        let time = start.duration(to: .now)
        for failure in failures { print("    \(failure.item): \(failure.error) (\(failure.reason))") }

        let counts = metrics.snapshot()
        let refusals = await limit.refusals
        print("    \(counts.successes) of \(counts.calls) done in \(time.short), held up \(refusals) times")
        checks.expect("failed items", failures.map(\.item), is: ["/items/7", "/items/19", "/items/23"])
        checks.expect("statuses", failures.map { ($0.error as? HTTPError)?.statusCode ?? 0 }, is: [422, 404, 500])
        checks.expect("successes", counts.successes, is: 27)
        checks.expect("refusals", refusals > 0, is: true)
        checks.expect("refusals that were seen", counts.failures[.rateLimit] ?? 0, is: refusals)
        checks.expect("retries of the server's error", counts.failures[.serverError] ?? 0, is: 3)
        // 32 requests were taken, the last 8 of them not before the fourth second.
        checks.expect("time", time, atLeast: .seconds(3), atMost: .seconds(15))
    }

    /// A bar for every sixth item, so that it can be read in a log as well.
    private func show(progress count: Int) {
        let total = Self.items.count
        guard count.isMultiple(of: 6) else { return }
        let bar = String(repeating: "#", count: count) + String(repeating: ".", count: total - count)
        print("    [\(bar)] \(count)/\(total)")
    }
}
