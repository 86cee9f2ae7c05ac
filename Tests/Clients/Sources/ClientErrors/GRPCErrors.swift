import Faults
import GRPCCore
import GRPCInProcessTransport
import GRPCNIOTransportHTTP2Posix
import NIOConcurrencyHelpers

extension Provocation {
    static var grpc: [Provocation] { statuses + pushbacks + service + calls + connections }

    private static func grpc(_ name: String, _ run: @escaping @Sendable () async throws -> Void) -> Provocation {
        Provocation("gRPC", name, run)
    }

    // MARK: What a server answers

    private static var statuses: [Provocation] {
        (1...16).map { code in
            let name = Status.Code(rawValue: code).map { "\($0)" } ?? ""
            return grpc("status \(code) \(name)") {
                try await inProcess { try await call($0, [AnsweringService.Wish.status.rawValue, UInt8(code)]) }
            }
        }
    }

    private static var pushbacks: [Provocation] {
        [(2, "20"), (8, "20"), (8, "-1"), (13, "-1"), (14, "20"), (14, "-1"), (14, "soon")].map { code, pushback in
            grpc("status \(code), pushback \(pushback)") {
                try await overHTTP2 { client in
                    try await call(client, [AnsweringService.Wish.status.rawValue, code] + Array(pushback.utf8))
                }
            }
        }
    }

    private static var service: [Provocation] {
        [
            grpc("cancellation thrown by the service") {
                try await inProcess { try await call($0, [AnsweringService.Wish.throwsCancellation.rawValue]) }
            },
            grpc("cancellation thrown by the service, over HTTP/2") {
                try await overHTTP2 { try await call($0, [AnsweringService.Wish.throwsCancellation.rawValue]) }
            },
            grpc("any error thrown by the service") {
                try await overHTTP2 { try await call($0, [AnsweringService.Wish.throwsAnything.rawValue]) }
            },
            grpc("method that is not there") {
                try await overHTTP2 { client in
                    try await call(client, [], method: AnsweringService.unknownMethod)
                }
            },
        ]
    }

    // MARK: What the client makes of a call

    private static var calls: [Provocation] {
        [
            grpc("deadline") {
                try await overHTTP2 { client in
                    try await call(client, [AnsweringService.Wish.waits.rawValue]) { $0.timeout = .milliseconds(100) }
                }
            },
            grpc("task cancelled") {
                let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
                try await overHTTP2(AnsweringService { arrival.yield() }) { client in
                    let task = Task { try await call(client, [AnsweringService.Wish.waits.rawValue]) }
                    _ = await arrivals.first { _ in true }
                    task.cancel()
                    try await task.value
                }
            },
            grpc("request longer than the server allows") {
                try await overHTTP2(limit: 10) { try await call($0, [UInt8](repeating: 1, count: 100)) }
            },
            grpc("reply longer than the client allows") {
                try await overHTTP2 { client in
                    // In this release it is the limit of requests that the client holds against the reply.
                    try await call(client, [UInt8](repeating: 1, count: 100)) {
                        $0.maxRequestMessageBytes = 10
                        $0.maxResponseMessageBytes = 10
                    }
                }
            },
            grpc("reply that can't be read") {
                try await inProcess { client in
                    _ = try await client.unary(
                        request: ClientRequest(message: [AnsweringService.Wish.echo.rawValue]),
                        descriptor: AnsweringService.method, serializer: BytesCoder(), deserializer: FailingCoder(),
                        options: .defaults
                    ) { try $0.message }
                }
            },
            grpc("interceptor throws a cancellation") {
                try await inProcess(interceptors: [Interceptor { CancellationError() }]) { client in
                    try await call(client, [AnsweringService.Wish.echo.rawValue])
                }
            },
            grpc("interceptor throws any error") {
                try await inProcess(interceptors: [Interceptor { Unprovoked() }]) { client in
                    try await call(client, [AnsweringService.Wish.echo.rawValue])
                }
            },
            grpc("client shut down before") {
                let transport = InProcessTransport()
                let client = GRPCClient(transport: transport.client)
                client.beginGracefulShutdown()
                try await call(client, [AnsweringService.Wish.echo.rawValue])
            },
        ]
    }

    // MARK: Connections

    private static var connections: [Provocation] {
        [
            grpc("connection refused") {
                let port = try RefusingPort()
                try await connected(to: port.number) { client in
                    try await call(client, []) { $0.waitForReady = false }
                }
            },
            grpc("connection refused, waiting until ready") {
                let port = try RefusingPort()
                try await connected(to: port.number) { client in
                    try await call(client, []) {
                        $0.waitForReady = true
                        $0.timeout = .milliseconds(100)
                    }
                }
            },
            grpc("connection reset") {
                try await FaultyServer.with(.resetsUnread) { server in
                    try await connected(to: server.port) { client in
                        try await call(client, []) { $0.waitForReady = false }
                    }
                }
            },
            grpc("no gRPC at the other end") {
                try await FaultyServer.with(.answers(Answer(200))) { server in
                    try await connected(to: server.port) { client in
                        try await call(client, []) { $0.waitForReady = false }
                    }
                }
            },
            grpc("connection breaks while waiting") {
                let server = try SilentHTTP2Server()
                defer { server.stop() }
                try await connected(to: server.port) { client in
                    try await call(client, [AnsweringService.Wish.echo.rawValue])
                }
            },
            // The first attempt was sent, and only the last one has an error.
            grpc("lost while waiting, then refused to its own retry") {
                let server = try SilentHTTP2Server(refusesThen: true)
                defer { server.stop() }
                try await connected(to: server.port) { client in
                    try await call(client, [AnsweringService.Wish.echo.rawValue]) {
                        $0.waitForReady = false
                        $0.executionPolicy = .retry(
                            RetryPolicy(
                                maxAttempts: 2, initialBackoff: .milliseconds(200), maxBackoff: .milliseconds(200),
                                backoffMultiplier: 1, retryableStatusCodes: [.unavailable]))
                    }
                }
            },
            grpc("unknown host") {
                try await withClient(.dns(host: "nonexistent.invalid", port: 1)) { client in
                    try await call(client, []) { $0.waitForReady = false }
                }
            },
        ]
    }
}

// MARK: Clients and servers

private func inProcess(
    interceptors: [any ClientInterceptor] = [],
    _ body: (GRPCClient<InProcessTransport.Client>) async throws -> Void
) async throws {
    let transport = InProcessTransport()
    try await withGRPCServer(transport: transport.server, services: [AnsweringService()]) { _ in
        try await withGRPCClient(transport: transport.client, interceptors: interceptors) { client in
            try await body(client)
        }
    }
}

private typealias HTTP2Client = GRPCClient<HTTP2ClientTransport.Posix>

private func overHTTP2(
    _ service: AnsweringService = AnsweringService(), limit: Int? = nil,
    _ body: (HTTP2Client) async throws -> Void
) async throws {
    var config = HTTP2ServerTransport.Posix.Config.defaults
    if let limit { config.rpc.maxRequestPayloadSize = limit }
    let transport = HTTP2ServerTransport.Posix(
        address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext, config: config)
    try await withGRPCServer(transport: transport, services: [service]) { server in
        guard let port = try await server.listeningAddress?.ipv4?.port else { throw Unprovoked() }
        try await connected(to: port, body)
    }
}

private func connected(to port: Int, _ body: (HTTP2Client) async throws -> Void) async throws {
    try await withClient(.ipv4(address: "127.0.0.1", port: port), body)
}

private func withClient(_ target: any ResolvableTarget, _ body: (HTTP2Client) async throws -> Void) async throws {
    let transport = try HTTP2ClientTransport.Posix(target: target, transportSecurity: .plaintext)
    try await withGRPCClient(transport: transport) { client in
        try await body(client)
    }
}

private func call(
    _ client: GRPCClient<some ClientTransport>, _ message: [UInt8],
    method: MethodDescriptor = AnsweringService.method, _ configure: (inout CallOptions) -> Void = { _ in }
) async throws {
    var options = CallOptions.defaults
    configure(&options)
    _ = try await client.unary(
        request: ClientRequest(message: message), descriptor: method, serializer: BytesCoder(),
        deserializer: BytesCoder(), options: options
    ) { try $0.message }
}

private struct Interceptor: ClientInterceptor {
    let error: @Sendable () -> any Error

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingClientRequest<Input>, context: ClientContext,
        next: @concurrent (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
        throw error()
    }
}

/// A server that speaks just enough HTTP/2 to be taken for one, and goes away when a request has come.
private final class SilentHTTP2Server: Sendable {
    private let server: FaultyServer
    private let listener = NIOLockedValueBox<FaultyServer?>(nil)

    /// Starts the server.
    ///
    /// - Parameter refusesThen: Whether connections are refused once the first request has come.
    /// - Throws: An error of the system.
    init(refusesThen: Bool = false) throws {
        let listener = listener
        server = try FaultyServer { connection in
            // The client's preface and its settings; the server's settings; the client's acknowledgement and request.
            guard connection.take(24) != nil else { return }
            connection.write("\0\0\0\u{4}\0\0\0\0\0")
            while let head = connection.take(9) {
                let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
                guard connection.take(length) != nil else { return }
                // A frame of headers begins a request.
                guard head[3] == 1 else { continue }
                if refusesThen { listener.withLockedValue { $0 }?.refuse() }
                return connection.reset()
            }
        }
        listener.withLockedValue { [server] in $0 = server }
    }

    var port: Int { server.port }

    func stop() {
        server.stop()
        listener.withLockedValue { $0 = nil }
    }
}
