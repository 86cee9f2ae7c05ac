extension KnownClient {
    /// PostgresNIO, and the packages built upon it, such as PostgresKit and Fluent.
    ///
    /// | error | class |
    /// |---|---|
    /// | `PSQLError`: of the server | by its SQLSTATE, see ``SQLStateTable`` |
    /// | `PSQLError`: a connection that fails | of the error inside, else transient |
    /// | `PSQLError`: a connection that is closed | transient |
    /// | `PSQLError`: authentication | auth |
    /// | `PSQLError`: TLS, too many parameters, a closed pool | permanent |
    /// | `PSQLError.queryCancelled` | a cancellation |
    /// | `PostgresTransactionError` | of the error inside |
    /// | `PostgresDecodingError` | permanent |
    ///
    /// Not executed, unless redirected: a connection that could not be made, a closed pool. An effect of several
    /// statements can have executed some of them: wrap it into a transaction.
    ///
    /// Written from the client's sources, and not run against it.
    public static let postgresNIO = KnownClient("PostgresNIO", place: 5)
}

extension ClientTable {
    static let postgresNIO = ClientTable(
        .postgresNIO,
        [
            "PostgresNIO.PSQLError": PostgresNIOErrors.read,
            "PostgresNIO.PostgresError": PostgresNIOErrors.readOld,
            "PostgresNIO.PostgresTransactionError": PostgresNIOErrors.readTransaction,
            "PostgresNIO.PostgresDecodingError": { _ in ClientEvidence(.permanent) },
            "_ConnectionPoolModule.ConnectionPoolError": PostgresNIOErrors.readPool,
        ])
}

enum PostgresNIOErrors {
    static func read(_ error: any Error) -> ClientEvidence? {
        guard let backing = Reflection.child("backing", of: error), let code = Reflection.child("code", of: backing)
        else { return nil }
        let inner = Reflection.error("underlying", of: backing)
        return switch "\(code)" {
        case "server":
            ClientEvidence(
                sqlState(in: Reflection.child(at: "serverInfo", "underlying", "fields", of: backing))
                    .flatMap(SQLStateTable.errorClass))
        case "connectionError":
            // The code also stands for a connection that broke later: the error inside decides.
            ClientEvidence(
                inner == nil ? .transient : nil, execution: ClientReader.connecting(inner), wrapped: inner)
        case "serverClosedConnection", "clientClosedConnection", "uncleanShutdown":
            ClientEvidence(.transient, wrapped: inner)
        case "queryCancelled": .cancellation
        case "poolClosed": .notSent(.permanent, wrapped: inner)
        case "sslUnsupported", "failedToAddSSLHandler", "receivedUnencryptedDataAfterSSLRequest", "tooManyParameters":
            .notSent(.permanent, wrapped: inner)
        case "unsupportedAuthMechanism", "authMechanismRequiresPassword", "saslError": .notSent(.auth, wrapped: inner)
        default: ClientEvidence(wrapped: inner)
        }
    }

    /// Reads the error of the older interface.
    static func readOld(_ error: any Error) -> ClientEvidence? {
        if let answer = Reflection.child("server", of: error) {
            return ClientEvidence(
                sqlState(in: Reflection.child("fields", of: answer)).flatMap(SQLStateTable.errorClass))
        }
        return "\(error)" == "NIOPostgres error: connection closed" ? ClientEvidence(.transient) : nil
    }

    static func readTransaction(_ error: any Error) -> ClientEvidence? {
        let inner = ["closureError", "beginError", "commitError"].lazy
            .compactMap { Reflection.error($0, of: error) }.first
        // A COMMIT whose answer was lost may have been carried out, and the closure may have done more than SQL.
        return inner.map { ClientEvidence(wrapped: $0) }
    }

    /// Reads an error of the pool, which PostgresNIO and valkey-swift have in common.
    static func readPool(_ error: any Error) -> ClientEvidence? {
        switch Reflection.child("base", of: error).map(Reflection.caseName(of:)) {
        case "requestCancelled": .cancellation
        case "poolShutdown": .notSent(.permanent)
        case "connectionCreationCircuitBreakerTripped": .notConnected
        default: nil
        }
    }

    /// Returns the SQLSTATE of a server's answer, among pairs of a field and its text.
    private static func sqlState(in fields: Any?) -> String? {
        guard let fields else { return nil }
        let pair = Reflection.elements(of: fields).first { pair in
            Reflection.child("key", of: pair).map { "\($0)" } == "sqlState"
        }
        return pair.flatMap { Reflection.child("value", of: $0) as? String }
    }
}
