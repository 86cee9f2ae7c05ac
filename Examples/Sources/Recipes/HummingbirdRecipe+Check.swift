import AsyncHTTPClient
import Hummingbird
import NIOCore
import NIOHTTP1
import RetryAsync
import Shared
import SharedHTTP

extension Recipes {
    func hummingbird() async throws {
        begin("Hummingbird")
        let router = Router()
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let (endings, end) = AsyncStream.makeStream(of: Void.self)
        let made = Notes()
        let upstream = RetryPipeline.api.deadline(.seconds(60)).backoff(.constant(.seconds(10)))
        router.group("deadline").add(middleware: DeadlineMiddleware()).get { _, _ in
            let outcome = await upstream.outcome { throw TransientError() }
            return "\(outcome.attempts) \(outcome.stopReason.code)"
        }
        router.group("pay").add(middleware: IdempotencyMiddleware(store: InMemoryEffectStore())).post { request, _ in
            let order = String(buffer: try await request.body.collect(upTo: 100))
            if order == "unsent" { throw NotExecutedError(TransientError()) }
            if order == "invalid" { throw Hummingbird.HTTPError(.badRequest, message: "No such order.") }
            if order == "lost" { throw TransientError() }
            made.add(order)
            if order == "slow" {
                arrival.yield()
                for await _ in endings { break }
            }
            return Response(status: .created, body: ResponseBody(byteBuffer: ByteBuffer(string: "paid \(order)")))
        }
        router.group("busy").add(middleware: LoadSheddingMiddleware(limit: 1)).get { _, _ in
            arrival.yield()
            for await _ in endings { break }
            return "done"
        }
        let responder = router.buildResponder()
        try await LocalServer.run {
            try await responder.respond(to: $0, context: $1)
        } body: { port in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                let server = ServerUnderCheck(client: client, port: port)
                try await deadlines(server)
                try await idempotency(server, made, arrivals) { end.yield() }
                try await shedding(server, arrivals) { end.yield() }
            }
        }
    }

    private func deadlines(_ server: ServerUnderCheck) async throws {
        let start = ContinuousClock.now
        let cut = try await server.send("/deadline", .GET, ["x-request-timeout-ms": "500"])
        checks.expect("a wait beyond the deadline", cut.text, is: "1 deadline_exceeded")
        checks.expect("time", .now - start, atMost: .seconds(5))
        for (value, status) in ["0": 504, "soon": 400, "-1": 400] {
            let answer = try await server.send("/deadline", .GET, ["x-request-timeout-ms": value])
            checks.expect("time left: \(value)", answer.status, is: status)
        }
    }

    private func idempotency(
        _ server: ServerUnderCheck, _ made: Notes, _ arrivals: AsyncStream<Void>, _ end: () -> Void
    ) async throws {
        func pay(_ order: String, _ key: String?) async throws -> Answer {
            try await server.send("/pay", .POST, key.map { ["idempotency-key": $0] } ?? [:], order)
        }
        checks.expect("no key", try await pay("a", nil).status, is: 400)
        checks.expect("empty key", try await pay("a", "").status, is: 400)
        checks.expect("long key", try await pay("a", String(repeating: "k", count: 256)).status, is: 400)
        checks.expect("first", try await pay("a", "1"), is: Answer(status: 201, text: "paid a", replayed: nil))
        checks.expect("second", try await pay("a", "1"), is: Answer(status: 201, text: "paid a", replayed: "true"))
        checks.expect("another order", try await pay("b", "1").status, is: 422)
        let refusals = [try await pay("invalid", "5"), try await pay("invalid", "5")]
        checks.expect("refusal", refusals.map(\.status), is: [400, 400])
        checks.expect("refusal again", refusals.map(\.replayed), is: [nil, "true"])
        async let slow = pay("slow", "2")
        for await _ in arrivals { break }
        let early = try await pay("slow", "2")
        checks.expect("still running", early.status, is: 409)
        checks.expect("hint", early.retryAfter != nil, is: true)
        end()
        checks.expect("slow", try await slow.status, is: 201)
        checks.expect("slow again", try await pay("slow", "2").replayed, is: "true")
        for _ in 1...2 { checks.expect("not sent", try await pay("unsent", "3").status, is: 500) }
        checks.expect("key is free", try await pay("c", "3").status, is: 201)
        for _ in 1...2 { checks.expect("unknown outcome", try await pay("lost", "4").status, is: 500) }
        checks.expect("payments", made.all, is: ["a", "slow", "c"])
    }

    private func shedding(
        _ server: ServerUnderCheck, _ arrivals: AsyncStream<Void>, _ end: () -> Void
    ) async throws {
        async let first = server.send("/busy", .GET)
        for await _ in arrivals { break }
        let second = try await server.send("/busy", .GET)
        checks.expect("shed", second.status, is: 503)
        checks.expect("hint", second.retryAfter, is: "1")
        end()
        checks.expect("first", try await first.text, is: "done")
        async let next = server.send("/busy", .GET)
        for await _ in arrivals { break }
        end()
        checks.expect("next", try await next.status, is: 200)
    }
}

private struct Answer: Equatable {
    let status: Int
    let text: String
    let replayed: String?
    var retryAfter: String?
}

private struct ServerUnderCheck {
    let client: HTTPClient
    let port: Int

    func send(
        _ path: String, _ method: NIOHTTP1.HTTPMethod, _ headers: [String: String] = [:], _ body: String = ""
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        request.headers = HTTPHeaders(headers.map { ($0.key, $0.value) })
        if method == .POST { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, timeout: .seconds(20))
        return Answer(
            status: Int(response.status.code), text: String(buffer: try await response.body.collect(upTo: 1024)),
            replayed: response.headers.first(name: "idempotent-replayed"),
            retryAfter: response.headers.first(name: "retry-after"))
    }
}
