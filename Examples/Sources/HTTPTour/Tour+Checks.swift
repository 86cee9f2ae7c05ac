import NIOHTTP1
import RetryAsync
import Shared
import SharedHTTP

extension Tour {
    /// A pipeline whose calls are counted.
    func executor(_ policy: RetryPolicy, onRetry: (@Sendable (RetryNotice) -> Void)? = nil) -> RetryPipeline {
        RetryPipeline(policy: policy).observer(metrics.observer).onRetry(onRetry)
    }

    /// Gets a path under a policy, and prints the result.
    func call(_ path: String, _ policy: RetryPolicy, _ comment: String) async -> RetryOutcome<HTTPResponseStatus> {
        let outcome = await executor(policy).outcome { try await client.get(upstream.url(path)) }
        show(outcome, path, comment)
        return outcome
    }

    /// Begins a part of the output and the checks that belong to it.
    func begin(_ subject: String, _ comment: String? = nil) {
        checks.subject = subject
        print("\n\(subject)\(comment.map { ": \($0)" } ?? "")")
    }

    /// Prints a call that has ended.
    func show(_ outcome: RetryOutcome<HTTPResponseStatus>, _ path: String, _ comment: String) {
        begin("GET \(path)", comment)
        print(outcome.report)
    }

    /// Checks the attempts, the reason of the end, the duration, and that the server received as many requests.
    func expect(
        _ outcome: RetryOutcome<HTTPResponseStatus>, at path: String, classes: [ErrorClass?], end: RetryStopReason,
        atLeast least: Duration = .zero, atMost most: Duration
    ) async {
        checks.expect("classes", outcome.classNames, is: classes.map { $0?.id ?? "none" })
        checks.expect("attempts", outcome.attempts, is: classes.count)
        checks.expect("end", outcome.stopReason, is: end)
        checks.expect("time", outcome.elapsed, atLeast: least, atMost: most)
        checks.expect("requests at the server", await upstream.arrivals(at: path).count, is: classes.count)
    }

    /// Prints and checks the counts of the observer of all calls.
    func readTheMetrics() async {
        let now = metrics.snapshot()
        begin("RetryMetrics, all calls together")
        print("    \(now.calls) calls: \(now.ends.listed)")
        print("    \(now.attemptsMade) attempts, \(now.retries) retries decided")
        print("    failures: \(now.failures.listed)")

        let ends = [
            "success": 1, "permanent_fail": 1, "max_attempts_exceeded": 3, "deadline_exceeded": 1, "cancelled": 2,
        ]
        checks.expect("ends", now.ends, is: ends)
        let failures: [ErrorClass: Int] = [.transient: 6, .serverError: 5, .rateLimit: 2, .permanent: 1]
        checks.expect("failures", now.failures, is: failures)
        // The last two attempts found no server, and the retry in /down was cancelled before it began.
        checks.expect("attempts", now.attemptsMade, is: await upstream.requestCount + 2)
        checks.expect("retries", now.retries, is: now.attemptsMade - now.calls + 1)
    }
}

extension RetryOutcome where Value: Copyable {
    /// The classes of the attempts, those of successful and cancelled ones as `none`.
    var classNames: [String] { timeline.map { $0.errorClass?.id ?? "none" } }
}

extension Dictionary where Value == Int {
    /// The counters, the largest first: `6 transient, 5 server_error`.
    fileprivate var listed: String {
        map { (name: "\($0.key)", count: $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
            .map { "\($0.count) \($0.name)" }
            .joined(separator: ", ")
    }
}
