import AsyncHTTPClient
import Faults
import NIOCore
import NIOHTTP1
import NIOSSL

extension Provocation {
    static var asyncHTTPClient: [Provocation] {
        connecting + breaking + waiting + refusing + requests + redirects + ending
    }

    private static func ahc(_ name: String, _ run: @escaping @Sendable () async throws -> Void) -> Provocation {
        Provocation("AsyncHTTPClient", name, run)
    }

    // MARK: Connections that are not made

    private static var connecting: [Provocation] {
        [
            ahc("connection refused") { try await get(try RefusingPort().url()) },
            ahc("connection refused, tried until the connect timeout") {
                try await get(try RefusingPort().url()) {
                    $0.connectionPool.retryConnectionEstablishment = true
                    $0.timeout.connect = shortTime
                }
            },
            ahc("unknown host") { try await get("http://nonexistent.invalid/") },
            ahc("connect timeout") {
                let port = try FullPort()
                try await get(port.url()) { $0.timeout.connect = shortTime }
                withExtendedLifetime(port) {}
            },
            ahc("no socket file") { try await get("http+unix://%2Fnonexistent%2Fsocket/") },
            ahc("TLS handshake timeout") {
                try await FaultyServer.with(.neverAnswers) { server in
                    try await get("https://127.0.0.1:\(server.port)/") { $0.timeout.connect = shortTime }
                }
            },
            ahc("TLS to a server without") {
                let server = try FaultyServer { connection in
                    connection.write("this is no TLS\r\n\r\n")
                    connection.waitForClient()
                }
                defer { server.stop() }
                try await get("https://127.0.0.1:\(server.port)/")
            },
            ahc("self-signed certificate") { try await TLSServer.with(.selfSigned) { try await get($0.url()) } },
            ahc("expired certificate") { try await trusting(.expired) },
            ahc("certificate of another host") { try await trusting(.otherHost) },
            ahc("proxy asks for authentication") { try await throughProxy(.answers(Answer(407))) },
            ahc("proxy refuses") { try await throughProxy(.answers(Answer(502))) },
            ahc("proxy never answers") { try await throughProxy(.neverAnswers) { $0.timeout.connect = shortTime } },
            ahc("SOCKS server never answers") {
                try await FaultyServer.with(.neverAnswers) { server in
                    try await get("http://127.0.0.1:1/") {
                        $0.proxy = .socksServer(host: "127.0.0.1", port: server.port)
                        $0.timeout.connect = shortTime
                    }
                }
            },
        ]
    }

    // MARK: Connections that break

    private static var breaking: [Provocation] {
        [
            ahc("reset before the request is read") { try await get(from: .resetsUnread) },
            ahc("closed before the reply") { try await get(from: .closesBeforeReply) },
            ahc("reset before the reply") { try await get(from: .resetsBeforeReply) },
            ahc("closed in the header") { try await get(from: .closesInHeader) },
            ahc("closed in the body") { try await get(from: .closesInBody) },
            ahc("reset in the body") { try await get(from: .resetsInBody) },
            ahc("closed in a chunk") { try await get(from: .closesInChunk) },
            ahc("not HTTP") { try await get(from: .answersGarbage) },
            ahc("kept connection reset") {
                try await FaultyServer.with(.resetsKeptConnection) { server in
                    try await withClient { client in
                        try await get(server.url(), by: client)
                        try await get(server.url(), by: client)
                    }
                }
            },
        ]
    }

    // MARK: Timeouts

    private static var waiting: [Provocation] {
        [
            ahc("read timeout before the reply") {
                try await get(from: .neverAnswers) { $0.timeout.read = .milliseconds(100) }
            },
            ahc("read timeout in the body") {
                try await get(from: .stallsInBody) { $0.timeout.read = .milliseconds(100) }
            },
            ahc("write timeout") {
                // The caller's own body stands still.
                let (body, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
                continuation.yield(ByteBuffer(string: "text"))
                try await FaultyServer.with(.neverAnswers) { server in
                    var request = HTTPClientRequest(url: server.url())
                    request.method = .POST
                    request.body = .stream(body, length: .unknown)
                    try await execute(request) { $0.timeout.write = .milliseconds(100) }
                }
                continuation.finish()
            },
            ahc("deadline") {
                try await FaultyServer.with(.neverAnswers) { server in
                    try await withClient { client in
                        let request = HTTPClientRequest(url: server.url())
                        _ = try await client.execute(request, timeout: .milliseconds(100))
                    }
                }
            },
            ahc("no connection free in the pool") {
                try await FaultyServer.with(.stallsInBody) { server in
                    try await withClient {
                        $0.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
                        $0.timeout.connect = shortTime
                    } _: { client in
                        let request = HTTPClientRequest(url: server.url())
                        let first = try await client.execute(request, deadline: .distantFuture)
                        _ = try await client.execute(request, deadline: .distantFuture)
                        withExtendedLifetime(first) {}
                    }
                }
            },
        ]
    }

    // MARK: Refusals of the client

    private static var refusing: [Provocation] {
        [
            ahc("invalid URL") { try await get("http://[") },
            ahc("URL without a host") { try await get("http:///path") },
            ahc("URL without a scheme") { try await get("example.com/path") },
            ahc("unsupported scheme") { try await get("redis://127.0.0.1/") },
            ahc("URL without a socket path") { try await get("http+unix:///path") },
        ]
    }

    private static var requests: [Provocation] {
        [
            ahc("invalid header name") { try await post { $0.headers.add(name: "na me", value: "1") } },
            ahc("invalid header value") { try await post { $0.headers.add(name: "name", value: "1\r\n2") } },
            ahc("TRACE with a body") { try await post { $0.method = .TRACE } },
            ahc("body shorter than announced") {
                try await post { $0.body = .stream([ByteBuffer(string: "1")].async, length: .known(Int64(2))) }
            },
            ahc("reply longer than wanted") {
                try await FaultyServer.with(.answers(Answer(200, body: "long"))) { server in
                    try await withClient { client in
                        let request = HTTPClientRequest(url: server.url())
                        let response = try await client.execute(request, deadline: .distantFuture)
                        _ = try await response.body.collect(upTo: 1)
                    }
                }
            },
        ]
    }

    // MARK: Redirects

    private static var redirects: [Provocation] {
        [
            ahc("redirect cycle") { try await get(from: .answers(.redirect(302, to: "/"))) },
            ahc("too many redirects") {
                try await get(from: .answers(.redirect(302, to: "/"))) {
                    $0.redirectConfiguration = .follow(max: 2, allowCycles: true)
                }
            },
            ahc("redirected to a host that refuses") {
                let port = try RefusingPort()
                try await get(from: .answers(.redirect(303, to: port.url())))
            },
            ahc("redirected to an unknown host") {
                try await get(from: .answers(.redirect(303, to: "http://nonexistent.invalid/")))
            },
        ]
    }

    // MARK: Ends

    private static var ending: [Provocation] {
        [
            ahc("client shut down before") {
                let client = HTTPClient()
                try await client.shutdown()
                try await get("http://127.0.0.1:1/", by: client)
            },
            ahc("client shut down meanwhile") {
                try await whileUnanswered { client, _ in try await client.shutdown() }
            },
            ahc("task cancelled") {
                try await whileUnanswered { client, task in
                    task.cancel()
                    _ = await task.result
                    try await client.shutdown()
                }
            },
        ]
    }
}

// MARK: Requests

/// The time after which a client gives up where that is what is provoked.
private let shortTime = TimeAmount.milliseconds(200)

/// A client that tries to connect once.
private func withClient<Result>(
    _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }, _ body: (HTTPClient) async throws -> Result
) async throws -> Result {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.retryConnectionEstablishment = false
    configure(&configuration)
    let client = HTTPClient(configuration: configuration)
    do {
        let result = try await body(client)
        try await client.shutdown()
        return result
    } catch {
        try? await client.shutdown()
        throw error
    }
}

private func execute(
    _ request: HTTPClientRequest, _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }
) async throws {
    try await withClient(configure) { client in
        let response = try await client.execute(request, deadline: .distantFuture)
        for try await _ in response.body {}
    }
}

private func get(
    _ url: String, _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }
) async throws {
    try await execute(HTTPClientRequest(url: url), configure)
}

private func get(_ url: String, by client: HTTPClient) async throws {
    let response = try await client.execute(HTTPClientRequest(url: url), deadline: .distantFuture)
    for try await _ in response.body {}
}

private func get(
    from fault: Fault, _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }
) async throws {
    try await FaultyServer.with(fault) { try await get($0.url(), configure) }
}

private func post(_ change: (inout HTTPClientRequest) -> Void) async throws {
    try await FaultyServer.with(.answers(Answer(200))) { server in
        var request = HTTPClientRequest(url: server.url())
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: "body"))
        change(&request)
        try await execute(request)
    }
}

private func trusting(_ certificate: TestCertificate) async throws {
    try await TLSServer.with(certificate) { server in
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(certificate.pem.utf8)))
        try await get(server.url()) { [configuration] in $0.tlsConfiguration = configuration }
    }
}

private func throughProxy(
    _ fault: Fault, _ configure: (inout HTTPClient.Configuration) -> Void = { _ in }
) async throws {
    try await FaultyServer.with(fault) { server in
        try await get("https://127.0.0.1:1/") {
            $0.proxy = .server(host: "127.0.0.1", port: server.port)
            configure(&$0)
        }
    }
}

/// Runs `end` while a request waits for its reply, and then throws what the request ended with.
private func whileUnanswered(
    _ end: (HTTPClient, Task<Void, any Error>) async throws -> Void
) async throws {
    let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
    let server = try FaultyServer { connection in
        guard connection.readRequest() != nil else { return }
        arrival.yield()
        connection.waitForClient()
    }
    defer { server.stop() }
    let client = HTTPClient()
    let task = Task { try await get(server.url(), by: client) }
    _ = await arrivals.first { _ in true }
    try await end(client, task)
    try await task.value
}

extension Array where Element: Sendable {
    /// The elements as an asynchronous sequence.
    fileprivate var async: AsyncStream<Element> {
        AsyncStream { continuation in
            for element in self { continuation.yield(element) }
            continuation.finish()
        }
    }
}
