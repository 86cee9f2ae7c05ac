// A pool of connections to a database, for snippets about transactions.

import RetryCore

protocol ConnectionPool: Sendable {
    associatedtype Connection
    nonisolated(nonsending) func withConnection<Value>(
        _ body: nonisolated(nonsending) (Connection) async throws -> Value
    ) async throws -> Value
}

protocol StatementConnection {
    nonisolated(nonsending) func execute(_ statement: String) async throws
}

struct CommitOutcomeUnknown: SelfClassifyingError, WrappingError {
    let wrappedError: (any Error)?
    var classification: ErrorClassification { .permanent }
}
