#if PostgreSQL
public import RetryCore

/// An error of a PostgreSQL store that waiting alone does not fix; nothing was recorded.
///
/// A server that cannot be reached is an `EffectStoreError.unavailable`, and a schema of a newer version an
/// `EffectStoreError.newerSchema`.
public enum PostgresEffectStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A setting is invalid.
    case invalidSetting(name: String, value: String, requirement: String)
    /// The server refuses the role, its password or its rights, or has no such database.
    case accessDenied(sqlState: String?, message: String)
    /// The server is older than PostgreSQL 14, the oldest version that the store works with.
    case outdatedServer(found: String, oldest: String)
    /// The schema has other limits than the store's settings. They are the schema's, for all its stores.
    case limitsDiffer(recorded: Limits, given: Limits)
    /// The server refuses a statement: one of a transaction's body, or one of the store's in a damaged schema.
    case refused(sqlState: String, message: String)
    /// A transaction was used after its end, or something in it had failed when it was to be committed.
    case transactionIsOver
    /// A transaction's body ended it by this command, such as `COMMIT`: a part of the effect may be committed without its
    /// record.
    case transactionEnded(by: String)
    /// It is unknown whether a transaction was committed: the connection was lost, and the server cannot be asked.
    ///
    /// Ask again by the same key: the answer is a replay if it was committed.
    case commitUnknown(FencingToken)

    /// The limits on the number of records.
    public struct Limits: Sendable, Hashable, CustomStringConvertible {
        /// The maximum number of records; `nil` for any number.
        public let capacity: Int?
        /// The maximum number of records of a tenant; `nil` for any number.
        public let tenantQuota: Int?

        /// Both numbers.
        public var description: String {
            func text(_ limit: Int?) -> String { limit.map { "\($0)" } ?? "none" }
            return "capacity \(text(capacity)), tenant quota \(text(tenantQuota))"
        }
    }

    /// The problem, and the remedy.
    public var description: String {
        switch self {
        case .invalidSetting(let name, let value, let requirement):
            "\(name) is \(value): it \(requirement)"
        case .accessDenied(let state, let message):
            "The server refuses access\(state.map { " (\($0))" } ?? ""): \(message). Check role, password, database "
                + "and the role's rights on the schema."
        case .outdatedServer(let found, let oldest):
            "The server is PostgreSQL \(found), which is too old: the store needs \(oldest) or later. Upgrade the server, or "
                + "name another one."
        case .limitsDiffer(let recorded, let given):
            "The schema has other limits (\(recorded)) than the store was given (\(given)). Give all stores of the "
                + "schema the same, or change the schema's with setLimits."
        case .refused(let state, let message):
            "The server refuses a statement (\(state)): \(message)"
        case .transactionIsOver:
            "The transaction is over. Use it inside its body only, and leave commit and rollback to the store."
        case .transactionEnded(let command):
            "The body of a transaction ended it by \(command): it is unknown which part of the effect is committed. Leave commit "
                + "and rollback to the store."
        case .commitUnknown(let token):
            "It is unknown whether the transaction of token \(token) was committed. Ask again by the same key: the "
                + "answer is a replay if it was."
        }
    }
}

extension PostgresEffectStoreError: SelfClassifyingError {
    /// Concurrency for deadlocks and conflicts, transient if the server lacks a resource, else permanent.
    public var classification: ErrorClassification {
        switch self {
        case .refused(let state, _):
            if ["40001", "40P01", "55P03"].contains(state) { return .concurrency }
            return ["53", "57", "58"].contains(state.prefix(2)) ? .transient : .permanent
        case .commitUnknown: return .transient
        case .accessDenied, .outdatedServer, .limitsDiffer, .invalidSetting, .transactionIsOver, .transactionEnded:
            return .permanent
        }
    }
}

extension PostgresEffectStoreError: ExecutionAwareError {
    /// Unknown if the commit is, or if the body ended the transaction; else not executed: it was rolled back.
    public var execution: ExecutionCertainty {
        switch self {
        case .commitUnknown, .transactionEnded: .unknown
        case .invalidSetting, .accessDenied, .outdatedServer, .limitsDiffer, .refused, .transactionIsOver: .notExecuted
        }
    }
}
#endif
