import RetryCore

/// The breakers, the budget, the rate limiters and the hedgers of a configuration, shared by all copies of the operations
/// made of it.
struct OperationGuards: Sendable {
    /// The circuit breakers of the kinds of operations, by their names; `nil` if the configuration asks for none.
    private let breakers: CircuitBreakerRegistry?
    /// The budget of all operations; `nil` if the configuration asks for none.
    let budget: RetryBudget?
    /// The rate limiters of the configuration, by their names.
    private let limiters: [String: CallRateLimiter]
    /// The hedgers of the configuration, by their names.
    private let hedgers: [String: Hedger]

    /// Creates the guards of a configuration; guards of `old` with the same settings are kept with their state.
    init(_ configuration: RetryConfiguration, takingOver old: OperationGuards? = nil) {
        let known = old?.breakers.flatMap { $0.policy == configuration.circuitBreaker ? $0 : nil }
        breakers = known ?? configuration.circuitBreaker.map { CircuitBreakerRegistry(policy: $0) }
        let same = old?.budget.flatMap { $0.policy == configuration.budget ? $0 : nil }
        budget = same ?? configuration.budget.map { RetryBudget($0, named: "retry_policy") }
        limiters = Dictionary(
            uniqueKeysWithValues: configuration.rateLimiters.map { name, policy in
                let same = old?.limiters[name].flatMap { $0.policy == policy ? $0 : nil }
                return (name, same ?? CallRateLimiter(policy, named: name))
            })
        hedgers = Dictionary(
            uniqueKeysWithValues: configuration.hedgers.map { name, policy in
                let same = old?.hedgers[name].flatMap { $0.policy == policy ? $0 : nil }
                return (name, same ?? Hedger(policy, named: name))
            })
    }

    /// The breaker of a kind of operation: the same one at each call.
    func breaker(of kind: RetryOperationKind) -> CircuitBreaker? { breakers?.breaker(kind.name) }

    /// The rate limiter of a name; the same one at each call.
    func limiter(_ name: String?) -> CallRateLimiter? { name.flatMap { limiters[$0] } }

    /// The hedger of a name; the same one at each call.
    func hedger(_ name: String?) -> Hedger? { name.flatMap { hedgers[$0] } }
}
