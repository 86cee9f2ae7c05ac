import GRPCCore
import GRPCInProcessTransport
import RetryAsync
import Shared

extension RetryPipeline {
    /// Makes a call of gRPC: again after each failure that the policy retries.
    ///
    /// ```swift
    /// let user = try await users.grpc { try await client.user(request, options: $0) }
    /// ```
    ///
    /// The server's pushback is obeyed to the millisecond, and each attempt has the time that is left as its timeout,
    /// which reaches the server as `grpc-timeout`.
    ///
    /// - Parameters:
    ///   - options: The options of each attempt; a shorter timeout than the pipeline's is kept.
    ///   - call: Makes the call with the options that it receives, and builds its request anew.
    /// - Returns: The reply.
    /// - Throws: The `RPCError` of the last attempt.
    func grpc<Reply>(
        _ options: CallOptions = .defaults, call: nonisolated(nonsending) (CallOptions) async throws -> Reply
    ) async throws -> Reply {
        try await hints(.exact()).execute { attempt in
            var options = options
            if let remaining = attempt.remaining { options.timeout = min(remaining, options.timeout ?? remaining) }
            return try await call(options)
        }
    }
}

// MARK: - The check

extension Recipes {
    func grpc() async throws {
        begin("gRPC")
        let service = FailingService()
        let transport = InProcessTransport()
        try await withGRPCServer(transport: transport.server, services: [service]) { _ in
            try await withGRPCClient(transport: transport.client) { client in
                func call(_ text: String, _ pipeline: RetryPipeline) async throws -> String {
                    try await pipeline.grpc { options in
                        try await client.unary(
                            request: ClientRequest(message: text), descriptor: FailingService.method,
                            serializer: TextCoder(), deserializer: TextCoder(), options: options
                        ) { try $0.message }
                    }
                }

                let notes = Notes()
                let api = RetryPipeline.api.backoff(.constant(.milliseconds(5))).onRetry { notes.add("\($0.delay)") }
                checks.expect("reply", try await call("unavailable", api), is: "reply to unavailable")
                checks.expect("pushback", try await call("pushback", api), is: "reply to pushback")
                checks.expect("waits", notes.all, is: ["\(Duration.milliseconds(5))", "\(Duration.milliseconds(40))"])
                for (request, code) in ["invalid": RPCError.Code.invalidArgument, "never": .unavailable] {
                    let error = await failure { try await call(request, api) } as? RPCError
                    checks.expect("code of \(request)", error?.code, is: code)
                    checks.expect("calls of \(request)", service.count(request), is: 1)
                }
                let timed = try await call("timeout", api.deadline(.seconds(30)))
                checks.expect("timeout at the server", timed, is: "has a deadline")
            }
        }
    }
}

/// Fails the first call of each request, as its text says.
private struct FailingService: RegistrableRPCService {
    static let method = MethodDescriptor(
        service: ServiceDescriptor(fullyQualifiedService: "example.Users"), method: "Get")
    private let calls = Notes()

    func count(_ request: String) -> Int { calls.all.count { $0 == request } }

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(forMethod: Self.method, deserializer: TextCoder(), serializer: TextCoder()) {
            request, _ in
            let request = try await ServerRequest(stream: request)
            let reply = try reply(to: request.message, request.metadata)
            return StreamingServerResponse(single: ServerResponse(message: reply))
        }
    }

    private func reply(to text: String, _ metadata: Metadata) throws -> String {
        calls.add(text)
        if text == "timeout" {
            return metadata[stringValues: "grpc-timeout"].contains { !$0.isEmpty } ? "has a deadline" : "has none"
        }
        guard count(text) == 1 else { return "reply to \(text)" }
        if text == "invalid" { throw RPCError(code: .invalidArgument, message: text) }
        let pushback: [String: Metadata] = [
            "pushback": ["grpc-retry-pushback-ms": "40"], "never": ["grpc-retry-pushback-ms": "-1"],
        ]
        throw RPCError(code: .unavailable, message: text, metadata: pushback[text] ?? [:])
    }
}

private struct TextCoder: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: String) throws -> Bytes { Bytes(Array(message.utf8)) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> String {
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
