import RetryCore
import Testing

extension Refusal {
    static let breakers = [
        Refusal("consecutive_failures", "0") { () throws(InvalidPolicyError) in try CircuitBreakerPolicy(validating: 0)
        },
        Refusal("consecutive_failures", "off") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: nil)
        },
        Refusal("break_duration", "0.0 seconds") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, breakDuration: Backoff.none)
        },
        Refusal("break_duration", "custom") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, breakDuration: .custom("mine") { _ in .zero })
        },
        Refusal("failures.only", "an empty list") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, failures: .only())
        },
        Refusal("probes", "0") { () throws(InvalidPolicyError) in try CircuitBreakerPolicy(validating: 5, probes: 0) },
        Refusal("probes", "1001") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, probes: 1_001)
        },
        Refusal("successes_to_close", "0") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, successesToClose: 0)
        },
        Refusal("allowed_probe_failures", "-1") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, allowedProbeFailures: -1)
        },
        Refusal("probe_lease", "0.0 seconds") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, probeLease: .zero)
        },
        Refusal("shortest_timeout", "-1.0 seconds") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, shortestTimeout: .seconds(-1))
        },
        Refusal("hint_opens", "0.0 seconds") { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(validating: 5, longestHint: .zero)
        },
        count("ratio", "0.0", 0), count("ratio", "nan", .nan), count("ratio", "1.1", 1.1), count("ratio", "-0.5", -0.5),
        count("ratio", "inf", .infinity),
        count("calls", "0", calls: 0), count("calls", "1000001", calls: 1_000_001),
        count("minimum_calls", "0", minimum: 0), count("minimum_calls", "11", minimum: 11),
        time("ratio", "nan", .nan), time("ratio", "0.0", 0), time("window", "0.0 seconds", window: .zero),
        time("window", "-1.0 seconds", window: .seconds(-1)), time("minimum_calls", "0", minimum: 0),
        slow("ratio", "nan", .nan), slow("ratio", "2.0", 2), slow("slower_than", "0.0 seconds", threshold: .zero),
        slow("window", "0.0 seconds", window: .zero), slow("minimum_calls", "0", minimum: 0),
    ]

    private static func count(
        _ setting: String, _ value: String, _ ratio: Double = 0.5, calls: Int = 10, minimum: Int = 5
    ) -> Refusal {
        Refusal("failure_ratio.\(setting)", value) { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(
                validating: 5, countRule: .init(ratio: ratio, calls: calls, minimumCalls: minimum))
        }
    }

    private static func time(
        _ setting: String, _ value: String, _ ratio: Double = 0.5, window: Duration = .seconds(1), minimum: Int = 5
    ) -> Refusal {
        Refusal("failure_ratio_over_time.\(setting)", value) { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(
                validating: 5, timeRule: .init(ratio: ratio, window: window, minimumCalls: minimum))
        }
    }

    private static func slow(
        _ setting: String, _ value: String, _ ratio: Double = 0.5, threshold: Duration = .seconds(1),
        window: Duration = .seconds(9), minimum: Int = 5
    ) -> Refusal {
        Refusal("slow_calls.\(setting)", value) { () throws(InvalidPolicyError) in
            try CircuitBreakerPolicy(
                validating: 5,
                slowCallRule: .init(ratio: ratio, threshold: threshold, window: window, minimumCalls: minimum))
        }
    }
}

extension Trap {
    static let breakers = [
        Trap("consecutive_failures is 0: it must", CircuitBreakerPolicy(consecutiveFailures: 0)),
        Trap(
            "break_duration is 0.0 seconds: it must", CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .zero)
        ),
        Trap("successes_to_close is 0: it must", CircuitBreakerPolicy(consecutiveFailures: 1, successesToClose: 0)),
        Trap(
            "consecutive_failures is off: it must",
            CircuitBreaker("off", policy: CircuitBreakerPolicy.default.consecutiveFailures(nil))),
        Trap(
            "consecutive_failures is off: it must",
            CircuitBreakerStateMachine(policy: CircuitBreakerPolicy.default.consecutiveFailures(nil))),
        Trap(
            "consecutive_failures is off: it must",
            CircuitBreakerRegistry(policy: CircuitBreakerPolicy.default.consecutiveFailures(nil))),
        Trap(
            "shortest_timeout is -1.0 seconds: it must", CircuitBreakerPolicy.default.timeoutsCount(from: .seconds(-1))),
        Trap(
            "failure_ratio.ratio is nan: it must",
            CircuitBreakerPolicy.default.failureRatio(.nan, ofLast: 10, minimumCalls: 5)),
        Trap(
            "failure_ratio_over_time.window is 0.0 seconds: it must",
            CircuitBreakerPolicy.default.failureRatio(0.5, within: .zero, minimumCalls: 5)),
        Trap(
            "slow_calls.slower_than is -1.0 seconds: it must",
            CircuitBreakerPolicy.default.slowCallRatio(
                0.5, slowerThan: .seconds(-1), within: .seconds(9), minimumCalls: 5)),
        Trap("probes is 0: it must", CircuitBreakerPolicy.default.halfOpen(probes: 0)),
        Trap("probe_lease is 0.0 seconds: it must", CircuitBreakerPolicy.default.halfOpen(lease: .zero)),
        Trap("hint_opens is 0.0 seconds: it must", CircuitBreakerPolicy.default.hintOpens(upTo: .zero)),
        Trap("break_duration is 0.0 seconds: it must", CircuitBreakerPolicy.default.breakDuration(.none)),
        Trap("capacity is 0: it must", CircuitBreakerRegistry(capacity: 0)),
    ]
}

@Suite("Refused settings of a circuit breaker", .timeLimit(.minutes(20)))
struct BreakerRefusalTests {
    @Test("are named with their value", arguments: Refusal.breakers)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("trap where they are constants, and the message names them", arguments: Trap.breakers.indices)
    func traps(index: Int) async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [index] in
            Trap.breakers[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.breakers[index].message))
    }

    @Test("are refused in a document, with their path")
    func documents() {
        let wrong = [
            WrongJSON(#"{"consecutive_failures": 0}"#, "consecutive_failures", "is 0"),
            WrongJSON(#"{"consecutive_failures": "many"}"#, "consecutive_failures", "many"),
            WrongJSON(#"{"consecutive_failures": "off"}"#, "consecutive_failures", "off"),
            WrongJSON(#"{"preset": "strange"}"#, "preset", "strange", "stable"),
            WrongJSON(
                #"{"failure_ratio": {"ratio": 1.5, "calls": 9, "minimum_calls": 2}}"#, "failure_ratio.ratio", "1.5"),
            WrongJSON(#"{"failure_ratio": {"calls": 9, "minimum_calls": 2}}"#, "failure_ratio.ratio", "missing"),
            WrongJSON(#"{"slow_calls": {"ratio": 1}}"#, "slow_calls.slower_than", "missing"),
            WrongJSON(#"{"break_duration": "0s"}"#, "break_duration", "above zero"),
            WrongJSON(#"{"break_duration": "soon"}"#, "break_duration", "soon"),
            WrongJSON(#"{"break_duration": -1}"#, "break_duration", "-1.0"),
            WrongJSON(#"{"probes": 0}"#, "probes", "is 0"),
            WrongJSON(#"{"prob": 1}"#, "prob", "There is no setting"),
            WrongJSON(#"{"shortest_timeout": -1}"#, "shortest_timeout", "-1.0"),
            WrongJSON(#"{"rejects": "none"}"#, "rejects", "none"),
            WrongJSON(#"{"failures": {"only": ["transient"], "except": []}}"#, "failures", "not both"),
            WrongJSON(#"{"failures": {"only": [""]}}"#, "failures.only.Index 0", "name"),
        ]
        for document in wrong {
            document.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: CircuitBreakerPolicy.self) }
        }
    }

    @Test("are not among those that make sense, which come through a document unchanged")
    func roundTrip() throws {
        let policies: [CircuitBreakerPolicy] = [
            .default, .stable, .unstable,
            .default.consecutiveFailures(7).failureRatio(0.25, ofLast: 64, minimumCalls: 8)
                .failureRatio(0.5, within: .seconds(30), minimumCalls: 20)
                .slowCallRatio(0.8, slowerThan: .seconds(2), within: .seconds(60), minimumCalls: 10)
                .failures(.only(.transient, ErrorClass("mine"))).otherClasses(.neutral)
                .breakDuration(.exponential(initial: .seconds(5), cap: .seconds(300), jitter: .equal))
                .halfOpen(probes: 3, successes: 4, allowedFailures: 1, lease: .seconds(20)).hintOpens(),
            .default.hintOpens(upTo: .seconds(10)).consecutiveFailures(nil),
            .default.timeoutsCount(from: .seconds(2)).rejects(.retries), .default.timeoutsCount(from: .zero),
            .default.breakDuration(.seconds(Int64.max)).halfOpen(lease: .seconds(Int64.max)),
        ]
        for policy in policies {
            let text = try JSON.encode(policy)
            let again = try JSON.decode(text, as: CircuitBreakerPolicy.self)
            #expect(try JSON.encode(again) == text)
            if policy.probeLease < .seconds(Int64.max) { #expect(again == policy) }
        }
        #expect(try JSON.decode(#""stable""#, as: CircuitBreakerPolicy.self) == .stable)
        let read: CircuitBreakerPolicy = try JSON.decode(
            #"{"preset": "unstable", "break_duration": 30, "failures": {"except": ["permanent"]}, "probe_lease_ms": 500}"#
        )
        #expect(
            read
                == .unstable.breakDuration(.seconds(30)).failures(.except(.permanent)).halfOpen(
                    lease: .milliseconds(500)))
    }
}
