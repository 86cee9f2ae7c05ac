import Testing

@testable import RetryCore

@Suite("The errors of Redis and Valkey", .timeLimit(.minutes(20)))
struct RedisErrorTests {
    @Test(
        "the first word of an error is its code",
        arguments: [
            ("LOADING Redis is loading the dataset in memory", .transient),
            ("BUSY Redis is busy running a script.", .transient),
            ("BUSYKEY Target key name already exists.", .permanent),
            ("TRYAGAIN Multiple keys request during rehashing of slot", .transient),
            ("CLUSTERDOWN The cluster is down", .transient), ("MASTERDOWN Link with MASTER is down", .transient),
            ("READONLY You can't write against a read only replica.", .transient),
            ("OOM command not allowed when used memory > 'maxmemory'.", .transient),
            ("MOVED 3999 127.0.0.1:6381", .transient), ("MISCONF Redis is configured to save", .serverError),
            ("NOAUTH Authentication required.", .auth), ("WRONGPASS invalid username-password pair", .auth),
            ("NOPERM this user has no permissions", .permission),
            ("WRONGTYPE Operation against a key holding the wrong kind of value", .permanent),
            ("NOSCRIPT No matching script.", .permanent), ("EXECABORT Transaction discarded", .permanent),
            ("ERR unknown command 'LOADING'", .permanent), ("ERR max number of clients reached", .transient),
            ("UNKILLABLE Sorry the script", nil), ("loading", nil), ("", nil), (" LOADING", nil),
        ] as [(String, ErrorClass?)])
    func words(text: String, errorClass: ErrorClass?) {
        #expect(RedisErrorTable.errorClass(text) == errorClass)
    }

    @Test("RediStack")
    func rediStack() {
        struct RedisError: Error { let message: String }
        #expect(
            read(RedisError(message: "(Redis) LOADING Redis"), as: "RediStack.RedisError")
                == ClientExpectation(.transient))
        #expect(read(RedisError(message: "(Redis) odd"), as: "RediStack.RedisError") == ClientExpectation(nil))

        enum BaseError {
            case connectionClosed
            case failedRESPConversion(to: String)
            case timedOutWaitingForConnection, poolClosed, odd
        }
        struct Failure: Error { let baseError: BaseError }
        let client = "RediStack.RedisClientError"
        #expect(read(Failure(baseError: .connectionClosed), as: client) == ClientExpectation(.transient))
        #expect(read(Failure(baseError: .failedRESPConversion(to: "Int")), as: client) == ClientExpectation(.permanent))
        #expect(read(Failure(baseError: .odd), as: client) == nil)
        let pool = "RediStack.RedisConnectionPoolError"
        #expect(read(Failure(baseError: .timedOutWaitingForConnection), as: pool) == .notSent(.transient))
        #expect(read(Failure(baseError: .poolClosed), as: pool) == .notSent(.permanent))
        #expect(read(Failure(baseError: .odd), as: pool) == nil)
    }

    private enum Code {
        case connectionClosed, commandError, timeout, cancelled, connectionClosedDueToCancellation, clientIsShutDown
        case connectionCreationCircuitBreakerTripped, respDecodeError, unrecognisedError
    }
    private struct ErrorCode { let value: Code }
    private struct ValkeyClientError: Error {
        let errorCode: ErrorCode
        var message: String?
        var underlyingError: (any Error)?

        init(_ code: Code, _ message: String? = nil, _ underlyingError: (any Error)? = nil) {
            errorCode = ErrorCode(value: code)
            self.message = message
            self.underlyingError = underlyingError
        }
    }

    @Test("valkey-swift")
    func valkey() {
        func read(_ error: ValkeyClientError) -> ClientExpectation? {
            RetryCoreTests.read(error, as: "Valkey.ValkeyClientError")
        }
        #expect(read(ValkeyClientError(.commandError, "NOPERM odd")) == ClientExpectation(.permission))
        #expect(read(ValkeyClientError(.commandError)) == ClientExpectation(nil))
        #expect(read(ValkeyClientError(.connectionClosed)) == ClientExpectation(.transient))
        #expect(read(ValkeyClientError(.timeout)) == ClientExpectation(.transient))
        #expect(read(ValkeyClientError(.cancelled)) == .cancellation)
        #expect(read(ValkeyClientError(.connectionClosedDueToCancellation)) == ClientExpectation(.transient))
        #expect(read(ValkeyClientError(.clientIsShutDown)) == .notSent(.permanent))
        #expect(read(ValkeyClientError(.connectionCreationCircuitBreakerTripped)) == .notSent(.transient))
        #expect(read(ValkeyClientError(.respDecodeError)) == ClientExpectation(.permanent))
        let other = evidence(
            ValkeyClientError(.unrecognisedError, nil, TransientError()), as: "Valkey.ValkeyClientError")
        #expect(other?.wrapped is TransientError && other?.errorClass == nil && other?.execution == .unknown)
    }

    @Test("clusters and transactions of Valkey")
    func clusters() {
        enum Value { case clusterIsUnavailable, keysRequireMultipleNodes, clientRequestCancelled }
        struct ValkeyClusterError: Error { let value: Value }
        let cluster = "Valkey.ValkeyClusterError"
        #expect(read(ValkeyClusterError(value: .clusterIsUnavailable), as: cluster) == ClientExpectation(.transient))
        #expect(
            read(ValkeyClusterError(value: .keysRequireMultipleNodes), as: cluster) == ClientExpectation(.permanent))
        #expect(read(ValkeyClusterError(value: .clientRequestCancelled), as: cluster) == .cancellation)
        #expect(read(Described("odd"), as: cluster) == nil)

        enum ValkeyTransactionError: Error {
            case transactionAborted
            case transactionErrors(queuedResults: [Int], execError: Int)
        }
        let transaction = "Valkey.ValkeyTransactionError"
        #expect(read(ValkeyTransactionError.transactionAborted, as: transaction) == ClientExpectation(.concurrency))
        let errors = ValkeyTransactionError.transactionErrors(queuedResults: [], execError: 1)
        #expect(read(errors, as: transaction) == ClientExpectation(.permanent))
    }
}
