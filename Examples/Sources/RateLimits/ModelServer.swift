import HTTPTypes
import Hummingbird
import NIOCore

/// A service of a language model, with a limit to requests and one to tokens, as the big ones have them.
///
/// It answers within 20 ms. Above a limit it answers 429, with the time to come back; every answer says what remains.
actor ModelServer {
    /// Requests and tokens per second.
    static let requestsPerSecond = 100.0
    static let tokensPerSecond = 12_000.0
    private static let burst = 0.5
    private static let shortestPause = 0.5

    private var requests = requestsPerSecond * burst
    private var tokens = tokensPerSecond * burst
    private var filledAt = ContinuousClock.now
    private(set) var counts = Counts()

    /// The answers since the last look.
    struct Counts: Sendable {
        var useful = 0
        var throttled = 0

        var requests: Int { useful + throttled }
    }

    /// Starts again, with full buckets.
    func reset() {
        (requests, tokens) = (Self.requestsPerSecond * Self.burst, Self.tokensPerSecond * Self.burst)
        (filledAt, counts) = (.now, Counts())
    }

    nonisolated func respond(to request: Request) async throws -> Response {
        let wanted = Double(request.headers[.tokens] ?? "") ?? 100
        let answer = await answer(tokens: wanted)
        try await Task.sleep(for: .milliseconds(20))
        return answer
    }

    private func answer(tokens wanted: Double) -> Response {
        let now = ContinuousClock.now
        let passed = (now - filledAt) / .seconds(1)
        filledAt = now
        requests = min(Self.requestsPerSecond * Self.burst, requests + passed * Self.requestsPerSecond)
        tokens = min(Self.tokensPerSecond * Self.burst, tokens + passed * Self.tokensPerSecond)
        let isAccepted = requests >= 1 && tokens >= wanted
        if isAccepted { (requests, tokens) = (requests - 1, tokens - wanted) }
        var headers: HTTPFields = [
            .limitRequests: "\(Int(Self.requestsPerSecond))", .remainingRequests: "\(Int(requests))",
            .limitTokens: "\(Int(Self.tokensPerSecond))", .remainingTokens: "\(Int(tokens))",
        ]
        if isAccepted {
            counts.useful += 1
            let body = ByteBuffer(string: "{\"tokens\": \(Int(wanted))}")
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        counts.throttled += 1
        let wait = max(
            Self.shortestPause, (1 - requests) / Self.requestsPerSecond, (wanted - tokens) / Self.tokensPerSecond)
        headers[.retryAfterMilliseconds] = "\(Int(wait * 1_000))"
        return Response(status: .tooManyRequests, headers: headers)
    }
}

extension HTTPField.Name {
    static let tokens = Self("x-tokens")!
    static let limitRequests = Self("x-ratelimit-limit-requests")!
    static let remainingRequests = Self("x-ratelimit-remaining-requests")!
    static let limitTokens = Self("x-ratelimit-limit-tokens")!
    static let remainingTokens = Self("x-ratelimit-remaining-tokens")!
    static let retryAfterMilliseconds = Self("retry-after-ms")!
}
