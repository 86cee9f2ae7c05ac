import NIOCore
import NIOPosix
import NIOSSL

/// A server that speaks TLS with a certificate of the tests, and answers every request with an empty 200.
public struct TLSServer: Sendable {
    private let channel: any Channel

    /// The number of the port.
    public var port: Int { channel.localAddress?.port ?? 0 }

    /// The address of a path.
    public func url(_ path: String = "/") -> String { "https://127.0.0.1:\(port)\(path)" }

    /// Starts a server, runs `body` with it, and stops the server.
    public static func with<Result>(
        _ certificate: TestCertificate, _ body: (TLSServer) async throws -> Result
    ) async throws -> Result {
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.pem.utf8))
                    .map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(TestCertificate.key.utf8), format: .pem))))
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context), Responder(),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(TLSServer(channel: channel))
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }
}

private final class Responder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The client refuses the certificate: that is what the server is for.
        context.close(promise: nil)
    }
}
