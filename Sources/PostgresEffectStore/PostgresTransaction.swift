#if PostgreSQL
/// The transaction that an effect and its record commit in.
///
/// It is for the body that receives it, on the body's thread. Commit and rollback are the store's: it commits when the
/// body returns, and rolls back when the body throws. A body that ends the transaction by itself is detected by the
/// server's name of its statement: the outcome is unknown then, because a part of the effect may be committed without
/// its record. Savepoints are the body's.
public final class PostgresTransaction {
    private let connection: ServerConnection
    private let marker: String
    private var isOver = false
    /// The command by which the body ended the transaction, or may have.
    private(set) var endedBy: String?

    /// Creates the transaction that a connection has begun, and has marked.
    init(_ connection: ServerConnection, marker: String) {
        self.connection = connection
        self.marker = marker
    }

    /// Begins a transaction on a connection; all its settings are its own, and nothing is set for the session.
    static func begin(_ connection: ServerConnection, timeout: Duration) throws -> PostgresTransaction {
        let marker = "\(UInt64.random(in: 0 ..< .max))"
        let milliseconds = max(1, timeout.milliseconds)
        try connection.command(
            """
            BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = \(milliseconds);
            SET LOCAL idle_in_transaction_session_timeout = \(milliseconds); SET LOCAL retrykit.transaction = '\(marker)'
            """)
        return PostgresTransaction(connection, marker: marker)
    }

    /// Runs one statement.
    ///
    /// ```swift
    /// try transaction.execute("UPDATE accounts SET cents = cents - $1 WHERE id = $2", [.integer(500), .text("17")])
    /// ```
    ///
    /// - Parameters:
    ///   - sql: The statement; its values are `$1`, `$2` and so on.
    ///   - values: The values.
    /// - Returns: The rows, with each value as the server writes it; `nil` is NULL.
    /// - Throws: ``PostgresEffectStoreError`` if the server refuses it, after which the transaction cannot be committed,
    ///   or if it has ended the transaction; `EffectStoreError` if the connection is lost.
    @discardableResult
    public func execute(_ sql: String, _ values: [PostgresValue] = []) throws -> [[String?]] {
        if let endedBy { throw PostgresEffectStoreError.transactionEnded(by: endedBy) }
        guard !isOver else { throw PostgresEffectStoreError.transactionIsOver }
        if sql.utf8.contains(0) || values.contains(where: \.hasZeroInText) {
            throw PostgresEffectStoreError.refused(
                sqlState: "22021", message: "PostgreSQL has no text with a NUL in it; use bytes")
        }
        let reply: ServerReply
        do {
            reply = try connection.reply(sql, values)
        } catch let lost as ConnectionLost {
            isOver = true
            // Its reply is lost: it may have been done.
            if let command = SQLCommand(sql).endingTransaction { endedBy = command }
            throw lost.asStoreError
        }
        if try hasEnded(by: reply.command) {
            isOver = true
            endedBy = reply.command
            throw PostgresEffectStoreError.transactionEnded(by: reply.command)
        }
        return reply.text
    }

    /// Returns whether a statement has ended the transaction, even if it has begun another one.
    private func hasEnded(by command: String) throws -> Bool {
        guard connection.isInTransaction else { return true }
        if ["COMMIT", "PREPARE TRANSACTION"].contains(command) { return true }
        guard command == "ROLLBACK" else { return false }
        // The server's name of a return to a savepoint, too: that keeps the settings before it.
        let found = try? connection.query("SELECT current_setting('retrykit.transaction', true)", [])
        return found?.first?.first.flatMap { $0 } != marker
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

/// The kind of a piece of SQL, by its first word.
struct SQLCommand {
    private let word: String

    init(_ sql: String) {
        var rest = sql[...]
        while true {
            rest = rest.drop { $0.isWhitespace || $0 == ";" }
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                rest = Self.afterComment(rest)
            } else {
                break
            }
        }
        word = rest.prefix { $0.isLetter }.uppercased()
    }

    /// The first word, if such a statement ends a transaction, or may.
    var endingTransaction: String? {
        ["COMMIT", "END", "ROLLBACK", "ABORT", "PREPARE"].contains(word) ? word : nil
    }

    /// Returns the text after a comment, in which there may be others.
    private static func afterComment(_ text: Substring) -> Substring {
        var (rest, depth) = (text, 0)
        while !rest.isEmpty {
            if rest.hasPrefix("/*") {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("*/") {
                depth -= 1
                rest = rest.dropFirst(2)
                if depth == 0 { break }
            } else {
                rest = rest.dropFirst()
            }
        }
        return rest
    }
}
#endif
