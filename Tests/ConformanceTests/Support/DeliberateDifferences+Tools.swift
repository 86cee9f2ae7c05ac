// What we do otherwise than the tool gateway's plugin, and than the named policies' source.
extension DeliberateDifference {
    static let tools =
        ["0.2.0", "0.3.11"].flatMap { version in
            [1, 3, 10].flatMap { tools(version, ceiling: $0) }
        } + [
            DeliberateDifference(
                "cpex/state_shared_across_managers_0_2_0", "all", weDo: [[true, 100], 1, [true, 100]],
                why: "Two trackers share nothing.", source: "SEEDS §2.10"),
            DeliberateDifference(
                "cpex/key_collision_0_2_0", "all", weDo: [1, 2],
                why: "A tool and a request are two parts of a key, and never joined.", source: "SEEDS §2.10"),
        ]

    private static func tools(_ version: String, ceiling: Int) -> [DeliberateDifference] {
        let key = "cpex/\(version)_ceiling\(ceiling)"
        func veto(_ name: String) -> DeliberateDifference {
            DeliberateDifference(
                key, name, weDo: false, why: "A status that is not listed vetoes a retry, wherever it stands.",
                source: "SEEDS §5")
        }
        let shared = [
            veto("text structured_isError_with_400"), veto("text text_isError_with_400"),
            DeliberateDifference(
                key, "jitter_base1_cap1_zero_draws_of_400", weDo: 0, why: "A retry without a wait is a retry.",
                source: "SEEDS §2.10"),
        ]
        if version == "0.2.0" { return shared + older(key) }
        return shared + [veto("fast structured_isError_with_400")] + newer(key, ceiling)
    }

    private static func older(_ key: String) -> [DeliberateDifference] {
        ["max_less_than_base", "override_max_less_than_base"].map { name in
            DeliberateDifference(
                key, "sequence \(name)", weDo: "refused",
                why: "A longest wait below the first one is a mistake, and none to be corrected silently.",
                source: "SEEDS §2.10")
        }
    }

    private static func newer(_ key: String, _ ceiling: Int) -> [DeliberateDifference] {
        let inForce: JSON = [
            "retry_policy": [
                "max_retries": .number(Double(min(2, ceiling))), "backoff_base_ms": 200, "max_backoff_ms": 5_000,
                "retry_on_status": [429, 500, 502, 503, 504],
            ]
        ]
        let always = DeliberateDifference(
            key, "tool_metadata", weDo: inForce, why: "As its page has it, both hooks tell the policy in force.",
            source: "SEEDS §1 C")
        guard ceiling == 1 else { return [always] }
        let clamped: [(String, JSON)] = [
            ("defaults_no_jitter_fail_x4", [200, 0, 200, 0]), ("status_only", [200, 0, 0]),
            ("ceiling_omitted_max_retries", [200, 0, 200, 0]),
        ]
        let why = "The ceiling holds for a policy that names no number of retries, too."
        return clamped.map { DeliberateDifference(key, "sequence \($0)", weDo: $1, why: why, source: "SEEDS §2.10") }
            + [always, DeliberateDifference(key, "resource_metadata", weDo: inForce, why: why, source: "SEEDS §2.10")]
    }
}

extension DeliberateDifference {
    static let nodusPolicies =
        nodusResolve + nodusExecute + [
            DeliberateDifference(
                "nodus_resolve_readme_positional", "all", weDo: "FLOW_NODE_DEFAULT",
                why: "A policy can be looked up by its name, as the page promises.", source: "SEEDS §2.1")
        ]

    private static let nodusResolve: [DeliberateDifference] = {
        let pageNumbers = "Named policies have the numbers of the page."
        let flows: [(JSON, Int)] = [
            (["execution_type": "flow"], 3), (["execution_type": " FLOW "], 3),
            (["execution_type": "flow", "node_max_retries": 5], 5),
            (["execution_type": "flow", "node_max_retries": 1], 1),
            (["execution_type": "flow", "node_max_retries": 0], 1),
            (["execution_type": "flow", "node_max_retries": -3], 1),
            (["execution_type": "flow", "job_max_retries": 9], 3),
        ]
        let flowDifferences = flows.map { input, attempts in
            resolved(input, policy(attempts, 500, isExponential: true), pageNumbers)
        }
        let job: JSON = ["execution_type": "job", "job_max_retries": 9]
        let highRisks: [JSON] = [
            ["execution_type": "agent"], ["execution_type": "Agent"],
            ["execution_type": "agent", "risk_level": "high"], ["execution_type": "agent", "risk_level": ""],
        ]
        let riskDifferences = highRisks.map { input in
            resolved(
                input, policy(1, 0, isExponential: false, failsImmediately: true),
                "Exactly once is the source's alone, and needs a store: it is offered as an option.")
        }
        return flowDifferences + riskDifferences + [resolved(job, policy(5, 1_000, isExponential: true), pageNumbers)]
    }()

    private static func policy(
        _ attempts: Int, _ backoff: Int, isExponential: Bool, failsImmediately: Bool = false
    ) -> JSON {
        [
            "max_attempts": .number(Double(attempts)), "backoff_ms": .number(Double(backoff)),
            "exponential_backoff": .bool(isExponential), "high_risk_immediate_fail": .bool(failsImmediately),
            "execution_guarantee": "AT_LEAST_ONCE",
        ]
    }

    private static func resolved(_ input: JSON, _ weDo: JSON, _ why: String) -> DeliberateDifference {
        DeliberateDifference("nodus_resolve", "\(input)", weDo: weDo, why: why, source: "SEEDS §5")
    }

    private static let nodusExecute: [DeliberateDifference] = {
        let runs: [(String, Int, JSON, JSON)] = [
            ("flow_default_all_fail", 3, [0.2, 0.4], "RuntimeError: transient"),
            ("flow_default_2_fail", 3, [0.2, 0.4], "ok"),
            ("exp200_4attempts", 4, [0.2, 0.4, 0.8], "RuntimeError: transient"),
            ("exp1000_7_cap10s", 7, [1, 2, 4, 8, 10, 10], "RuntimeError: transient"),
        ]
        let waits = runs.map { name, calls, sleeps, outcome in
            DeliberateDifference(
                "nodus_execute", name,
                weDo: ["calls": .number(Double(calls)), "sleeps_s": sleeps, "outcome": outcome],
                why: "As its page has it, the first delay is the base itself: base · 2ᵏ⁻¹.", source: "SEEDS §2.1")
        }
        let empty = [("max_attempts_0", 0), ("max_attempts_negative", -1)].map { name, attempts in
            DeliberateDifference(
                "nodus_execute", name, weDo: .string("refused: max_attempts is \(attempts): it must be at least 1"),
                why: "A call that can run nothing is a mistake in the policy.", source: "SEEDS §2.11")
        }
        return waits + empty + [
            DeliberateDifference(
                "nodus_execute", "high_risk",
                weDo: "refused: guarantee is exactly_once",
                why: "What promises exactly once runs only where a store keeps the promise.", source: "SEEDS §2.2")
        ]
    }()
}
