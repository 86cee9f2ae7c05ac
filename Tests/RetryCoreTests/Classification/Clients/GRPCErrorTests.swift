import Foundation
import Testing

@testable import RetryCore

/// As `RPCError` is declared.
private struct RPCError: Error {
    struct Code: CustomStringConvertible {
        let description: String
    }
    struct Metadata {
        enum Value {
            case string(String)
            case binary([UInt8])
        }
        struct KeyValuePair {
            let key: String
            let value: Value
        }
        let elements: [KeyValuePair]
    }

    let code: Code
    let message = "message"
    let metadata: Metadata
    let cause: (any Error)?

    init(_ code: String, metadata: [(String, Metadata.Value)] = [], cause: (any Error)? = nil) {
        self.code = Code(description: code)
        self.metadata = Metadata(elements: metadata.map { Metadata.KeyValuePair(key: $0.0, value: $0.1) })
        self.cause = cause
    }
}

@Suite("The errors of gRPC", .timeLimit(.minutes(20)))
struct GRPCErrorTests {
    private let name = "GRPCCore.RPCError"

    @Test("a call has the class of its code")
    func codes() {
        let names = [
            "cancelled", "unknown", "invalidArgument", "deadlineExceeded", "notFound", "alreadyExists",
            "permissionDenied", "resourceExhausted", "failedPrecondition", "aborted", "outOfRange", "unimplemented",
            "internalError", "unavailable", "dataLoss", "unauthenticated",
        ]
        for (name, number) in zip(names, 1...16) {
            #expect(
                read(RPCError(name), as: self.name) == ClientExpectation(GRPCStatusTable.errorClass(number)), "\(name)")
        }
        #expect(read(RPCError("odd"), as: name) == nil)
    }

    @Test("the pushback is the hint, whatever the code is")
    func pushback() {
        func hint(_ code: String, _ metadata: (String, RPCError.Metadata.Value)...) -> RetryHint? {
            evidence(RPCError(code, metadata: metadata), as: name)?.hint
        }
        let key = "grpc-retry-pushback-ms"
        #expect(hint("unavailable", (key, .string("20"))) == .after(.milliseconds(20)))
        #expect(hint("internalError", (":status", .string("200")), (key, .string("-1"))) == .never)
        #expect(hint("unknown", (key, .string("soon"))) == .never)
        #expect(
            hint("unavailable", ("Grpc-Retry-Pushback-Ms", .string("7")), (key, .string("9")))
                == .after(.milliseconds(7)))
        #expect(hint("unavailable", ("grpc-retry-pushback", .string("20"))) == nil)
        #expect(hint("unavailable", (key, .binary([50]))) == nil)
    }

    @Test("the cause is the error inside")
    func cause() {
        let cancelled = evidence(RPCError("unknown", cause: CancellationError()), as: name)
        #expect(cancelled?.wrapped is CancellationError && cancelled?.errorClass == nil)
        #expect(evidence(RPCError("unknown"), as: name)?.wrapped == nil)
    }

    @Test("any cause but a connection that was not made proves nothing")
    func proof() {
        // Not one of SwiftNIO's by its type's name.
        #expect(
            read(RPCError("unavailable", cause: NotExecutedError(TransientError())), as: name)?.execution == .unknown)
        #expect(read(RPCError("unavailable"), as: name)?.execution == .unknown)
        // A client that SwiftNIO does not carry: its connection is another one.
        let refused = URLError(.cannotConnectToHost)
        #expect(
            ClientReader.of(String(reflecting: URLError.self))?.read(refused)?.execution == .notExecutedUnlessRedirected
        )
        #expect(read(RPCError("unavailable", cause: refused), as: name)?.execution == .unknown)
    }

    @Test("a client that is stopped sends nothing")
    func runtime() {
        struct RuntimeError: Error {
            let code: RPCError.Code
            let cause: (any Error)?
            init(_ code: String, _ cause: (any Error)? = nil) {
                self.code = RPCError.Code(description: code)
                self.cause = cause
            }
        }
        let name = "GRPCCore.RuntimeError"
        #expect(read(RuntimeError("clientIsStopped"), as: name) == .notSent(.permanent))
        #expect(read(RuntimeError("invalidArgument"), as: name) == ClientExpectation(.permanent))
        #expect(evidence(RuntimeError("transportError", TransientError()), as: name)?.wrapped is TransientError)
        #expect(read(RuntimeError("odd"), as: name) == nil)
    }
}
