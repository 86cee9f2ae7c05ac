import RetryAsync

/// A policy with the bound that it declares: made once, for making one costs as much as a call.
struct Plan: Sendable {
    let policy: RetryPolicy
    let worstCaseDuration: Duration

    init(_ policy: RetryPolicy) {
        self.policy = policy
        worstCaseDuration = policy.worstCaseDuration
    }

    /// So many attempts, as many seconds apart, whatever a server says.
    static func every(_ seconds: Int, _ attempts: Int, _ limit: (RetryPolicy) -> RetryPolicy = { $0 }) -> Plan {
        Plan(limit(.every(.seconds(seconds), attempts).hints(.ignore)))
    }

    /// Policies of every kind, with waits and limits of a few seconds.
    static let ofEveryKind: [Plan] = {
        var plans: [Plan] = []
        for backoff in [Backoff.none, .constant(.seconds(1)), .linear(initial: .seconds(1), jitter: .none)] {
            for deadline in [nil, 2, 4] as [Int?] {
                for behavior in DeadlineBehavior.allCases {
                    for timeout in [nil, nil, 1, 2] as [Int?] {
                        for attempts in 1...4 {
                            let policy = RetryPolicy(
                                maxAttempts: attempts, backoff: backoff, deadline: deadline.map { .seconds($0) },
                                deadlineBehavior: behavior, attemptTimeout: timeout.map { .seconds($0) },
                                hints: .ignore)
                            plans.append(Plan(policy))
                        }
                    }
                }
            }
        }
        return plans
    }()
}

extension Plan: CustomStringConvertible {
    var description: String {
        """
        \(policy.maxAttempts) attempts, backoff from \(policy.backoff.initial) to \(policy.backoff.cap), \
        deadline \(policy.deadline.map { "\($0)" } ?? "none") (\(policy.deadlineBehavior)), \
        timeout \(policy.attemptTimeout.map { "\($0)" } ?? "none")
        """
    }
}
