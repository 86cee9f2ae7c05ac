/// An explanation of a policy or a pipeline: what its calls do at worst, and the traps in its settings.
///
/// ```swift
/// print(RetryPolicy.api.deadline(.seconds(5)).attemptTimeout(.seconds(10)).explain())
/// // at most 4 attempts, 5s in all; while the service fails every call, 4 requests for each call
/// // timeout_over_deadline: attempt_timeout is 10s, and the deadline 5s: no attempt reaches its timeout. Set …
/// ```
///
/// It is a part of a review and of a test: a pipeline whose ``findings`` are empty has none of the known traps.
public struct RetryExplanation: Sendable, Hashable {
    /// A trap in the settings.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// The name of the trap, such as `timeout_over_deadline`.
        public let code: String
        /// The setting to change, by its name in configuration files.
        public let setting: String
        /// The fault, with its numbers.
        public let problem: String
        /// The change that mends it.
        public let remedy: String

        /// The finding in one line.
        public var description: String { "\(code): \(problem). \(remedy)." }
    }

    /// The most attempts of a call.
    public let attempts: Int
    /// The attempts whose waits fit before the deadline, with waits of their average length.
    public let attemptsInTime: Int
    /// The longest duration of a call; the longest representable one without a bound.
    ///
    /// It is ``RetryPolicy/worstCaseDuration``.
    public let worstCaseDuration: Duration
    /// The requests for each call while the service fails every call, without a budget: the attempts.
    public let load: Double
    /// The requests for each call under a budget, in a lasting outage; `nil` without a budget, or where its law has no such
    /// bound.
    public let loadWithBudget: Double?
    /// The longest wait that guards can add before an attempt: for a turn, a permit, the end of a hold, or a circuit.
    public let guardWait: Duration
    /// The traps in the settings; empty if none is known.
    public let findings: [Finding]
}

extension RetryExplanation: CustomStringConvertible {
    /// The numbers in one line, and each finding in a line of its own.
    public var description: String {
        let time =
            worstCaseDuration >= .nanoseconds(Int64.max)
            ? "without a bound in time" : "\(worstCaseDuration.text) in all"
        var text = "at most \(attempts.of("attempt")), \(time)"
        if attemptsInTime < attempts { text += ", \(attemptsInTime) of them in time on average" }
        let requests = Self.text(loadWithBudget ?? load)
        text += "; while the service fails every call, \(requests) requests for each call"
        if guardWait > .zero { text += "; guards add up to \(guardWait.text)" }
        return ([text] + findings.map { "\($0)" }).joined(separator: "\n")
    }

    /// A number with two decimals, without trailing zeros.
    private static func text(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        if rest == 0 { return "\(whole)" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension RetryPolicy {
    /// Explains what calls under this policy do at worst, and names the traps in its settings.
    ///
    /// - Returns: The explanation.
    /// - Complexity: O(n), where n is the number of attempts, up to 1,000.
    public func explain() -> RetryExplanation { RetryPipeline(policy: self).explain() }
}

extension RetryPipeline {
    /// Explains what calls of this pipeline do at worst, and names the traps in its settings and guards.
    ///
    /// - Parameter callsPerSecond: The expected rate of calls, by which the floor of a budget is judged; not judged if
    ///   `nil`.
    /// - Returns: The explanation.
    /// - Complexity: O(n), where n is the number of attempts, up to 1,000.
    public func explain(callsPerSecond: Double? = nil) -> RetryExplanation {
        Explainer(self, callsPerSecond: callsPerSecond).explanation
    }
}
