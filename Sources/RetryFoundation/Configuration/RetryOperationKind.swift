public import RetryCore

/// A kind of operation, for which a configuration can have other settings.
///
/// ```swift
/// extension RetryOperationKind {
///     static let ingest = RetryOperationKind("ingest")
/// }
/// ```
public struct RetryOperationKind: Sendable, Hashable, CustomStringConvertible {
    /// The name in a configuration.
    public let name: String

    /// Creates a custom kind.
    public init(_ name: String) { self.name = name }

    /// Work that was taken from a queue: 3 attempts, 1 to 10 s.
    public static let worker = RetryOperationKind("worker")
    /// Access to a database or to files: 5 attempts, 0.5 to 5 s.
    public static let storage = RetryOperationKind("storage")
    /// Calls of a service: 4 attempts, 1 to 15 s.
    public static let api = RetryOperationKind("api")
    /// The planning of work: 3 attempts, 1 to 8 s.
    public static let scheduler = RetryOperationKind("scheduler")

    /// The name.
    public var description: String { name }
}

/// The default policy of each kind of operation.
///
/// ```swift
/// let kinds = RetryOperationKinds.standard
///     .setting(.ingest, maxAttempts: 8, minWait: .seconds(1), maxWait: .seconds(30))
///     .setting(.api, to: .api)
/// ```
public struct RetryOperationKinds: Sendable, Hashable {
    private(set) var policies: [RetryOperationKind: RetryPolicy]
    private var fallback: RetryPolicy

    /// Worker, storage, api and scheduler with their numbers; any other kind has those of a worker.
    ///
    /// Waits are one second doubling up to the longest one, each drawn from the shortest one on. Errors that cannot be
    /// classified are not retried.
    public static let standard = RetryOperationKinds(policies: [:], fallback: .window(3, .seconds(1), .seconds(10)))
        .setting(.worker, maxAttempts: 3, minWait: .seconds(1), maxWait: .seconds(10))
        .setting(.storage, maxAttempts: 5, minWait: .milliseconds(500), maxWait: .seconds(5))
        .setting(.api, maxAttempts: 4, minWait: .seconds(1), maxWait: .seconds(15))
        .setting(.scheduler, maxAttempts: 3, minWait: .seconds(1), maxWait: .seconds(8))

    /// Returns the policy of a kind.
    public subscript(kind: RetryOperationKind) -> RetryPolicy {
        policies[kind] ?? fallback.named(kind.name)
    }

    /// Returns these kinds with another policy for one of them.
    public func setting(_ kind: RetryOperationKind, to policy: RetryPolicy) -> RetryOperationKinds {
        var copy = self
        copy.policies[kind] = policy.named(kind.name)
        return copy
    }

    /// Returns these kinds with other numbers for one of them.
    ///
    /// - Parameters:
    ///   - kind: The kind.
    ///   - maxAttempts: The maximum number of attempts, the first one included; at least 1.
    ///   - minWait: The shortest wait; not negative.
    ///   - maxWait: The longest wait; at least the shortest.
    /// - Returns: The changed kinds.
    public func setting(
        _ kind: RetryOperationKind, maxAttempts: Int, minWait: Duration, maxWait: Duration
    ) -> RetryOperationKinds {
        setting(kind, to: .window(maxAttempts, minWait, maxWait))
    }
}

extension RetryPolicy {
    fileprivate static func window(_ attempts: Int, _ shortest: Duration, _ longest: Duration) -> RetryPolicy {
        RetryPolicy(maxAttempts: attempts, backoff: .window(from: shortest, to: longest)).never(.unknown)
    }
}
