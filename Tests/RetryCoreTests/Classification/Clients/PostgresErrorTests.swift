import Testing

@testable import RetryCore

/// As `PSQLError` is declared.
private struct PSQLError: Error, CustomStringConvertible {
    struct Code: Sendable, CustomStringConvertible {
        let description: String
    }
    enum Field: UInt8, Hashable, Sendable {
        case message = 0x4D
        case sqlState = 0x43
    }
    struct ErrorResponse: Sendable { let fields: [Field: String] }
    struct ServerInfo: Sendable { let underlying: ErrorResponse }

    private final class Backing: Sendable {
        let code: Code
        let serverInfo: ServerInfo?
        let underlying: (any Error)?

        init(_ code: Code, _ serverInfo: ServerInfo?, _ underlying: (any Error)?) {
            self.code = code
            self.serverInfo = serverInfo
            self.underlying = underlying
        }
    }

    private let backing: Backing

    init(_ code: String, sqlState: String? = nil, _ underlying: (any Error)? = nil) {
        let info = sqlState.map { ServerInfo(underlying: ErrorResponse(fields: [.message: "40001", .sqlState: $0])) }
        backing = Backing(Code(description: code), info, underlying)
    }

    var description: String { "PSQLError – Generic description to prevent accidental leakage of sensitive data." }
}

@Suite("The errors of PostgresNIO", .timeLimit(.minutes(20)))
struct PostgresErrorTests {
    private let name = "PostgresNIO.PSQLError"

    @Test("an answer of the server has the class of its SQLSTATE")
    func server() {
        #expect(read(PSQLError("server", sqlState: "40001"), as: name) == ClientExpectation(.concurrency))
        #expect(read(PSQLError("server", sqlState: "23505"), as: name) == ClientExpectation(.permanent))
        #expect(read(PSQLError("server", sqlState: "08007"), as: name) == ClientExpectation(nil))
        #expect(read(PSQLError("server"), as: name) == ClientExpectation(nil))
    }

    @Test("a connection that fails is the error inside, and is proof of nothing but by that error")
    func connections() {
        #expect(read(PSQLError("connectionError"), as: name) == ClientExpectation(.transient))
        let inside = evidence(PSQLError("connectionError", TransientError()), as: name)
        #expect(inside?.errorClass == nil && inside?.wrapped is TransientError && inside?.execution == .unknown)
        for code in ["serverClosedConnection", "clientClosedConnection", "uncleanShutdown"] {
            #expect(read(PSQLError(code), as: name) == ClientExpectation(.transient))
        }
    }

    @Test("a closed pool and a wrong set-up send nothing")
    func setUp() {
        for code in ["poolClosed", "sslUnsupported", "tooManyParameters"] {
            #expect(read(PSQLError(code), as: name) == .notSent(.permanent))
        }
        #expect(read(PSQLError("saslError"), as: name) == .notSent(.auth))
    }

    @Test("a cancelled query is a cancellation, a broken protocol is not known")
    func others() {
        #expect(read(PSQLError("queryCancelled", CancellationError()), as: name) == .cancellation)
        #expect(read(PSQLError("messageDecodingFailure"), as: name) == ClientExpectation(nil))
        #expect(read(Described("PSQLError"), as: name) == nil)
    }

    @Test("the pool's own errors, by either client")
    func pool() {
        enum Base { case requestCancelled, poolShutdown, connectionCreationCircuitBreakerTripped, odd }
        struct ConnectionPoolError: Error { let base: Base }
        for name in ["_ConnectionPoolModule.ConnectionPoolError", "_ValkeyConnectionPool.ConnectionPoolError"] {
            #expect(read(ConnectionPoolError(base: .requestCancelled), as: name) == .cancellation)
            #expect(read(ConnectionPoolError(base: .poolShutdown), as: name) == .notSent(.permanent))
            #expect(
                read(ConnectionPoolError(base: .connectionCreationCircuitBreakerTripped), as: name)
                    == .notSent(.transient))
            #expect(read(ConnectionPoolError(base: .odd), as: name) == nil)
        }
    }

    @Test("a transaction is its closure's error, and may have been committed")
    func transactions() {
        struct PostgresTransactionError: Error {
            var beginError: (any Error)?
            var closureError: (any Error)?
            var rollbackError: (any Error)?
            var commitError: (any Error)?
        }
        let name = "PostgresNIO.PostgresTransactionError"
        let both = PostgresTransactionError(closureError: ConcurrencyError(), rollbackError: TransientError())
        #expect(evidence(both, as: name)?.wrapped is ConcurrencyError)
        #expect(evidence(PostgresTransactionError(commitError: TransientError()), as: name)?.wrapped is TransientError)
        #expect(read(PostgresTransactionError(commitError: TransientError()), as: name)?.execution == .unknown)
        #expect(read(PostgresTransactionError(rollbackError: TransientError()), as: name) == nil)
    }

    @Test("the older interface has the same codes")
    func old() {
        struct Message { let fields: [PSQLError.Field: String] }
        enum PostgresError: Error {
            case `protocol`(String)
            case server(Message)
            case connectionClosed
        }
        let name = "PostgresNIO.PostgresError"
        #expect(
            read(PostgresError.server(Message(fields: [.sqlState: "40P01"])), as: name)
                == ClientExpectation(.concurrency))
        #expect(read(Described("NIOPostgres error: connection closed"), as: name) == ClientExpectation(.transient))
        #expect(read(PostgresError.protocol("odd"), as: name) == nil)
    }
}
