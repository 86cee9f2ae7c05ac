import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RetryAsync
import SharedHTTP

/// A way to call a service with rate limits.
enum Way: String, CaseIterable, Sendable {
    case nothing = "nothing"
    case retry = "retry"
    case gate = "retry, gate"
    case limiter = "retry, limiter"

    /// Makes calls from 50 workers for a time.
    func run(_ workers: Int, for time: Duration, _ client: HTTPClient, _ url: String) async {
        let policy = RetryPolicy.rateLimited.maxAttempts(50).deadline(time)
        let gate = CoolDownGate(named: "model")
        // Twice the right limits: the first answers correct them.
        let limiter = ModelRateLimiter(
            requests: CallRateLimiter(.tokenBucket(200, per: .seconds(1), burst: 10), named: "requests"),
            tokens: CallRateLimiter(.tokenBucket(24_000, per: .seconds(1), burst: 1_200), named: "tokens"))
        let end = ContinuousClock.now + time
        await withDiscardingTaskGroup { group in
            for worker in 0..<workers {
                group.addTask {
                    var number = worker
                    while ContinuousClock.now < end {
                        number += 50
                        // 50 to 149 tokens, the same in every run; the caller expects 100.
                        let tokens = 50 + number * 37 % 100
                        switch self {
                        case .nothing: try? await Self.send(client, url, tokens)
                        case .retry:
                            try? await RetryAsync.retry(policy: policy) { try await Self.send(client, url, tokens) }
                        case .gate:
                            try? await RetryPipeline("model", policy: policy).coolDown(gate).execute {
                                try await Self.send(client, url, tokens)
                            }
                        case .limiter:
                            try? await RetryPipeline("model", policy: policy).limiter(limiter, tokens: 100).execute {
                                try await Self.send(client, url, tokens, limiter)
                            }
                            limiter.settle(estimate: 100, actual: tokens)
                        }
                    }
                }
            }
        }
    }

    /// Sends a prompt to the model, and corrects the limiter by the headers of the answer.
    private static func send(
        _ client: HTTPClient, _ url: String, _ tokens: Int, _ limiter: ModelRateLimiter? = nil
    ) async throws {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "x-tokens", value: "\(tokens)")
        let response = try await client.execute(request, timeout: .seconds(10))
        for try await _ in response.body {}
        limiter?.learn { response.headers.first(name: $0) }
        guard response.status == .ok else { throw HTTPError(response) }
    }
}
