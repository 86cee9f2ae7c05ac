/// A bounded, thread-safe registry of circuit breakers: the same name gives the same breaker.
///
/// ```swift
/// let payments = CircuitBreaker.named("payments")                    // of the shared registry, from any module
/// let host = registry.breaker("http", key: "eu-1.example.com")       // one per host
/// ```
///
/// If a registry is full, CLOCK (second-chance) eviction makes room. It evicts only a breaker that no caller holds,
/// that was not requested lately, and whose state decides nothing any more:
///
/// | circuit | is evicted |
/// |---|---|
/// | closed, no failures counted | at any time |
/// | closed, with failures counted | when the last failure is older than a break, or than the longest window |
/// | open | when the same time has passed since the end of its break |
/// | half open | when the same time, and the probe lease, have passed since its last probe |
/// | isolated, forced or disabled, or with calls in flight | never |
///
/// So a service that fails at every call opens its circuit, however many other keys come in between, and a service that
/// was called once, failed, and is never called again does not take up a place forever. If nothing can be evicted, the
/// caller gets a breaker that works but is not kept; ``unkept`` counts them: choose a larger ``capacity``.
public final class CircuitBreakerRegistry: Sendable {
    /// The registry that ``CircuitBreaker/named(_:)`` asks.
    public static let shared = CircuitBreakerRegistry()

    /// The maximum number of breakers that the registry holds.
    public let capacity: Int
    /// The policy of breakers that are asked for without one.
    public var policy: CircuitBreakerPolicy { rules.policy }
    private let rules: CircuitBreakerRules
    private let clock: RetryClock?
    private let random: RetryRandomSource?
    private let classifier: ErrorClassifier?
    private let observer: CircuitBreakerObserver?
    private let table: Locked<KeyedTable<CircuitBreakerKey, CircuitBreaker>>

    /// Creates an empty registry.
    ///
    /// - Parameters:
    ///   - capacity: The maximum number of breakers; at least 1.
    ///   - policy: The policy of breakers that are asked for without one.
    ///   - classifier: The classifier of all its breakers.
    ///   - clock: The time source of all its breakers; the system's if `nil`.
    ///   - random: The random source for the jitter of all its breakers; the system's if `nil`.
    ///   - observer: Receives every change of the state of all its breakers.
    public init(
        capacity: Int = 10_000, policy: CircuitBreakerPolicy = .default, classifier: ErrorClassifier? = nil,
        clock: RetryClock? = nil, random: RetryRandomSource? = nil, observer: CircuitBreakerObserver? = nil
    ) {
        self.capacity = checked { () throws(InvalidPolicyError) in
            try check("capacity", capacity, capacity >= 1, "must be at least 1")
            return capacity
        }
        rules = CircuitBreakerRules(policy)
        self.classifier = classifier
        self.clock = clock
        self.random = random
        self.observer = observer
        table = Locked(KeyedTable(capacity: capacity))
    }

    /// Returns the breaker with a name, made if there is none, with the registry's policy.
    ///
    /// - Parameters:
    ///   - name: The name of the dependency.
    ///   - key: A part of the dependency, such as a host: each has a breaker of its own.
    /// - Returns: The breaker; one that exists keeps the policy that it was made with.
    /// - Complexity: O(1), amortised.
    public func breaker(_ name: String, key: String? = nil) -> CircuitBreaker {
        find(CircuitBreakerKey(name: name, key: key), rules)
    }

    /// Returns the breaker with a name and these settings, made if there is none.
    ///
    /// - Parameters:
    ///   - name: The name of the dependency.
    ///   - key: A part of the dependency, such as a host: each has a breaker of its own.
    ///   - policy: The settings that the breaker must have.
    /// - Returns: The breaker.
    /// - Throws: ``CircuitBreakerConflictError`` that names the differences, if there is one with other settings.
    /// - Complexity: O(1), amortised.
    public func breaker(
        _ name: String, key: String? = nil, policy: CircuitBreakerPolicy
    ) throws(CircuitBreakerConflictError) -> CircuitBreaker {
        let rules = policy == self.policy ? rules : CircuitBreakerRules(policy)
        let breaker = find(CircuitBreakerKey(name: name, key: key), rules)
        if breaker.policy != policy {
            throw CircuitBreakerConflictError(name: breaker.name, existing: breaker.policy, wanted: policy)
        }
        return breaker
    }

    private func find(_ key: CircuitBreakerKey, _ rules: CircuitBreakerRules) -> CircuitBreaker {
        if let known = table.withLock({ $0.find(key) }) { return known }
        let fresh = CircuitBreaker(
            key.title, rules: rules, classifier: classifier, clock: clock, random: random, observer: observer)
        let now = (clock ?? .system).nanoseconds
        // An evicted breaker is released outside the lock.
        let (breaker, evicted) = table.withLock { $0.insert(fresh, for: key, at: now) }
        return withExtendedLifetime(evicted) { breaker }
    }
}

// MARK: All breakers

extension CircuitBreakerRegistry {
    /// All breakers of the registry, in no order.
    public var breakers: [CircuitBreaker] { table.withLock { $0.values } }

    /// The snapshots of all breakers, sorted by name, for a dashboard.
    public var snapshots: [CircuitBreakerSnapshot] { breakers.map(\.snapshot).sorted { $0.name < $1.name } }

    /// The number of breakers that the registry holds.
    public var count: Int { table.withLock { $0.count } }

    /// The number of breakers handed out that the registry had no room for.
    public var unkept: Int { table.withLock { $0.unkept } }

    /// Resets every breaker.
    public func resetAll() {
        for breaker in breakers { breaker.reset() }
    }
}

extension CircuitBreaker {
    /// Returns the breaker with a name in the shared registry, made with the default policy if there is none.
    ///
    /// - Parameter name: The name of the dependency.
    /// - Returns: The breaker; one that exists keeps the policy that it was made with.
    public static func named(_ name: String) -> CircuitBreaker {
        CircuitBreakerRegistry.shared.breaker(name)
    }

    /// Returns the breaker with a name and these settings in the shared registry, made if there is none.
    ///
    /// - Parameters:
    ///   - name: The name of the dependency.
    ///   - policy: The settings that the breaker must have.
    /// - Returns: The breaker.
    /// - Throws: ``CircuitBreakerConflictError`` that names the differences, if there is one with other settings.
    public static func named(
        _ name: String, policy: CircuitBreakerPolicy
    ) throws(CircuitBreakerConflictError) -> CircuitBreaker {
        try CircuitBreakerRegistry.shared.breaker(name, policy: policy)
    }
}
