import Faults
import NIOCore
import NIOPosix
import NIOSSL

extension Provocation {
    static var nio: [Provocation] { connecting + channels + loops }

    private static func nio(_ name: String, _ run: @escaping @Sendable () async throws -> Void) -> Provocation {
        Provocation("NIO", name, run)
    }

    private static var connecting: [Provocation] {
        [
            nio("connection refused") { try await connect(to: try RefusingPort().number).close() },
            nio("connection refused, by name") {
                let port = try RefusingPort()
                try await bootstrap.connect(host: "localhost", port: port.number).get().close()
            },
            nio("unknown host") {
                try await bootstrap.connect(host: "nonexistent.invalid", port: 1).get().close()
            },
            nio("connect timeout") {
                let port = try FullPort()
                try await connect(to: port.number).close()
                withExtendedLifetime(port) {}
            },
            nio("no socket file") {
                try await bootstrap.connect(unixDomainSocketPath: "/nonexistent/socket").get().close()
            },
            nio("address taken") {
                let port = try RefusingPort()
                try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .bind(host: "127.0.0.1", port: port.number).get().close()
            },
            nio("address that is none") { _ = try SocketAddress(ipAddress: "nowhere", port: 1) },
            nio("unverified certificate") {
                try await TLSServer.with(.selfSigned) { server in
                    let context = try NIOSSLContext(configuration: .makeClientConfiguration())
                    let caught = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
                    _ = try await bootstrap.channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
                            try channel.pipeline.syncOperations.addHandlers([handler, ErrorCatcher(caught)])
                        }
                    }.connect(host: "127.0.0.1", port: server.port).get()
                    try await caught.futureResult.get()
                }
            },
        ]
    }

    private static var channels: [Provocation] {
        [
            nio("write on a closed channel") {
                try await FaultyServer.with(.neverAnswers) { server in
                    let channel = try await connect(to: server.port)
                    try await channel.close()
                    try await channel.writeAndFlush(ByteBuffer(string: "text"))
                }
            },
            nio("close of a closed channel") {
                try await FaultyServer.with(.neverAnswers) { server in
                    let channel = try await connect(to: server.port)
                    try await channel.close()
                    try await channel.close()
                }
            },
            nio("reset while reading") {
                let server = try FaultyServer { $0.resetUnread() }
                defer { server.stop() }
                let caught = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
                let channel = try await bootstrap.channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ErrorCatcher(caught))
                    }
                }.connect(host: "127.0.0.1", port: server.port).get()
                try await channel.writeAndFlush(ByteBuffer(string: "text"))
                try await caught.futureResult.get()
            },
        ]
    }

    private static var loops: [Provocation] {
        [
            nio("thread pool shut down") {
                let pool = NIOThreadPool(numberOfThreads: 1)
                pool.start()
                try await pool.shutdownGracefully()
                try await pool.runIfActive {}
            },
            nio("more bytes than wanted") {
                let bytes = AsyncStream<ByteBuffer> { continuation in
                    continuation.yield(ByteBuffer(string: "long"))
                    continuation.finish()
                }
                _ = try await bytes.collect(upTo: 1)
            },
        ]
    }
}

private var bootstrap: ClientBootstrap {
    ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.milliseconds(100))
}

private func connect(to port: Int) async throws -> any Channel {
    try await bootstrap.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port)).get()
}

/// Fails a promise with the first error that runs through a channel.
private final class ErrorCatcher: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let caught: EventLoopPromise<Void>

    init(_ caught: EventLoopPromise<Void>) { self.caught = caught }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        caught.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        caught.succeed()
    }
}
