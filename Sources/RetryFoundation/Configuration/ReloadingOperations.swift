public import RetryCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Operations whose configuration can be read anew while the program runs.
///
/// ```swift
/// let operations = try ReloadingOperations(contentsOf: file, errors: errors)
///
/// let api = operations.current[.api]                   // at each call
/// …
/// if case .failure(let error) = operations.reload() { log.error("\(error)") }   // on SIGHUP, say
/// ```
///
/// The new configuration takes the place of the old one in one step. A call that runs has the values that it began with.
/// A configuration that is not right changes nothing: the old one stays. Circuit breakers and the budget keep their state
/// where their settings are the same as before; otherwise they start anew.
public final class ReloadingOperations: Sendable {
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
    ///   - kinds: The policy of each kind of operation where nothing is written.
    ///   - catalog: The policies that the configuration can name, besides its own.
    ///   - errors: The error types that the configuration can name.
    ///   - isStrict: Whether a name of an error type that is not registered is an error.
    /// - Throws: ``ConfigurationError`` that names the file.
    public convenience init(
        contentsOf file: URL, kinds: OperationKinds = .standard, catalog: PolicyCatalog = .standard,
        errors: ErrorTypeRegistry = ErrorTypeRegistry(), isStrict: Bool = false
    ) throws {
        try self.init {
            try RetryOperations(
                contentsOf: file, kinds: kinds, catalog: catalog, errors: errors, isStrict: isStrict)
        }
    }

    /// Loads operations by a closure of yours, and again at each ``reload()``.
    ///
    /// - Parameter load: Makes the operations; called outside every lock.
    /// - Throws: What the closure throws.
    public init(_ load: @escaping @Sendable () throws -> RetryOperations) throws {
        self.load = load
        state = Locked(State(operations: try load()))
    }

    /// The operations in force; a call takes them once, and uses what it took until it ends.
    public var current: RetryOperations { state.withLock { $0.operations } }

    /// How often a configuration was put in force, from 1.
    public var generation: Int { state.withLock { $0.generation } }

    /// Loads anew, and puts the result in force if it is right.
    ///
    /// Of two reloads at once the one that began later wins, whichever ends first.
    ///
    /// - Returns: The operations that were loaded, or the error for which the old ones stay.
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
