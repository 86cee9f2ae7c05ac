import RetryCore

/// The breakers, the budget and the other guards of a configuration, shared by all copies of the operations made of it.
struct OperationGuards: Sendable {
    /// The circuit breakers of the kinds of operations, by their names; `nil` if the configuration asks for none.
    private let breakers: CircuitBreakerRegistry?
    /// The budget of all operations; `nil` if the configuration asks for none.
    let budget: RetryBudget?
    // By their names.
    private let limiters: [String: CallRateLimiter]
    private let coolDowns: [String: CoolDownGate]
    private let bulkheads: [String: Bulkhead]
    private let throttles: [String: AdaptiveThrottle]
    private let hedgers: [String: Hedger]

    /// Creates the guards of a configuration; guards of `old` with the same settings are kept with their state.
    init(_ configuration: RetryConfiguration, takingOver old: OperationGuards? = nil) {
        let known = old?.breakers.flatMap { $0.policy == configuration.circuitBreaker ? $0 : nil }
        breakers = known ?? configuration.circuitBreaker.map { CircuitBreakerRegistry(policy: $0) }
        let same = old?.budget.flatMap { $0.policy == configuration.budget ? $0 : nil }
        budget = same ?? configuration.budget.map { RetryBudget($0, named: "retry_policy") }
        limiters = Self.named(configuration.rateLimiters, old?.limiters, \.policy) {
            CallRateLimiter($0, named: $1)
        }
        coolDowns = Self.named(configuration.coolDowns, old?.coolDowns, \.policy) { CoolDownGate($0, named: $1) }
        bulkheads = Self.named(configuration.bulkheads, old?.bulkheads, \.policy) { Bulkhead($0, named: $1) }
        throttles = Self.named(configuration.throttles, old?.throttles, \.policy) { AdaptiveThrottle($0, named: $1) }
        hedgers = Self.named(configuration.hedgers, old?.hedgers, \.policy) { Hedger($0, named: $1) }
    }

    /// The guards of some policies; those that exist with the same policy are kept.
    private static func named<Policy: Equatable, Guard>(
        _ policies: [String: Policy], _ old: [String: Guard]?, _ policy: (Guard) -> Policy,
        _ make: (Policy, String) -> Guard
    ) -> [String: Guard] {
        Dictionary(
            uniqueKeysWithValues: policies.map { name, wanted in
                let same = old?[name].flatMap { policy($0) == wanted ? $0 : nil }
                return (name, same ?? make(wanted, name))
            })
    }

    /// The breaker of a kind of operation: the same one at each call.
    func breaker(of kind: RetryOperationKind) -> CircuitBreaker? { breakers?.breaker(kind.name) }

    // Of a name: the same one at each call.
    func limiter(_ name: String?) -> CallRateLimiter? { name.flatMap { limiters[$0] } }
    func coolDown(_ name: String?) -> CoolDownGate? { name.flatMap { coolDowns[$0] } }
    func bulkhead(_ name: String?) -> Bulkhead? { name.flatMap { bulkheads[$0] } }
    func throttle(_ name: String?) -> AdaptiveThrottle? { name.flatMap { throttles[$0] } }
    func hedger(_ name: String?) -> Hedger? { name.flatMap { hedgers[$0] } }
}
