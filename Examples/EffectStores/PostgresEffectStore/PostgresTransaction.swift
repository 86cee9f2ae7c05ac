/// The transaction that an effect and its record commit in.
///
/// It is for the body it was handed to, on the body's thread. Commit and rollback are the store's: it commits when the
/// body returns, and rolls back when the body throws.
public final class PostgresTransaction {
    private let connection: ServerConnection
    private var isOver = false

    init(_ connection: ServerConnection) {
        self.connection = connection
    }

    /// Runs one statement.
    ///
    /// ```swift
    /// try transaction.execute("UPDATE accounts SET cents = cents - $1 WHERE id = $2", [.integer(500), .text("17")])
    /// ```
    ///
    /// - Parameters:
    ///   - sql: The statement; its values stand as `$1`, `$2` and so on.
    ///   - values: The values.
    /// - Returns: The rows, with each value as the server writes it; `nil` is NULL.
    /// - Throws: ``PostgresEffectStoreError`` if the server refuses it, after which the transaction cannot be committed;
    ///   `EffectStoreError` if the connection is lost.
    @discardableResult
    public func execute(_ sql: String, _ values: [PostgresValue] = []) throws -> [[String?]] {
        guard !isOver else { throw PostgresEffectStoreError.transactionIsOver }
        if sql.utf8.contains(0) || values.contains(where: \.hasZeroInText) {
            throw PostgresEffectStoreError.refused(
                sqlState: "22021", message: "PostgreSQL has no text with a NUL in it; use bytes")
        }
        let rows: [[String?]]
        do {
            rows = try connection.query(sql, values)
        } catch let lost as ConnectionLost {
            isOver = true
            throw lost.asStoreError
        }
        guard connection.isInTransaction else {
            isOver = true
            throw PostgresEffectStoreError.transactionIsOver
        }
        return rows
    }

    func end() {
        isOver = true
    }
}

@available(*, unavailable)
extension PostgresTransaction: Sendable {}

extension PostgresValue {
    fileprivate var hasZeroInText: Bool {
        if case .text(let text) = self { text.utf8.contains(0) } else { false }
    }
}
