extension KnownClient {
    /// grpc-swift-2.
    ///
    /// | error | class |
    /// |---|---|
    /// | `RPCError` | by its code, see ``GRPCStatusTable``; of its cause where the code is `unknown` |
    /// | `RuntimeError`: a client that is stopped or runs twice, an invalid argument | permanent |
    /// | `RuntimeError`: the transport | of its cause |
    ///
    /// The pushback in the metadata is the hint. A `CancellationError` as the cause makes a cancellation of it: a call
    /// of a cancelled task ends so. `resourceExhausted` and `internalError` can also come after the server did its
    /// work, if its reply is too large for the client.
    ///
    /// Not executed, unless redirected: `unavailable` because a connection could not be made; a client that is stopped.
    /// gRPC follows no redirects, but a retry policy in the client's service configuration has the same effect: the
    /// error is that of the last attempt.
    public static let grpc = KnownClient("gRPC", place: 3)
}

extension ClientTable {
    static let grpc = ClientTable(
        .grpc,
        [
            "GRPCCore.RPCError": GRPCErrors.readCall,
            "GRPCCore.RuntimeError": GRPCErrors.readRuntime,
        ])
}

enum GRPCErrors {
    static func readCall(_ error: any Error) -> ClientEvidence? {
        guard let code = Reflection.child("code", of: error).flatMap({ number(ofCode: "\($0)") }) else { return nil }
        let cause = Reflection.error("cause", of: error)
        return ClientEvidence(
            GRPCStatusTable.errorClass(code),
            hint: RetryAfter.hint(grpcPushback: pushback(in: Reflection.child(at: "metadata", "elements", of: error))),
            // A code that the server can also send proves nothing, its cause does.
            execution: code == 14 ? ClientReader.connecting(cause) : .unknown,
            wrapped: cause)
    }

    static func readRuntime(_ error: any Error) -> ClientEvidence? {
        let cause = Reflection.error("cause", of: error)
        return switch Reflection.child("code", of: error).map({ "\($0)" }) {
        case "clientIsStopped": .notSent(.permanent, wrapped: cause)
        case "clientIsAlreadyRunning", "serverIsStopped", "serverIsAlreadyRunning", "invalidArgument":
            ClientEvidence(.permanent, wrapped: cause)
        case "transportError": ClientEvidence(wrapped: cause)
        default: nil
        }
    }

    /// Returns the first value of `grpc-retry-pushback-ms` among pairs of a key and a value, the case `string` of a
    /// value.
    private static func pushback(in elements: Any?) -> String? {
        guard let elements else { return nil }
        let pair = Reflection.elements(of: elements).first { pair in
            (Reflection.child("key", of: pair) as? String)?.lowercased() == "grpc-retry-pushback-ms"
        }
        return pair.flatMap { Reflection.child(at: "value", "string", of: $0) as? String }
    }

    private static func number(ofCode name: String) -> Int? {
        names.firstIndex(of: name)
    }

    /// The codes' names, each at its number.
    private static let names = [
        "ok", "cancelled", "unknown", "invalidArgument", "deadlineExceeded", "notFound", "alreadyExists",
        "permissionDenied", "resourceExhausted", "failedPrecondition", "aborted", "outOfRange", "unimplemented",
        "internalError", "unavailable", "dataLoss", "unauthenticated",
    ]
}
