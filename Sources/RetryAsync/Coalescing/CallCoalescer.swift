public import RetryCore

/// A coalescer of calls, also known as single flight or request deduplication: callers that ask for the same thing at the
/// same time share one run.
///
/// Create one for each kind of read, and share it. It is thread-safe:
///
/// ```swift
/// let profiles = CallCoalescer<User.ID, User>(named: "profiles")
///
/// let user = try await profiles.call(id) { try await retry(users) { try await client.user(id) } }
/// ```
///
/// A hundred callers that come while the run of a key goes on make one request, and get its value or its error, once. It
/// is no cache: a caller that comes after the end starts a new run.
///
/// The run belongs to none of its callers. A caller that is cancelled leaves at once, also the one that started the run;
/// the last one that leaves cancels it. A caller that comes while the run is being cancelled starts a new one. The run has
/// the priority of the caller with the highest one.
///
/// Coalesce reads: callers share one effect. See the article *Coalescing calls* of RetryCore.
public final class CallCoalescer<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline typealias Handle = Task<Void, Never>
    @usableFromInline typealias Core = CoalescerCore<Key, Signal<Result<Value, any Error>>, Handle>

    @usableFromInline let core: Core

    /// Creates a coalescer without runs.
    ///
    /// - Parameters:
    ///   - policy: The bound on the number of keys, and the callers that get an error.
    ///   - name: The name of the coalescer in events and logs.
    ///   - observer: Receives an event when a run is abandoned, and when there is no room for a call.
    public init(
        _ policy: CoalescerPolicy = CoalescerPolicy(), named name: String? = nil, observer: CoalescerObserver? = nil
    ) {
        core = Core(policy, named: name, observer: observer)
    }

    /// The settings of the coalescer.
    public var policy: CoalescerPolicy { core.policy }

    /// The name of the coalescer in events and logs.
    public var name: String? { core.name }

    /// Returns the state and the counts of the coalescer.
    public func snapshot() -> CoalescerSnapshot { core.snapshot() }
}

extension CallCoalescer: CustomStringConvertible, CustomDebugStringConvertible {
    /// The counts in one line: `coalescer profiles: 3 runs for 7 calls, 1 key now`.
    public var description: String { "coalescer \(snapshot())" }

    /// All counts.
    public var debugDescription: String { String(reflecting: snapshot()) }
}
