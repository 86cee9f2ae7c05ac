extension KnownClient {
    /// Redis and Valkey, by RediStack and valkey-swift.
    ///
    /// | error | class |
    /// |---|---|
    /// | of the server: `RedisError`, `ValkeyClientError.commandError` | by its first word, see ``RedisErrorTable`` |
    /// | a connection that is closed, a timeout, a pool without a free connection | transient |
    /// | a client or a pool that is shut down, a reply or a request that is wrong | permanent |
    /// | `ValkeyClusterError`, `ValkeySentinelError` | transient where the cluster is in motion, else permanent |
    /// | `ValkeyTransactionError.transactionAborted` | concurrency |
    /// | `ValkeyClientError.cancelled` | a cancellation |
    ///
    /// Not executed, unless redirected: no connection from the pool, a client or a pool that is shut down. A connection
    /// that cannot be made is an error of ``nio``.
    ///
    /// Written from the clients' sources, and not run against them.
    public static let redis = KnownClient("Redis", place: 7)
}

extension ClientTable {
    static let redis = ClientTable(
        .redis,
        [
            "RediStack.RedisError": RedisErrors.readServer,
            "RediStack.RedisClientError": { RedisErrors.evidence(ofClient: Reflection.child("baseError", of: $0)) },
            "RediStack.RedisConnectionPoolError": {
                RedisErrors.evidence(ofPool: Reflection.child("baseError", of: $0))
            },
            "Valkey.ValkeyClientError": ValkeyErrors.read,
            "Valkey.ValkeyClusterError": { ValkeyErrors.evidence(ofCluster: Reflection.child("value", of: $0)) },
            "Valkey.ValkeySentinelError": { _ in ClientEvidence(.transient) },
            "Valkey.ValkeyTransactionError": ValkeyErrors.readTransaction,
            "Valkey.RESPDecodeError": { _ in ClientEvidence(.permanent) },
            "Valkey.RESPParsingError": { _ in ClientEvidence(.permanent) },
            "_ValkeyConnectionPool.ConnectionPoolError": PostgresNIOErrors.readPool,
        ])
}

enum RedisErrors {
    static func readServer(_ error: any Error) -> ClientEvidence? {
        guard let message = Reflection.child("message", of: error) as? String else { return nil }
        let prefix = "(Redis) "
        let text = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
        return ClientEvidence(RedisErrorTable.errorClass(text))
    }

    static func evidence(ofClient code: Any?) -> ClientEvidence? {
        switch code.map(Reflection.caseName(of:)) {
        case "connectionClosed", "subscriptionModeRaceCondition": ClientEvidence(.transient)
        case "pubsubNotAllowed", "failedRESPConversion", "assertionFailure": ClientEvidence(.permanent)
        default: nil
        }
    }

    static func evidence(ofPool code: Any?) -> ClientEvidence? {
        switch code.map(Reflection.caseName(of:)) {
        case "timedOutWaitingForConnection": .notConnected
        case "poolClosed", "noAvailableConnectionTargets": .notSent(.permanent)
        case "poolHasActiveConnections": ClientEvidence(.permanent)
        default: nil
        }
    }
}

enum ValkeyErrors {
    static func read(_ error: any Error) -> ClientEvidence? {
        guard let code = Reflection.child(at: "errorCode", "value", of: error) else { return nil }
        let inner = Reflection.error("underlyingError", of: error)
        return switch Reflection.caseName(of: code) {
        case "commandError":
            ClientEvidence((Reflection.child("message", of: error) as? String).flatMap(RedisErrorTable.errorClass))
        // A cancellation of another command is not a cancellation of this caller.
        case "connectionClosing", "connectionClosed", "timeout", "connectionClosedDueToCancellation":
            ClientEvidence(.transient, wrapped: inner)
        case "cancelled": .cancellation
        case "clientIsShutDown": .notSent(.permanent)
        case "connectionCreationCircuitBreakerTripped": .notConnected
        case "respParsingError", "respDecodeError", "unsolicitedToken", "tokenDoesNotExist":
            ClientEvidence(.permanent, wrapped: inner)
        default:
            // An error of another kind, such as that of a connection that could not be made.
            ClientEvidence(execution: ClientReader.connecting(inner), wrapped: inner)
        }
    }

    static func evidence(ofCluster code: Any?) -> ClientEvidence? {
        switch code.map(Reflection.caseName(of:)) {
        case "clientRequestCancelled": .cancellation
        case "keysRequireMultipleNodes", "keysInCommandRequireMultipleHashSlots", "clusterClientIsShutDown",
            "tlsUsageInconsistencyInClusterDescription", "pipelinedResultNotReturned":
            ClientEvidence(.permanent)
        case nil: nil
        default: ClientEvidence(.transient)
        }
    }

    static func readTransaction(_ error: any Error) -> ClientEvidence? {
        Reflection.caseName(of: error).hasSuffix("transactionAborted")
            ? ClientEvidence(.concurrency) : ClientEvidence(.permanent)
    }
}
