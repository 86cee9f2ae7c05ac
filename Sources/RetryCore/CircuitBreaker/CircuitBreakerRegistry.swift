/// Holds circuit breakers by name: whoever asks for the same name gets the same breaker.
///
/// ```swift
/// let payments = CircuitBreaker.named("payments")                    // of the shared registry, from any module
/// let host = registry.breaker("http", key: "eu-1.example.com")       // one per host
/// ```
///
/// A registry is bounded. Where it is full, a breaker makes place that nobody refers to any more, that is closed, and
/// that was not asked for lately: never one that is open, and never one with calls in flight. If there is none, the
/// caller gets a breaker that works, but that the registry does not keep; ``unkept`` counts them.
public final class CircuitBreakerRegistry: Sendable {
    /// The registry that ``CircuitBreaker/named(_:)`` asks.
    public static let shared = CircuitBreakerRegistry()

    /// How many breakers the registry holds at most.
    public let capacity: Int
    /// The policy of breakers that are asked for without one.
    public let policy: CircuitBreakerPolicy
    private let clock: RetryClock?
    private let random: RandomSource?
    private let classifier: ErrorClassifier?
    private let observer: CircuitBreakerObserver?
    private let table: Locked<BreakerTable>

    /// Creates an empty registry.
    ///
    /// - Parameters:
    ///   - capacity: How many breakers it holds at most; at least 1.
    ///   - policy: The policy of breakers that are asked for without one.
    ///   - classifier: Finds out what kind of failure an error is, for all its breakers.
    ///   - clock: The time source of all its breakers; the system's if `nil`.
    ///   - random: Draws the jitter of all its breakers; the system's if `nil`.
    ///   - observer: Sees the states of all its breakers change.
    public init(
        capacity: Int = 10_000, policy: CircuitBreakerPolicy = .default, classifier: ErrorClassifier? = nil,
        clock: RetryClock? = nil, random: RandomSource? = nil, observer: CircuitBreakerObserver? = nil
    ) {
        self.capacity = checked { () throws(PolicyError) in
            try check("capacity", capacity, capacity >= 1, "must be at least 1")
            return capacity
        }
        self.policy = policy
        self.classifier = classifier
        self.clock = clock
        self.random = random
        self.observer = observer
        table = Locked(BreakerTable(capacity: capacity))
    }

    /// Returns the breaker with a name, made if there is none, with the registry's policy.
    ///
    /// - Parameters:
    ///   - name: The name of the dependency.
    ///   - key: Which part of it, such as a host: each has a breaker of its own.
    /// - Returns: The breaker; one that exists keeps the policy that it was made with.
    /// - Complexity: O(1), amortised.
    public func breaker(_ name: String, key: String? = nil) -> CircuitBreaker {
        find(BreakerKey(name: name, key: key), policy)
    }

    /// Returns the breaker with a name and these settings, made if there is none.
    ///
    /// - Parameters:
    ///   - name: The name of the dependency.
    ///   - key: Which part of it, such as a host: each has a breaker of its own.
    ///   - policy: The settings that the breaker must have.
    /// - Returns: The breaker.
    /// - Throws: ``BreakerConflictError`` that names the differences, if there is one with other settings.
    /// - Complexity: O(1), amortised.
    public func breaker(
        _ name: String, key: String? = nil, policy: CircuitBreakerPolicy
    ) throws(BreakerConflictError) -> CircuitBreaker {
        let breaker = find(BreakerKey(name: name, key: key), policy)
        if breaker.policy != policy {
            throw BreakerConflictError(name: breaker.name, existing: breaker.policy, wanted: policy)
        }
        return breaker
    }

    private func find(_ key: BreakerKey, _ policy: CircuitBreakerPolicy) -> CircuitBreaker {
        if let known = table.withLock({ $0.find(key) }) { return known }
        let fresh = CircuitBreaker(
            key.title, policy: policy, classifier: classifier, clock: clock, random: random, observer: observer)
        // What is replaced goes away outside the lock.
        let (breaker, replaced) = table.withLock { $0.insert(fresh, for: key) }
        return withExtendedLifetime(replaced) { breaker }
    }
}

// MARK: All breakers

extension CircuitBreakerRegistry {
    /// All breakers of the registry, in no order.
    public var breakers: [CircuitBreaker] { table.withLock { $0.breakers } }

    /// What all breakers have counted, sorted by their names: for a dashboard.
    public var snapshots: [CircuitBreakerSnapshot] { breakers.map(\.snapshot).sorted { $0.name < $1.name } }

    /// How many breakers the registry holds.
    public var count: Int { table.withLock { $0.count } }

    /// How many breakers were handed out that the registry had no place for.
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
    /// - Throws: ``BreakerConflictError`` that names the differences, if there is one with other settings.
    public static func named(
        _ name: String, policy: CircuitBreakerPolicy
    ) throws(BreakerConflictError) -> CircuitBreaker {
        try CircuitBreakerRegistry.shared.breaker(name, policy: policy)
    }
}
