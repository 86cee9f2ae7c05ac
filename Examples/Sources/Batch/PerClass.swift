import Dispatch
import Foundation
import RetryAsync
import RetryFoundation
import RetryTesting
import Shared
import SharedHTTP
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

extension Plant {
    /// One failure of each class, for either client.
    static let perClassScript: Upstream.Script = {
        let answers: [Upstream.Answer] = [.status(409), .status(429), .status(500), .hangUp, .status(200)]
        return ["/class/async": answers, "/class/blocking": answers]
    }()

    /// Up to 8 attempts in 60 s: quick after a conflict of two writers, patient after a busy server.
    private static let policy = RetryPolicy(
        maxAttempts: 8, backoff: .decorrelated(initial: .milliseconds(250), cap: .seconds(10)), deadline: .seconds(60)
    )
    .backoff(.decorrelated(initial: .milliseconds(250), cap: .seconds(1)), for: .concurrency)
    .backoff(.exponential(initial: .seconds(4), cap: .seconds(60), jitter: .equal), for: .rateLimit)
    .backoff(.exponential(initial: .milliseconds(500), cap: .seconds(30), jitter: .equal), for: .serverError)
    .retries(2, for: .unknown)

    /// The bounds of the waits that follow the failures of the script.
    private static let bounds: [(Duration, Duration)] = [
        (.milliseconds(250), .seconds(1)), (.seconds(2), .seconds(60)), (.milliseconds(250), .seconds(30)),
        (.milliseconds(250), .seconds(10)),
    ]

    func callByClass() async throws {
        begin("Per class", "one policy for an asynchronous client and for a blocking one")
        let clock = ManualClock(autoAdvance: true)
        let executor = RetryPipeline(policy: Self.policy).clock(RetryClock(clock))
        let outcome = await executor.outcome { try await client.get(upstream.url("/class/async")) }
        check("async", outcome.timeline, outcome.stopReason)

        // A thread that may block, which those of the concurrency runtime must not.
        let url = upstream.url("/class/blocking")
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.callBlocking(url)) }
        }
        check("blocking", result.timeline, result.reason)
    }

    private static func callBlocking(_ url: String) -> (timeline: [AttemptRecord], reason: RetryStopReason) {
        let sleeper = ManualSleeper()
        let executor = BlockingExecutor(
            RetryPipeline(policy: policy)
                // On Linux, `URLSession` has no more specific code for a connection that broke off.
                .classifier(.errors(URLError.self) { $0.code == .unknown ? .transient : nil })
                .sleeper(sleeper.sleeper)
                .clock(sleeper.retryClock))
        do {
            let outcome = try executor.outcome(rejecting: failedHTTPStatus) { try get(url) }
            return (outcome.timeline, outcome.stopReason)
        } catch {
            return ([], .abandoned)
        }
    }

    private func check(_ name: String, _ timeline: [AttemptRecord], _ reason: RetryStopReason) {
        let line = timeline.map { "\($0.errorClass?.id ?? "done")\($0.delay.map { " (\($0.short))" } ?? "")" }
        print("    \(name.padded(8))  \(line.joined(separator: ", "))")
        let classes: [ErrorClass?] = [.concurrency, .rateLimit, .serverError, .transient, nil]
        checks.expect("classes, \(name)", timeline.map(\.errorClass), is: classes)
        checks.expect("end, \(name)", reason, is: .succeeded)
        for (record, bounds) in zip(timeline, Self.bounds) {
            checks.expect("wait, \(name)", record.delay ?? .zero, atLeast: bounds.0, atMost: bounds.1)
        }
    }
}

/// Gets a page, and blocks until it has arrived.
private func get(_ url: String) throws -> (Data, URLResponse) {
    guard let url = URL(string: url) else { throw URLError(.badURL) }
    let done = DispatchSemaphore(value: 0)
    let answer = Mutex<Result<(Data, URLResponse), any Error>>(.failure(URLError(.unknown)))
    URLSession.shared.dataTask(with: url) { data, response, error in
        let result = Result { () throws in
            guard let data, let response else { throw error ?? URLError(.unknown) }
            return (data, response)
        }
        answer.withLock { $0 = result }
        done.signal()
    }.resume()
    done.wait()
    return try answer.withLock { try $0.get() }
}
