import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import RetryAsync
import Shared
import SharedHTTP

/// A response that counts as a failure, with all that the library reads: status, hint, redirects.
struct ResponseError: StatusCodeError, RedirectAwareError, CustomStringConvertible {
    let statusCode: Int?
    let retryHint: RetryHint?
    let followedRedirect: Bool?
    /// The beginning of the body, which often explains the failure.
    let body: ByteBuffer

    init(_ response: HTTPClientResponse) async {
        let status = Int(response.status.code)
        statusCode = status
        retryHint = RateLimitHeaders.hint(status: status) { response.headers.first(name: $0) }
        followedRedirect = response.history.isEmpty ? nil : response.history.count > 1
        // Reading it gives the connection back to the pool.
        body = (try? await response.body.collect(upTo: 64 * 1024)) ?? ByteBuffer()
    }

    var description: String { "the response has the status \(statusCode ?? 0)" }
}

/// The error for a body that is too long to be kept for another attempt.
struct BodyNotRepeatable: SelfClassifyingError, CustomStringConvertible {
    let limit: Int
    var classification: ErrorClassification { .permanent }
    var description: String {
        "the body has more than \(limit) bytes, which are not kept for another attempt: pass a closure as `body`, which "
            + "makes the body for each attempt"
    }
}

extension HTTPClient {
    /// Executes a request through a pipeline: again after each failure that the policy retries.
    ///
    /// A request other than `GET`, `PUT` and the like is repeated only if it has an `Idempotency-Key`, or if the failure
    /// proves that nothing was executed.
    ///
    /// - Parameters:
    ///   - request: The request. Its body is read once, before the first attempt.
    ///   - pipeline: The pipeline, such as `.api`.
    ///   - timeout: The limit of an attempt; shorter if the pipeline leaves less.
    ///   - limit: The number of bytes of a body that are kept for another attempt.
    ///   - makeBody: Makes the body of an attempt, in place of the request's: a longer one, or one from a file.
    /// - Returns: The response, whose body has not been read.
    /// - Throws: ``ResponseError`` if the last status is a failure, else the client's error; `NotExecutedError`, before
    ///   the first attempt, if the body cannot be kept.
    func execute(
        _ request: HTTPClientRequest, retry pipeline: RetryPipeline, timeout: Duration = .seconds(30),
        keepingUpTo limit: Int = 256 * 1024, body makeBody: (() throws -> HTTPClientRequest.Body)? = nil
    ) async throws -> HTTPClientResponse {
        var request = request
        if let body = request.body, makeBody == nil {
            do { request.body = .bytes(try await body.collect(upTo: limit)) } catch is NIOTooManyBytesError {
                throw NotExecutedError(BodyNotRepeatable(limit: limit))
            }
        }
        let mayRepeat = isIdempotent(request.method.rawValue) || request.headers.contains(name: "idempotency-key")
        return try await (mayRepeat ? pipeline : pipeline.onlyIfNotExecuted()).execute { attempt in
            if let makeBody { request.body = try makeBody() }
            let limit = min(timeout, attempt.remaining ?? timeout)
            let response = try await execute(request, timeout: TimeAmount(limit))
            guard response.status.code >= 400 else { return response }
            throw await ResponseError(response)
        }
    }
}

// MARK: - The check

extension Recipes {
    func asyncHTTPClient() async throws {
        begin("AsyncHTTPClient")
        let api = RetryPipeline.api.backoff(.constant(.milliseconds(5)))
        let echo = Upstream.Answer.decided { .json($0.body) }
        let script: Upstream.Script = [
            "/limited": [.status(429, retryAfter: 1), .json("1")],
            "/missing": [.status(404)],
            "/echo": [.status(503), echo],
            "/slow": [.late(.seconds(5), .json("late"))],
            "/pay": [.status(503), .json("paid")],
            "/pay/limited": [.status(429), .json("paid")],
            "/pay/keyed": [.status(503), .json("paid")],
        ]
        try await Upstream.run(script) { upstream in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                func text(
                    _ path: String, _ method: NIOHTTP1.HTTPMethod = .GET, _ body: HTTPClientRequest.Body? = nil,
                    _ headers: HTTPHeaders = [:], keepingUpTo limit: Int = 1024, timeout: Duration = .seconds(30),
                    making makeBody: (() -> HTTPClientRequest.Body)? = nil
                ) async throws -> String {
                    var request = HTTPClientRequest(url: upstream.url(path))
                    request.method = method
                    request.body = body
                    request.headers = headers
                    let response = try await client.execute(
                        request, retry: api, timeout: timeout, keepingUpTo: limit, body: makeBody)
                    return String(buffer: try await response.body.collect(upTo: 1024))
                }

                let start = ContinuousClock.now
                checks.expect("after a limit", try await text("/limited"), is: "1")
                checks.expect("wait for the hint", .now - start, atLeast: .seconds(1), atMost: .seconds(5))
                let missing = await failure { try await text("/missing") } as? ResponseError
                checks.expect("status", missing?.statusCode, is: 404)

                // A stream can be read once: it was read before the first attempt.
                let once = AsyncStream {
                    $0.yield(ByteBuffer(string: "once"))
                    $0.finish()
                }
                checks.expect("streamed", try await text("/echo", .PUT, .stream(once, length: .unknown)), is: "once")
                let bytes = HTTPClientRequest.Body.bytes(ByteBuffer(string: "bytes"))
                checks.expect("bytes", try await text("/echo", .PUT, bytes), is: "bytes")
                let long = await failure { try await text("/echo", .PUT, bytes, keepingUpTo: 4) }
                checks.expect("long body", long is NotExecutedError, is: true)
                let made = try await text("/echo", .PUT) { .bytes(ByteBuffer(string: "made")) }
                checks.expect("made body", made, is: "made")

                let late = await failure { try await text("/slow", timeout: .milliseconds(20)) } as? HTTPClientError
                checks.expect("limit of an attempt", late, is: .deadlineExceeded)

                checks.expect("payment", (await failure { try await text("/pay", .POST, bytes) }) != nil, is: true)
                checks.expect("limited payment", try await text("/pay/limited", .POST, bytes), is: "paid")
                let key: HTTPHeaders = ["Idempotency-Key": "42"]
                checks.expect("keyed payment", try await text("/pay/keyed", .POST, bytes, key), is: "paid")
                for (path, count) in ["/echo": 4, "/missing": 1, "/slow": 4, "/pay": 1, "/pay/limited": 2] {
                    checks.expect("requests for \(path)", await upstream.arrivals(at: path).count, is: count)
                }
            }
        }
        try await redirectedPayment()
    }

    /// A payment that is made, and answered by a redirect to a page that is limited: it is not made again.
    private func redirectedPayment() async throws {
        try await LocalServer.run { request, _ in
            let isPage = request.uri.path == "/page"
            return Response(status: isPage ? .tooManyRequests : .seeOther, headers: isPage ? [:] : [.location: "/page"])
        } body: { port in
            try await HTTPClient.withHTTPClient(configuration: .withoutOwnRetries) { client in
                var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/pay")
                request.method = .POST
                let notes = Notes()
                let api = RetryPipeline.api.onRetry { _ in notes.add("retry") }
                let error = await failure { [request] in try await client.execute(request, retry: api) }
                checks.expect("redirected", (error as? ResponseError)?.followedRedirect, is: true)
                checks.expect("retries of a redirected payment", notes.all.count, is: 0)
            }
        }
    }
}
