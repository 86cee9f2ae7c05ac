import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RetryAsync
import Shared
import SharedHTTP

/// Streams an answer whose tokens may be shown as they come.
///
/// Until the first token, a failure is retried: a 429 after its hint, a lost connection after a wait. After a cut, the
/// model is asked to go on after the text that was shown, as its own beginning of the answer: no token is shown twice.
///
/// - Parameters:
///   - pipeline: The pipeline.
///   - stream: Opens a stream that goes on after a text; an empty one for a new answer.
/// - Returns: The tokens.
func continuedAnswer<Tokens: AsyncSequence & SendableMetatype>(
    _ pipeline: RetryPipeline, stream: @escaping @Sendable (_ shown: String) async throws -> Tokens
) -> RetryingSequence<Tokens, String> where Tokens.Element == String {
    RetryingSequence(
        pipeline, position: { token, shown in (shown ?? "") + token }, restartsAttempts: true,
        make: { try await stream($0 ?? "") })
}

/// Streams an answer of a model that cannot go on: after a cut it starts over, and the display is cleared first.
///
/// - Parameters:
///   - pipeline: The pipeline.
///   - stream: Opens a stream of a new answer, with the same idempotency key each time.
///   - clear: Removes the tokens of an attempt that failed.
///   - show: Shows a token.
/// - Throws: The error of the last attempt; its tokens are still shown.
func restartedAnswer<Tokens: AsyncSequence & SendableMetatype>(
    _ pipeline: RetryPipeline, stream: () async throws -> Tokens, clear: () -> Void, show: (String) -> Void
) async throws where Tokens.Element == String {
    try await pipeline.execute { attempt in
        if !attempt.isFirst { clear() }
        for try await token in try await stream() { show(token) }
    }
}

// MARK: - The check

extension Recipes {
    private static let words = ["It ", "rains ", "in ", "Kiel."]

    func languageModel() async throws {
        begin("Language models")
        let events = Self.words.map { "data: \($0)\n\n" }
        let script: Upstream.Script = [
            // Limited, then cut after two tokens; what follows is decided by the text that was sent along.
            "/continue": [
                .status(429, retryAfter: 1), .pieces(Array(events.prefix(2)), hangsUp: true),
                .decided { .pieces(Array(events.dropFirst($0.body.split(separator: " ").count))) },
            ],
            "/restart": [.pieces(Array(events.prefix(3)), hangsUp: true), .pieces(events)],
        ]
        try await Upstream.run(script) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                @Sendable func tokens(_ path: String, after shown: String = "") async throws -> TokenStream {
                    var request = HTTPClientRequest(url: upstream.url(path))
                    request.method = .POST
                    request.body = .bytes(ByteBuffer(string: shown))
                    let response = try await client.execute(request, deadline: .distantFuture)
                    guard response.status == .ok else { throw HTTPError(response) }
                    return TokenStream(base: ServerSentEvents(response.body))
                }

                let start = ContinuousClock.now
                let api = RetryPipeline.api.backoff(.constant(.milliseconds(5)))
                var shown: [String] = []
                for try await token in continuedAnswer(api, stream: { try await tokens("/continue", after: $0) }) {
                    shown.append(token)
                }
                checks.expect("continued", shown, is: Self.words)
                checks.expect("wait for the hint", .now - start, atLeast: .seconds(1), atMost: .seconds(5))

                var display: [String] = []
                var clearings = 0
                try await restartedAnswer(
                    api, stream: { try await tokens("/restart") },
                    clear: {
                        display = []
                        clearings += 1
                    },
                    show: { display.append($0) })
                checks.expect("restarted", display, is: Self.words)
                checks.expect("clearings", clearings, is: 1)
            }
        }
    }
}

private struct TokenStream: AsyncSequence {
    let base: ServerSentEvents

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var base: ServerSentEvents.Iterator

        @concurrent
        mutating func next() async throws -> String? { try await base.next()?.data }
    }
}
