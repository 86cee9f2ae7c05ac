import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

extension Agent {
    private static let tokens = ["The ", "weather ", "in ", "Kiel ", "is ", "wet, ", "as ", "ever."]

    /// The connection breaks off twice: after the third token within the fourth, and before the seventh.
    static let chatScript: Upstream.Script = [
        "/chat": [
            .decided { events(after: $0, upTo: 3, hangsUp: true, tail: "id: 4\ndata: Ki") },
            .decided { events(after: $0, upTo: 6, hangsUp: true) },
            .decided { events(after: $0, upTo: 8, hangsUp: false) },
        ],
        "/chat/refused": [.status(401)],
    ]

    /// Returns the events after the last one that the client has.
    private static func events(
        after question: Upstream.Question, upTo last: Int, hangsUp: Bool, tail: String = ""
    ) -> Upstream.Answer {
        let seen = question.header("last-event-id").flatMap(Int.init) ?? 0
        let events = (seen..<last).map { "id: \($0 + 1)\ndata: \(tokens[$0])\n\n" }
        return .pieces(events + [tail], hangsUp: hangsUp)
    }

    /// Consumes one stream, with each token once.
    func chat() async throws {
        begin("Chat", "a stream of tokens that breaks off twice, and goes on each time")
        let (errors, log) = AsyncStream.makeStream(of: String.self)
        let answer = RetryingSequence(
            .api
                .maxAttempts(2)
                .backoff(.constant(.milliseconds(20)))
                .onRetry { log.yield("\(type(of: $0.error))") },
            position: { event, _ in event.id }, restartsAttempts: true,
            make: { [client, upstream] lastID in try await client.events(upstream.url("/chat"), after: lastID) })

        var received: [String] = []
        print("    ", terminator: "")
        for try await event in answer {
            received.append(event.data)
            print(event.data, terminator: "")
        }
        log.finish()
        let cuts = await errors.reduce(into: []) { $0.append($1) }
        print("\n    broken off by \(cuts.joined(separator: " and "))")
        checks.expect("tokens", received, is: Self.tokens)
        checks.expect("resumptions", cuts.count, is: 2)
        await expectRequests("/chat", 3)

        // A failure that a repetition cannot fix is not retried.
        let refused = RetryingSequence(.api) { [client, upstream] in
            try await client.events(upstream.url("/chat/refused"))
        }
        do {
            for try await _ in refused {}
        } catch let error as HTTPError {
            checks.expect("status", error.statusCode, is: 401)
        }
        await expectRequests("/chat/refused", 1)
    }
}
