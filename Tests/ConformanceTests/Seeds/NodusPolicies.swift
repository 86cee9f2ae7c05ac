import RetryAsync

extension ConformanceRun {
    mutating func nodusPolicies() throws {
        for (name, recorded) in vectors["nodus_named_policies_readme"].members {
            let ours = JSON.nodusPolicy(try RetryPolicyCatalog.standard.resolve(named: name))
            // The page names only what it finds worth naming.
            let members = ours.members.filter { !recorded[$0.key].isNull }
            compare(
                "nodus_named_policies_readme", name, recorded: recorded,
                ours: .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value) })))
        }
        for row in vectors["nodus_resolve"].array {
            let input = row["input"]
            let policy = RetryPolicyCatalog.standard.resolve(
                executionType: input["execution_type"].string ?? "", riskLevel: input["risk_level"].string,
                nodeMaxRetries: input["node_max_retries"].int, jobMaxRetries: input["job_max_retries"].int)
            compare("nodus_resolve", "\(input)", recorded: row["output"], ours: .nodusPolicy(policy))
        }
        let byName = try RetryPolicyCatalog.standard.resolve(named: "FLOW_NODE_DEFAULT")
        compare(
            "nodus_resolve_readme_positional", "all", recorded: vectors["nodus_resolve_readme_positional"],
            ours: .string(byName.name))
    }

    mutating func nodusCalls() async throws {
        for row in vectors["nodus_execute"].array {
            let name = try row["name"].string.unwrapped("a run has no name")
            let text = try row["message"].string.unwrapped("a run has no message")
            let error = try SeedErrors.make("RuntimeError", SeedErrorFacts(text: text))
            let failures = try row["fail_first"].int.unwrapped("a run has no number of failures")
            let recorded: JSON = ["calls": row["calls"], "sleeps_s": row["sleeps_s"], "outcome": row["outcome"]]
            let policy: RetryPolicy
            do throws(InvalidPolicyError) {
                policy = try Self.nodusPolicy(row["policy"])
            } catch {
                compare("nodus_execute", name, recorded: recorded, ours: .string("refused: \(error)"))
                continue
            }
            var call = SeedCall(policy: policy, random: [0]) { attempt in
                if attempt <= failures { throw error }
                return "ok"
            }
            call.classifier = name.hasPrefix("custom_checker") ? .always(.transient) : .messages(.nodus)
            let records = await call.runs().map { record -> JSON in
                if case .failure(let refusal as InvalidPolicyError) = record.result {
                    return .string("refused: \(refusal.setting) is \(refusal.value)")
                }
                return [
                    "calls": .number(Double(record.calls)), "sleeps_s": .seconds(record.sleeps),
                    "outcome": record.outcomeWithText,
                ]
            }
            compare("nodus_execute", name, recorded: recorded, calls: records)
        }
    }

    private static func nodusPolicy(_ row: JSON) throws(InvalidPolicyError) -> RetryPolicy {
        let initial = Duration.milliseconds(row["backoff_ms"].int ?? 0)
        let backoff =
            initial == .zero
            ? Backoff.none
            : try Backoff(
                validating: "exponential", initial: initial, factor: row["exponential_backoff"] == true ? 2 : 1,
                cap: .seconds(10), jitter: .additive(.milliseconds(50)))
        let policy = try RetryPolicy(validating: row["max_attempts"].int ?? 0, backoff: backoff)
        return policy.retries(nil, for: .unknown).failsImmediately(row["high_risk_immediate_fail"] == true)
            .guarantee(row["execution_guarantee"] == "EXACTLY_ONCE" ? .exactlyOnce : .atLeastOnce)
    }
}

extension JSON {
    /// A policy in the words of nodus-retry.
    fileprivate static func nodusPolicy(_ policy: RetryPolicy) -> JSON {
        [
            "max_attempts": .number(Double(policy.maxAttempts)),
            "backoff_ms": .number(policy.backoff.initial / .milliseconds(1)),
            "exponential_backoff": .bool(policy.backoff.factor > 1),
            "high_risk_immediate_fail": .bool(policy.failsImmediately),
            "execution_guarantee": .string(policy.guarantee == .exactlyOnce ? "EXACTLY_ONCE" : "AT_LEAST_ONCE"),
        ]
    }
}
