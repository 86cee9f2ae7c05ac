import RetryAsync
import Shared
import Synchronization

// PostgresNIO is not a dependency of these examples: the pool below is a stand-in of the same use, with a lease that
// takes its time, statements that fail by SQLSTATE, and connections that break. The library recognises the errors of
// PostgresNIO without a conformance; the extension for transactions is what an application writes.

/// A pool of connections.
protocol ConnectionPool: Sendable {
    associatedtype Connection

    func withConnection<Value>(
        _ body: nonisolated(nonsending) (Connection) async throws -> Value
    ) async throws -> Value
}

/// A connection that runs statements.
protocol StatementConnection {
    func execute(_ statement: String) async throws
}

/// The error for a transaction whose connection broke while it was being committed: it may have been.
struct CommitOutcomeUnknown: SelfClassifyingError, ExecutionAwareError, WrappingError {
    let wrappedError: (any Error)?
    var classification: ErrorClassification { .permanent }
    var execution: ExecutionCertainty { .unknown }
}

extension ConnectionPool where Connection: StatementConnection {
    /// Runs a transaction: again, as a whole and on another connection, after each failure that the policy retries.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline.
    ///   - body: The transaction. It receives its connection anew in each attempt, and reads anew what it writes.
    /// - Returns: The result of the attempt that was committed.
    /// - Throws: The error of the last attempt; ``CommitOutcomeUnknown`` if the connection broke during the commit.
    func transaction<Value>(
        retry pipeline: RetryPipeline, _ body: nonisolated(nonsending) (Connection) async throws -> Value
    ) async throws -> Value {
        try await pipeline.execute {
            try await withConnection { connection in
                try await connection.execute("BEGIN")
                let value: Value
                do { value = try await body(connection) } catch {
                    try? await connection.execute("ROLLBACK")
                    throw error
                }
                do { try await connection.execute("COMMIT") } catch {
                    // A code of the server is its answer: it has rolled back. Without one, nothing is known.
                    guard let state = (error as? any SQLStateError)?.sqlState, !state.hasPrefix("08"), state != "40003"
                    else { throw CommitOutcomeUnknown(wrappedError: error) }
                    throw error
                }
                return value
            }
        }
    }
}

// MARK: - The check

extension Recipes {
    func postgres() async throws {
        begin("PostgreSQL")
        let quick = RetryPipeline.api.backoff(.constant(.milliseconds(5)))
        let insert = "INSERT"

        /// Runs a transaction against a script of failures, and returns the statements and the end.
        func run(_ failures: [String: [any Error]], lease: [any Error] = []) async -> (log: [String], end: String) {
            let pool = StandInPool(failures, lease: lease)
            let error = await failure {
                try await pool.transaction(retry: quick) { try await $0.execute(insert) }
            }
            return (pool.log.all, error.map { "\(type(of: $0))" } ?? "committed")
        }

        let whole = ["BEGIN", insert, "COMMIT"]
        let rolledBack = ["BEGIN", insert, "ROLLBACK"]
        let serialization = ServerFailure(sqlState: "40001")
        let late = await run(["COMMIT": [serialization]])
        checks.expect("serialization failure", late.log, is: whole + whole)
        checks.expect("its end", late.end, is: "committed")
        let deadlock = await run([insert: [ServerFailure(sqlState: "40P01")]])
        checks.expect("deadlock", deadlock.log, is: rolledBack + whole)
        let constraint = await run([insert: [ServerFailure(sqlState: "23505")]])
        checks.expect("constraint", constraint.log, is: rolledBack)
        checks.expect("its end", constraint.end, is: "ServerFailure")
        let leased = await run([:], lease: [LeaseTimeout()])
        checks.expect("late lease", leased.log, is: ["lease timed out"] + whole)
        let broken = await run([insert: [ServerFailure(sqlState: "08006")]])
        checks.expect("broken within", broken.log, is: rolledBack + whole)
        let unknown = await run(["COMMIT": [ServerFailure(sqlState: "08006")]])
        checks.expect("broken in the commit", unknown.log, is: whole)
        checks.expect("its end", unknown.end, is: "CommitOutcomeUnknown")
    }
}

private struct ServerFailure: SQLStateError {
    let sqlState: String?
}

/// The error of a pool that had no connection in time: no statement was sent.
private struct LeaseTimeout: SelfClassifyingError, ExecutionAwareError {
    var classification: ErrorClassification { .transient }
    var execution: ExecutionCertainty { .notExecuted }
}

private final class StandInPool: ConnectionPool {
    let log = Notes()
    private let failures: Mutex<[String: [any Error]]>

    init(_ failures: [String: [any Error]], lease: [any Error]) {
        self.failures = Mutex(failures.merging(["lease": lease]) { one, _ in one })
    }

    func withConnection<Value>(
        _ body: nonisolated(nonsending) (StandInConnection) async throws -> Value
    ) async throws -> Value {
        if let error = nextFailure("lease") {
            log.add("lease timed out")
            throw error
        }
        return try await body(StandInConnection(pool: self))
    }

    func nextFailure(_ statement: String) -> (any Error)? {
        failures.withLock { failures in
            guard let error = failures[statement]?.first else { return nil }
            failures[statement]?.removeFirst()
            return error
        }
    }
}

private struct StandInConnection: StatementConnection {
    let pool: StandInPool

    func execute(_ statement: String) async throws {
        pool.log.add(statement)
        if let error = pool.nextFailure(statement) { throw error }
    }
}
