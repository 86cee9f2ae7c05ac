import GRPCCore

/// A service over bytes that answers as the request asks: with a status, a pushback, or worse.
struct AnsweringService: RegistrableRPCService {
    /// The reply that a request asks for.
    enum Wish: UInt8, Sendable {
        case status
        case echo
        case throwsCancellation
        case throwsAnything
        case waits
    }

    static let method = MethodDescriptor(
        service: ServiceDescriptor(fullyQualifiedService: "test.Answers"), method: "Get")
    static let unknownMethod = MethodDescriptor(
        service: ServiceDescriptor(fullyQualifiedService: "test.Answers"), method: "Nowhere")

    /// Is called when a request waits.
    var whenWaiting: @Sendable () -> Void = {}

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Self.method, deserializer: BytesCoder(), serializer: BytesCoder()
        ) { request, _ in
            let request = try await ServerRequest(stream: request)
            let reply = try await answer(to: request.message)
            return StreamingServerResponse(single: ServerResponse(message: reply))
        }
    }

    private func answer(to message: [UInt8]) async throws -> [UInt8] {
        switch message.first.flatMap(Wish.init) {
        case .status:
            let (code, pushback) = (Int(message[1]), String(decoding: message.dropFirst(2), as: UTF8.self))
            var metadata: Metadata = [:]
            if !pushback.isEmpty { metadata.addString(pushback, forKey: "grpc-retry-pushback-ms") }
            guard let status = Status.Code(rawValue: code), let code = RPCError.Code(status) else { return [] }
            throw RPCError(code: code, message: "as asked", metadata: metadata)
        case .echo, nil:
            return message
        case .throwsCancellation:
            throw CancellationError()
        case .throwsAnything:
            throw Unprovoked()
        case .waits:
            whenWaiting()
            // Ends when the task is cancelled, and not before.
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            for await _ in stream {}
            withExtendedLifetime(continuation) {}
            throw CancellationError()
        }
    }
}

/// Bytes as they are.
struct BytesCoder: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}

/// Reads nothing.
struct FailingCoder: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] { throw Unprovoked() }
}
