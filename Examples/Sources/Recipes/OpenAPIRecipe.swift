import Foundation
import HTTPTypes
import RetryAsync
import Shared

// swift-openapi-runtime is not a dependency of these examples: the protocol and the body below have the shape of its
// `ClientMiddleware` and `HTTPBody`, as far as the middleware uses them. To use it, leave them out and import
// OpenAPIRuntime.

protocol ClientMiddleware: Sendable {
    func intercept(
        _ request: HTTPRequest, body: HTTPBody?, baseURL: URL, operationID: String,
        next: @Sendable (HTTPRequest, HTTPBody?, URL) async throws -> (HTTPResponse, HTTPBody?)
    ) async throws -> (HTTPResponse, HTTPBody?)
}

final class HTTPBody: Sendable {
    enum IterationBehavior: Sendable { case single, multiple }

    let iterationBehavior: IterationBehavior
    let bytes: [UInt8]

    init(_ bytes: [UInt8], iterationBehavior: IterationBehavior = .multiple) {
        self.bytes = bytes
        self.iterationBehavior = iterationBehavior
    }
}

/// Retries the operations of a generated client.
///
/// An operation is repeated if its body can be read again, and if its method is safe to repeat or it has an
/// `Idempotency-Key`. If the last response is a failure, the client gets it, and decodes what the document says of it.
struct RetryMiddleware: ClientMiddleware {
    let pipeline: RetryPipeline

    func intercept(
        _ request: HTTPRequest, body: HTTPBody?, baseURL: URL, operationID: String,
        next: @Sendable (HTTPRequest, HTTPBody?, URL) async throws -> (HTTPResponse, HTTPBody?)
    ) async throws -> (HTTPResponse, HTTPBody?) {
        let isReadAgain = body.map { $0.iterationBehavior == .multiple } ?? true
        let mayRepeat = isIdempotent(request.method.rawValue) || request.headerFields[.idempotencyKey] != nil
        let named = pipeline.named(operationID)
        return try await (isReadAgain && mayRepeat ? named : named.maxAttempts(1)).execute(
            rejecting: { response, _ in
                HTTPStatusTable.classification(response.status.code) { name in
                    HTTPField.Name(name).flatMap { response.headerFields[$0] }
                }
            },
            operation: { try await next(request, body, baseURL) })
    }
}

// MARK: - The check

extension Recipes {
    func openAPI() async throws {
        begin("OpenAPI")
        let names = Notes()
        let observer = RetryObserver { event in if let name = event.operation { names.add(name) } }
        let middleware = RetryMiddleware(
            pipeline: .api.backoff(.constant(.milliseconds(5))).observer(observer))
        let unavailable = HTTPResponse(status: .serviceUnavailable)

        func requests(
            _ method: HTTPRequest.Method, _ first: HTTPResponse, key: String? = nil, body: HTTPBody? = nil
        ) async throws -> String {
            var request = HTTPRequest(method: method, scheme: "http", authority: "127.0.0.1", path: "/users")
            request.headerFields[.idempotencyKey] = key
            let sent = Notes()
            let (response, _) = try await middleware.intercept(
                request, body: body, baseURL: URL(fileURLWithPath: "/"), operationID: "getUser"
            ) { _, _, _ in
                sent.add("sent")
                return (sent.all.count == 1 ? first : HTTPResponse(status: .ok), nil)
            }
            return "\(sent.all.count) × \(response.status.code)"
        }
        checks.expect("get", try await requests(.get, unavailable), is: "2 × 200")
        checks.expect("missing", try await requests(.get, HTTPResponse(status: .notFound)), is: "1 × 404")
        checks.expect("post", try await requests(.post, unavailable), is: "1 × 503")
        checks.expect("post with a key", try await requests(.post, unavailable, key: "42"), is: "2 × 200")
        let body = HTTPBody([1])
        checks.expect("put", try await requests(.put, unavailable, body: body), is: "2 × 200")
        let once = HTTPBody([1], iterationBehavior: .single)
        checks.expect(
            "put of a body that is read once", try await requests(.put, unavailable, body: once), is: "1 × 503")
        var limited = HTTPResponse(status: .tooManyRequests)
        limited.headerFields[.retryAfter] = "1"
        let start = ContinuousClock.now
        checks.expect("limited", try await requests(.get, limited), is: "2 × 200")
        checks.expect("wait for the hint", .now - start, atLeast: .seconds(1), atMost: .seconds(5))
        checks.expect("names of the calls", Set(names.all), is: ["getUser"])
    }
}
