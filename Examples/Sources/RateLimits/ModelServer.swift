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
        let wanted = Double(request.headers[ModelHeader.tokens.name] ?? "") ?? 100
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
        var headers = HTTPFields()
        headers[ModelHeader.limitRequests.name] = "\(Int(Self.requestsPerSecond))"
        headers[ModelHeader.remainingRequests.name] = "\(Int(requests))"
        headers[ModelHeader.limitTokens.name] = "\(Int(Self.tokensPerSecond))"
        headers[ModelHeader.remainingTokens.name] = "\(Int(tokens))"
        if isAccepted {
            counts.useful += 1
            let body = ByteBuffer(string: "{\"tokens\": \(Int(wanted))}")
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
        counts.throttled += 1
        let wait = max(
            Self.shortestPause, (1 - requests) / Self.requestsPerSecond, (wanted - tokens) / Self.tokensPerSecond)
        headers[ModelHeader.retryAfter.name] = "\(Int(wait * 1_000))"
        return Response(status: .tooManyRequests, headers: headers)
    }
}

/// The headers of the service.
private enum ModelHeader: String {
    case tokens = "x-tokens"
    case limitRequests = "x-ratelimit-limit-requests"
    case remainingRequests = "x-ratelimit-remaining-requests"
    case limitTokens = "x-ratelimit-limit-tokens"
    case remainingTokens = "x-ratelimit-remaining-tokens"
    case retryAfter = "retry-after-ms"

    var name: HTTPField.Name {
        guard let name = HTTPField.Name(rawValue) else { preconditionFailure("\(rawValue) is no name of a header.") }
        return name
    }
}
