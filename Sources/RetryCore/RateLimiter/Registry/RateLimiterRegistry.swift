/// A bounded, thread-safe registry of rate limiters: the same key gives the same limiter.
///
/// ```swift
/// let hosts = RateLimiterRegistry(.tokenBucket(10, per: .seconds(1)), named: "http")
/// let host = hosts.limiter("eu-1.example.com")       // one per host, tenant or key
/// ```
///
/// If a registry is full, CLOCK (second-chance) eviction makes room. It evicts only a limiter that no caller holds, that
/// was not requested lately, and that has its whole burst again, so that a new one is no different. If none can be
/// evicted, the caller gets a limiter that works but is not kept; ``unkept`` counts them: choose a larger ``capacity``.
public final class RateLimiterRegistry: Sendable {
    /// The maximum number of limiters that the registry holds.
    public let capacity: Int
    /// The policy of all its limiters.
    public let policy: RateLimiterPolicy
    private let rules: RateLimiterRules
    private let name: String?
    private let clock: RetryClock?
    private let observer: RateLimiterObserver?
    private let table: Locked<KeyedTable<ByteName, CallRateLimiter>>

    /// Creates an empty registry.
    ///
    /// - Parameters:
    ///   - policy: The policy of all its limiters.
    ///   - name: The name of the service in errors, events and logs; a limiter is called `name[key]`.
    ///   - capacity: The maximum number of limiters; at least 1.
    ///   - clock: The time source of all its limiters; the system's if `nil`.
    ///   - observer: Receives the events of all its limiters.
    public init(
        _ policy: RateLimiterPolicy, named name: String? = nil, capacity: Int = 10_000, clock: RetryClock? = nil,
        observer: RateLimiterObserver? = nil
    ) {
        self.capacity = checked { () throws(InvalidPolicyError) in
            try check("capacity", capacity, capacity >= 1, "must be at least 1")
            return capacity
        }
        self.policy = policy
        self.name = name
        rules = RateLimiterRules(policy)
        self.clock = clock
        self.observer = observer
        table = Locked(KeyedTable(capacity: capacity))
    }

    /// Returns the limiter of a key, made if there is none.
    ///
    /// - Parameter key: The host, the tenant, or another key; compared byte by byte.
    /// - Returns: The limiter.
    /// - Complexity: O(1), amortised.
    public func limiter(_ key: String) -> CallRateLimiter {
        let place = ByteName(key)
        if let known = table.withLock({ $0.find(place) }) { return known }
        let title = name.map { "\($0)[\(key)]" } ?? key
        let fresh = CallRateLimiter(policy, rules, named: title, clock: clock, observer: observer)
        let now = (clock ?? .system).nanoseconds
        // An evicted limiter is released outside the lock.
        let (limiter, evicted) = table.withLock { $0.insert(fresh, for: place, at: now) }
        return withExtendedLifetime(evicted) { limiter }
    }

    /// The snapshots of all limiters, sorted by name, for a dashboard.
    public var snapshots: [RateLimiterSnapshot] {
        table.withLock { $0.values }.map { $0.snapshot() }.sorted { $0.name ?? "" < $1.name ?? "" }
    }

    /// The number of limiters that the registry holds.
    public var count: Int { table.withLock { $0.count } }

    /// The number of limiters handed out that the registry had no room for.
    public var unkept: Int { table.withLock { $0.unkept } }
}

extension CallRateLimiter: Forgettable {}
