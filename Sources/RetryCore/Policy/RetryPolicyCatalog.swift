/// A catalog of policies by name: those of the library, and your own.
///
/// A catalog is a value that never changes: adding a policy makes another catalog. A program creates the catalog of its
/// look-ups once and shares it.
///
/// ```swift
/// let catalog = RetryPolicyCatalog.standard
///     .adding(.api.maxAttempts(6), named: "checkout")
///
/// let policy = try catalog.resolve(named: "checkout")
/// let node = catalog.resolve(executionType: "flow", nodeMaxRetries: 5)
/// ```
public struct RetryPolicyCatalog: Sendable, Hashable {
    private let policies: [String: RetryPolicy]

    private init(_ policies: [String: RetryPolicy]) {
        self.policies = policies
    }

    /// The presets of the library, and the named policies of nodus-retry.
    public static let standard = RetryPolicyCatalog(
        Dictionary(uniqueKeysWithValues: (libraryPolicies + nodusPolicies).map { ($0.name, $0) }))

    private static let libraryPolicies: [RetryPolicy] = [
        .default, .once, .api, .rateLimited, .slowRateLimited, .fast, .critical,
    ]

    private static let nodusPolicies: [RetryPolicy] = [
        .flowNodeDefault, .agentLowMedium, .agentHighRisk, .asyncJobDefault, .nodusScheduledDefault, .noRetry,
    ]

    /// The names in this catalog, in the order of the alphabet.
    public var names: [String] { policies.keys.sorted() }

    /// Returns the policy of a name, or `nil` if there is none.
    public subscript(name: String) -> RetryPolicy? { policies[name] }

    /// Returns this catalog with one more policy, which has that name in events, too.
    ///
    /// - Parameters:
    ///   - policy: The policy.
    ///   - name: The name; not empty. A name in use is replaced by the new policy.
    /// - Returns: The changed catalog.
    public func adding(_ policy: RetryPolicy, named name: String) -> RetryPolicyCatalog {
        checked { () throws(InvalidPolicyError) in try adding(policy, validating: name) }
    }

    /// Returns this catalog with one more policy, under a name known only at run time.
    package func adding(_ policy: RetryPolicy, validating name: String) throws(InvalidPolicyError) -> RetryPolicyCatalog
    {
        try check("policy", "a policy without a name", !name.isEmpty, "must have a name")
        var policies = policies
        policies[name] = policy.named(name)
        return RetryPolicyCatalog(policies)
    }

    /// Returns the policy of a name.
    ///
    /// - Parameter name: The name, as it is written in ``names``.
    /// - Returns: The policy.
    /// - Throws: ``InvalidPolicyError`` that lists the known names.
    public func resolve(named name: String) throws(InvalidPolicyError) -> RetryPolicy {
        if let policy = policies[name] { return policy }
        throw InvalidPolicyError(
            setting: "policy", value: "\"\(name.shortened)\"",
            requirement: "must be one of \(names.joined(separator: ", "))")
    }

    /// Returns the policy for a kind of work, by the rules of nodus-retry.
    ///
    /// | execution type | policy |
    /// |---|---|
    /// | `flow` | `FLOW_NODE_DEFAULT`, with `nodeMaxRetries` attempts if given |
    /// | `agent`, risk `low` or `medium` | `AGENT_LOW_MEDIUM` |
    /// | `agent`, any other risk, or none | `AGENT_HIGH_RISK` |
    /// | `job` | `ASYNC_JOB_DEFAULT` |
    /// | `nodus` | `NODUS_SCHEDULED_DEFAULT`, with `jobMaxRetries` attempts if given |
    /// | anything else | `NO_RETRY` |
    ///
    /// Letter case and space around both words play no part. A number for another kind of work is ignored.
    ///
    /// - Parameters:
    ///   - executionType: The kind of work.
    ///   - riskLevel: The risk level of an agent.
    ///   - nodeMaxRetries: The attempts of a flow's node; a number below 1 is taken as 1.
    ///   - jobMaxRetries: The attempts of a scheduled job; a number below 1 is taken as 1.
    /// - Returns: The policy; this catalog's own if it has one of that name.
    public func resolve(
        executionType: String, riskLevel: String? = nil, nodeMaxRetries: Int? = nil, jobMaxRetries: Int? = nil
    ) -> RetryPolicy {
        switch executionType.asWord {
        case "flow": own(.flowNodeDefault).maxAttempts(atLeastOne: nodeMaxRetries)
        case "agent" where ["low", "medium"].contains(riskLevel?.asWord): own(.agentLowMedium)
        case "agent": own(.agentHighRisk)
        case "job": own(.asyncJobDefault)
        case "nodus": own(.nodusScheduledDefault).maxAttempts(atLeastOne: jobMaxRetries)
        default: own(.noRetry)
        }
    }

    private func own(_ policy: RetryPolicy) -> RetryPolicy { policies[policy.name] ?? policy }
}

extension RetryPolicy {
    fileprivate func maxAttempts(atLeastOne count: Int?) -> RetryPolicy {
        count.map { maxAttempts(max(1, $0)) } ?? self
    }
}

extension String {
    /// The text in lower case and without space around it.
    fileprivate var asWord: String {
        let start = drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { start[...$0].lowercased() } ?? ""
    }
}
