/// A policy in the form in which it is asked on every call.
///
/// A reference, so that a state costs no copy of it.
final class BreakerRules: Sendable {
    let policy: CircuitBreakerPolicy
    /// How many failures in a row open the circuit; `.max` for no number.
    let consecutiveFailures: Int
    let countRule: CircuitBreakerPolicy.CountRule?
    let timeRule: CircuitBreakerPolicy.TimeRule?
    let slowCallRule: CircuitBreakerPolicy.SlowCallRule?
    let probeLease: Int64
    /// Whether successes are counted.
    let hasWindow: Bool
    let hasSlowCallRule: Bool

    init(_ policy: CircuitBreakerPolicy) {
        self.policy = policy
        consecutiveFailures = policy.consecutiveFailures ?? .max
        countRule = policy.countRule
        timeRule = policy.timeRule
        slowCallRule = policy.slowCallRule
        probeLease = policy.probeLease.saturatedNanoseconds
        hasSlowCallRule = policy.slowCallRule != nil
        hasWindow = policy.countRule != nil || policy.timeRule != nil || policy.slowCallRule != nil
    }
}

extension BreakerRules: Hashable {
    static func == (one: BreakerRules, other: BreakerRules) -> Bool {
        one === other || one.policy == other.policy
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(policy)
    }
}
