import RetryCore
import RetryTesting
import Testing

@Suite("Policies by name", .timeLimit(.minutes(20)))
struct RetryPolicyCatalogTests {
    private let catalog = RetryPolicyCatalog.standard

    @Test(arguments: [
        ("FLOW_NODE_DEFAULT", 3, 500), ("AGENT_LOW_MEDIUM", 3, 200), ("AGENT_HIGH_RISK", 1, 0),
        ("ASYNC_JOB_DEFAULT", 5, 1_000), ("NODUS_SCHEDULED_DEFAULT", 3, 300), ("NO_RETRY", 1, 0),
    ])
    func policiesOfNodus(name: String, attempts: Int, initial: Int) throws {
        let policy = try catalog.resolve(named: name)
        #expect(policy.name == name)
        #expect(policy.maxAttempts == attempts)
        #expect(policy.backoff.initial == .milliseconds(initial))
        #expect(policy.backoff.cap == (initial == 0 ? .zero : .seconds(10)))
        #expect(policy.backoff.jitter == (initial == 0 ? .none : .additive(.milliseconds(50))))
        #expect(policy.failsImmediately == (name == "AGENT_HIGH_RISK"))
        #expect(policy.guarantee == .atLeastOnce)
        #expect(policy.retryLimit(for: .unknown) == nil)
    }

    @Test func presetsAreThere() throws {
        for policy in [RetryPolicy.default, .once, .api, .rateLimited, .slowRateLimited, .fast, .critical] {
            #expect(try catalog.resolve(named: policy.name) == policy)
        }
        #expect(catalog.names.count == 13 && catalog.names == catalog.names.sorted())
    }

    @Test func anUnknownNameIsAnErrorThatListsTheKnownOnes() {
        #expect {
            try catalog.resolve(named: "FLOW")
        } throws: { error in
            let text = "\(error)"
            return text.hasPrefix("policy is \"FLOW\": it must be one of AGENT_HIGH_RISK, AGENT_LOW_MEDIUM")
                && catalog.names.allSatisfy(text.contains)
        }
        #expect(throws: InvalidPolicyError.self) { try catalog.resolve(named: "") }
        #expect(throws: InvalidPolicyError.self) { try catalog.resolve(named: "flow_node_default") }
    }

    @Test func aCatalogGrowsByNewPolicies() throws {
        let own = catalog.adding(.api.maxAttempts(6), named: "checkout")
        #expect(try own.resolve(named: "checkout") == .api.maxAttempts(6).named("checkout"))
        #expect(own["checkout"]?.maxAttempts == 6)
        #expect(catalog["checkout"] == nil)
        #expect(own.names.count == 14)
        #expect(throws: InvalidPolicyError.self) { try catalog.adding(.api, validating: "") }
    }

    @Test(
        arguments: [
            ("flow", nil, "FLOW_NODE_DEFAULT"), (" FLOW ", "high", "FLOW_NODE_DEFAULT"),
            ("agent", "low", "AGENT_LOW_MEDIUM"),
            ("Agent", "MEDIUM\n", "AGENT_LOW_MEDIUM"), ("agent", "high", "AGENT_HIGH_RISK"),
            ("agent", nil, "AGENT_HIGH_RISK"),
            ("agent", "", "AGENT_HIGH_RISK"), ("agent", "critical", "AGENT_HIGH_RISK"),
            ("job", nil, "ASYNC_JOB_DEFAULT"),
            ("nodus", "low", "NODUS_SCHEDULED_DEFAULT"), ("", nil, "NO_RETRY"), ("flows", nil, "NO_RETRY"),
            ("  ", nil, "NO_RETRY"),
        ] as [(String, String?, String)])
    func kindsOfWork(type: String, risk: String?, name: String) {
        #expect(catalog.resolve(executionType: type, riskLevel: risk).name == name)
    }

    @Test func numbersCountForTheirKindOfWork() {
        func attempts(_ type: String, node: Int? = nil, job: Int? = nil) -> Int {
            catalog.resolve(executionType: type, nodeMaxRetries: node, jobMaxRetries: job).maxAttempts
        }
        #expect([5, 1, 0, -3, Int.min].map { attempts("flow", node: $0) } == [5, 1, 1, 1, 1])
        #expect([5, 0].map { attempts("nodus", job: $0) } == [5, 1])
        #expect(attempts("flow", job: 9) == 3)
        #expect(attempts("nodus", node: 9) == 3)
        #expect(attempts("job", node: 9, job: 9) == 5)
        #expect(attempts("agent", node: 9, job: 9) == 1)
        #expect(
            catalog.resolve(executionType: "flow", nodeMaxRetries: 9).backoff == RetryPolicy.flowNodeDefault.backoff)
    }

    @Test func aPolicyOfOnesOwnTakesThePlaceOfANamedOne() {
        let own = catalog.adding(.fast, named: "ASYNC_JOB_DEFAULT")
        #expect(own.resolve(executionType: "job").backoff == RetryPolicy.fast.backoff)
    }

    // MARK: Enforced

    @Test func aHighRiskEndsAtTheFirstFailure() {
        var calls = 0
        #expect(throws: TransientError.self) {
            try retryBlocking(policy: .agentHighRisk.maxAttempts(5)) {
                calls += 1
                throw TransientError()
            }
        }
        #expect(calls == 1)
    }

    @Test func exactlyOnceIsRefusedWithoutAStore() {
        var calls = 0
        #expect(throws: InvalidPolicyError.self) {
            try retryBlocking(policy: .agentHighRisk.guarantee(.exactlyOnce)) { calls += 1 }
        }
        #expect(calls == 0)
    }
}
