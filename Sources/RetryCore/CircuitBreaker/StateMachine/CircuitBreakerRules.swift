/// A policy in the form that the state machine reads on every call.
///
/// A reference, so that a state costs no copy of it.
final class CircuitBreakerRules: Sendable {
    let policy: CircuitBreakerPolicy
    /// The number of failures in a row that opens the circuit; `.max` without that rule.
    let consecutiveFailures: Int
    let countRule: CircuitBreakerPolicy.CountRule?
    let timeRule: CircuitBreakerPolicy.TimeRule?
    let slowCallRule: CircuitBreakerPolicy.SlowCallRule?
    let probeLease: Int64
    /// The least time before a time limit that counts as a failure.
    let shortestTimeout: Int64
    /// A Boolean value that indicates whether successes are counted.
    let hasWindow: Bool
    let hasSlowCallRule: Bool
    /// A Boolean value that indicates whether first attempts pass an open circuit.
    let rejectsRetriesOnly: Bool
    /// The time for which a count of failures is remembered in a registry that is full.
    let memory: Int64

    /// Traps if no rule can open the circuit.
    init(_ policy: CircuitBreakerPolicy) {
        checked { () throws(InvalidPolicyError) in try policy.requireRule() }
        self.policy = policy
        consecutiveFailures = policy.consecutiveFailures ?? .max
        countRule = policy.countRule
        timeRule = policy.timeRule
        slowCallRule = policy.slowCallRule
        probeLease = policy.probeLease.saturatedNanoseconds
        shortestTimeout = policy.leastCountedTimeout.saturatedNanoseconds
        hasSlowCallRule = policy.slowCallRule != nil
        rejectsRetriesOnly = policy.rejects == .retries
        memory = policy.memory.saturatedNanoseconds
        hasWindow = policy.countRule != nil || policy.timeRule != nil || policy.slowCallRule != nil
    }
}

extension CircuitBreakerRules: Hashable {
    static func == (one: CircuitBreakerRules, other: CircuitBreakerRules) -> Bool {
        one === other || one.policy == other.policy
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(policy)
    }
}
