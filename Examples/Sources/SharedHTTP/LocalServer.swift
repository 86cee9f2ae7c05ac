package import Hummingbird
import Logging
import NIOCore

/// An HTTP server on this machine's loopback address.
package enum LocalServer {
    /// Starts a server, runs `body` with its port, and stops the server.
    ///
    /// Shut its clients down in `body`: a server that stops during a connection attempt may crash.
    ///
    /// - Parameters:
    ///   - port: The port to listen on; a free one if 0.
    ///   - respond: Answers a request.
    ///   - body: The code that runs while the server does.
    /// - Returns: The result of `body`.
    /// - Throws: The error of `body`, or an error of the server.
    package static func run<Result>(
        port: Int = 0, _ respond: @escaping @Sendable (Request, BasicRequestContext) async throws -> Response,
        body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let (ports, listensOn) = AsyncStream.makeStream(of: Int.self)
        let server = Application(
            responder: CallbackResponder<BasicRequestContext>(callback: respond),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in listensOn.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "server") { _ in SwiftLogNoOpLogHandler() }
        )
        // This task is cancelled and awaited when the function returns or throws.
        async let serving: Void = {
            defer { listensOn.finish() }
            try await server.run()
        }()
        guard let port = await ports.first(where: { _ in true }) else {
            // It could not start, and the error says why; it has none if this task was cancelled.
            try await serving
            throw CancellationError()
        }
        return try await body(port)
    }
}
