public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Thread-safe operations whose configuration can be reloaded while the program runs.
///
/// ```swift
/// let operations = try ReloadingRetryOperations(contentsOf: file, errors: errors)
///
/// let api = operations.current[.api]                   // at each call
/// …
/// if case .failure(let error) = operations.reload() { log.error("\(error)") }   // on SIGHUP, say
/// ```
///
/// The new configuration replaces the old one in one step. A running call keeps the values that it began with. An
/// invalid configuration changes nothing: the old one stays. Circuit breakers and the budget keep their state if their
/// settings are the same as before; otherwise they start anew.
public final class ReloadingRetryOperations: Sendable {
    private let state: Locked<State>
    private let load: @Sendable () throws -> RetryOperations

    private struct State: Sendable {
        var operations: RetryOperations
        var generation = 1
        /// The number of the reload that began last, and of the one whose result is in place.
        var begun = 0
        var settled = 0
    }

    /// Reads a file, and reads it again at each ``reload()``.
    ///
    /// - Parameters:
    ///   - file: The URL of a file. One of more than 1 MiB is refused.
    ///   - kinds: The default policy of each kind of operation.
    ///   - catalog: The policies that the configuration can name, besides its own.
    ///   - errors: The error types that the configuration can name.
    ///   - isStrict: Pass `true` to treat a name of an error type that is not registered as an error.
    /// - Throws: ``RetryConfigurationError`` that names the file.
    public convenience init(
        contentsOf file: URL, kinds: RetryOperationKinds = .standard, catalog: RetryPolicyCatalog = .standard,
        errors: ErrorTypeRegistry = ErrorTypeRegistry(), isStrict: Bool = false
    ) throws {
        try self.init {
            try RetryOperations(
                contentsOf: file, kinds: kinds, catalog: catalog, errors: errors, isStrict: isStrict)
        }
    }

    /// Loads operations by a closure, and again at each ``reload()``.
    ///
    /// - Parameter load: The closure that makes the operations; called outside every lock.
    /// - Throws: The error of the closure.
    public init(_ load: @escaping @Sendable () throws -> RetryOperations) throws {
        self.load = load
        state = Locked(State(operations: try load()))
    }

    /// The operations in force; a call takes them once, and uses them until it ends.
    public var current: RetryOperations { state.withLock { $0.operations } }

    /// The number of configurations put in force so far, from 1.
    public var generation: Int { state.withLock { $0.generation } }

    /// Reloads, and puts the result in force if it is valid.
    ///
    /// Of two concurrent reloads, the one that began later wins, in any order of their ends.
    ///
    /// - Returns: The loaded operations, or the error for which the old ones stay.
    @discardableResult
    public func reload() -> Result<RetryOperations, any Error> {
        let number = state.withLock { state in
            state.begun += 1
            return state.begun
        }
        return Result { try load() }.map { operations in
            state.withLock { state in
                let operations = operations.takingOver(state.operations)
                guard number > state.settled else { return operations }
                state.settled = number
                state.operations = operations
                state.generation += 1
                return operations
            }
        }
    }
}
