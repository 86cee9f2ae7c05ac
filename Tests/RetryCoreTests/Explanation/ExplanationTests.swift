import RetryCore
import RetryTesting
import Testing

@Suite("The explanation of a pipeline", .timeLimit(.minutes(20)))
struct ExplanationTests {
    struct Trap: Sendable {
        let code: String
        let setting: String
        let trap: RetryPipeline
        let sound: RetryPipeline
        var callsPerSecond: Double?
    }

    private static let guarded = RetryPipeline(policy: .api).breaker(CircuitBreaker("users"))

    private static func breaker(_ policy: CircuitBreakerPolicy) -> CircuitBreaker {
        CircuitBreaker("users", policy: policy)
    }

    private static let slow = CircuitBreakerPolicy.default
        .slowCallRatio(0.5, slowerThan: .seconds(2), within: .seconds(10), minimumCalls: 5)

    static let traps: [Trap] = [
        Trap(
            code: "timeout_over_deadline", setting: "attempt_timeout",
            trap: guarded.deadline(.seconds(5)).attemptTimeout(.seconds(5)),
            sound: guarded.deadline(.seconds(5)).attemptTimeout(.seconds(4))),
        Trap(
            code: "waits_over_deadline", setting: "deadline",
            trap: guarded.policy(.critical.deadline(.seconds(10))),
            sound: guarded.policy(.critical.deadline(.seconds(300)))),
        Trap(
            code: "hint_cap_over_deadline", setting: "hints", trap: guarded.deadline(.seconds(30)),
            sound: guarded.deadline(.seconds(30)).hints(.obey(atMost: .seconds(20)))),
        Trap(
            code: "break_over_deadline", setting: "when_rejected",
            trap: guarded.deadline(.seconds(60)).whenRejected(.wait),
            sound: guarded.deadline(.seconds(61)).whenRejected(.wait)),
        Trap(
            code: "guard_wait_over_deadline", setting: "max_wait",
            trap: guarded.deadline(.seconds(9)).bulkhead(Bulkhead(.permits(1, queue: 1, maxWait: .seconds(5)))).limiter(
                CallRateLimiter(.tokenBucket(1, per: .seconds(1), maxWait: .seconds(5)))),
            sound: guarded.deadline(.seconds(11)).bulkhead(Bulkhead(.permits(1, queue: 1, maxWait: .seconds(5))))
                .limiter(
                    CallRateLimiter(.tokenBucket(1, per: .seconds(1), maxWait: .seconds(5))))),
        Trap(
            code: "floor_over_rate", setting: "floor", trap: guarded.budget(RetryBudget(.ratio(0.2, floor: 10))),
            sound: guarded.budget(RetryBudget(.ratio(0.2, floor: 1))), callsPerSecond: 10),
        Trap(
            code: "class_counts_as_success", setting: "failures",
            trap: RetryPipeline(policy: .api).breaker(
                breaker(.default.failures(.only(.transient)).otherClasses(.success))),
            sound: RetryPipeline(policy: .api).breaker(breaker(.default.failures(.all).otherClasses(.success)))),
        Trap(
            code: "lease_under_timeout", setting: "probe_lease",
            trap: RetryPipeline(policy: .api.attemptTimeout(.seconds(20)))
                .breaker(breaker(.default.halfOpen(probes: 1, allowedFailures: 0, lease: .seconds(10)))),
            sound: RetryPipeline(policy: .api.attemptTimeout(.seconds(10)))
                .breaker(breaker(.default.halfOpen(probes: 1, allowedFailures: 0, lease: .seconds(10))))),
        Trap(
            code: "slow_over_timeout", setting: "slow_calls",
            trap: RetryPipeline(policy: .api.attemptTimeout(.seconds(2))).breaker(breaker(slow)),
            sound: RetryPipeline(policy: .api.attemptTimeout(.seconds(3))).breaker(breaker(slow))),
        Trap(
            code: "no_jitter", setting: "jitter",
            trap: guarded.backoff(.exponential(initial: .seconds(1), jitter: .none)),
            sound: guarded.backoff(.exponential(initial: .seconds(1), jitter: .full))),
        Trap(
            code: "no_budget", setting: "budget", trap: RetryPipeline(policy: .api),
            sound: RetryPipeline(policy: .api).budget(RetryBudget())),
        Trap(
            code: "unlimited_unknown", setting: "retry_limits", trap: guarded.policy(.critical),
            sound: guarded.policy(.critical.retries(2, for: .unknown))),
        Trap(
            code: "nested_layers", setting: "nested", trap: guarded.nested(.allow), sound: guarded.nested(.stop)),
    ]

    @Test("names each trap with its setting, and only there", arguments: traps.indices)
    func names(index: Int) {
        let it = Self.traps[index]
        let findings = it.trap.explain(callsPerSecond: it.callsPerSecond).findings
        let finding = findings.first { $0.code == it.code }
        #expect(finding?.setting == it.setting, "\(findings.map(\.code))")
        #expect(finding.map { !$0.problem.isEmpty && !$0.remedy.isEmpty } == true)
        let others = it.sound.explain(callsPerSecond: it.callsPerSecond).findings
        #expect(!others.contains { $0.code == it.code }, "\(others)")
    }

    @Test("has the numbers of the worst case")
    func numbers() {
        let plain = RetryPolicy.api.deadline(.seconds(5)).explain()
        #expect(plain.attempts == 4 && plain.attemptsInTime == 4 && plain.load == 4 && plain.loadWithBudget == nil)
        #expect(plain.worstCaseDuration == RetryPolicy.api.deadline(.seconds(5)).worstCaseDuration)
        #expect(RetryPolicy.once.explain().attempts == 1)
        #expect(RetryPolicy.once.explain().findings.isEmpty)
        let waits = RetryPolicy.every(.seconds(2), 10).deadline(.seconds(5)).explain()
        #expect(waits.attemptsInTime == 3)
        let budgeted = RetryPipeline(policy: .api).budget(RetryBudget(.ratio(0.2))).explain()
        #expect(budgeted.loadWithBudget == 1.2)
        let guarded = RetryPipeline(policy: .once).coolDown(CoolDownGate())
            .bulkhead(Bulkhead(.permits(1))).limiter(CallRateLimiter(.slidingLog(1, per: .seconds(1))))
        #expect(guarded.explain().guardWait == .seconds(90), "a bulkhead without a queue adds nothing")
    }

    @Test("is a text with a line for the numbers and one for each finding")
    func text() {
        let text = "\(RetryPolicy.api.deadline(.seconds(5)).attemptTimeout(.seconds(10)).explain())"
        let lines = text.split(separator: "\n")
        #expect(
            lines.first
                == "at most 4 attempts, 15s in all; while the service fails every call, 4 requests for each call")
        #expect(
            lines.dropFirst().first?.hasPrefix("timeout_over_deadline: attempt_timeout is 10s, and the deadline 5s")
                == true)
        let budgeted = RetryPipeline(policy: .api).budget(RetryBudget(.ratio(0.25))).explain()
        #expect("\(budgeted)".contains("1.25 requests for each call"))
        #expect("\(RetryPipeline(policy: .once).coolDown(CoolDownGate()).explain())".contains("guards add up to 1m"))
    }

    @Test("the presets have no trap but the budget that they lack, and errors without a class")
    func presets() {
        for policy in [RetryPolicy.default, .api, .fast, .critical, .rateLimited, .slowRateLimited, .once] {
            let codes = policy.explain().findings.map(\.code)
            #expect(codes.allSatisfy { ["no_budget", "unlimited_unknown"].contains($0) }, "\(policy): \(codes)")
        }
    }
}

extension RetryPolicy {
    fileprivate static func every(_ wait: Duration, _ attempts: Int) -> RetryPolicy {
        RetryPolicy.api.backoff(.constant(wait)).maxAttempts(attempts)
    }
}
