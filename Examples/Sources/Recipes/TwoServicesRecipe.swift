import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import RetryAsync
import Shared
import SharedHTTP

/// The front of two services: it calls the other one for each of its requests, and sends on the time that its own caller
/// still waits.
struct FrontService {
    let client: HTTPClient
    let back: String
    let pipeline: RetryPipeline

    func answer() async throws -> String {
        try await retry(pipeline) { attempt in
            var request = HTTPClientRequest(url: back)
            // Made for each attempt: each has less time than the one before.
            if let header = try attempt.header(.requestTimeoutMilliseconds) {
                request.headers.add(name: header.name, value: header.value)
            }
            let response = try await client.execute(request, timeout: .seconds(20))
            guard response.status == .ok else { throw SharedHTTP.HTTPError(response) }
            return String(buffer: try await response.body.collect(upTo: 1024))
        }
    }
}

extension Recipes {
    func twoServices() async throws {
        begin("Two services")
        let seen = Notes()
        let back = Router()
        back.add(middleware: DeadlineMiddleware()).get("/") { request, _ in
            let left = RetryDeadline.current?.remaining ?? .zero
            let header = request.headers[.requestTimeout].flatMap { Int($0) } ?? 0
            seen.add(left <= .milliseconds(header) && left > .zero ? "\(header)" : "no deadline")
            // The first answer takes long, and is a failure.
            if seen.all.count == 1 {
                try await Task.sleep(for: .milliseconds(100))
                throw Hummingbird.HTTPError(.serviceUnavailable)
            }
            return "done"
        }
        let backResponder = back.buildResponder()
        try await LocalServer.run {
            try await backResponder.respond(to: $0, context: $1)
        } body: { backPort in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                let service = FrontService(
                    client: client, back: "http://127.0.0.1:\(backPort)/",
                    pipeline: RetryPipeline.api.backoff(.constant(.milliseconds(50))))
                let front = Router()
                front.add(middleware: DeadlineMiddleware()).get("/") { _, _ in try await service.answer() }
                let frontResponder = front.buildResponder()
                try await LocalServer.run {
                    try await frontResponder.respond(to: $0, context: $1)
                } body: { port in
                    try await call(client, port, seen)
                }
            }
        }
    }

    private func call(_ client: HTTPClient, _ port: Int, _ seen: Notes) async throws {
        func send(_ milliseconds: Int) async throws -> Int {
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/")
            request.headers.add(name: "x-request-timeout-ms", value: "\(milliseconds)")
            return Int(try await client.execute(request, timeout: .seconds(20)).status.code)
        }
        checks.expect("answer", try await send(10_000), is: 200)
        let headers = seen.all.map { Int($0) ?? .max }
        checks.expect("requests", headers.count, is: 2)
        checks.expect("the first time", Double(headers.first ?? 0), atMost: 10_000)
        checks.expect("the second time", Double(headers.last ?? 0), atMost: Double(headers.first ?? 0) - 100)
        // Less than five milliseconds are left: the front does not even ask.
        checks.expect("too late", try await send(3) >= 500, is: true)
        checks.expect("requests in all", seen.all.count, is: 2)
    }
}
