import RetryCore
import Testing

/// A document and the policy that it stands for.
struct RightJSON: Sendable, CustomTestStringConvertible {
    let json: String
    let policy: RetryPolicy

    init(_ json: String, _ policy: RetryPolicy) {
        (self.json, self.policy) = (json, policy)
    }

    var testDescription: String { json }
}

@Suite("Reading policies", .timeLimit(.minutes(20)))
struct PolicyDecodingTests {
    private static let own = RetryPolicy(maxAttempts: 3)

    @Test("starts from a preset's name", arguments: PresetTests.all)
    func presets(_ it: PresetTests.Numbers) throws {
        #expect(try JSON.decode("\"\(it.name)\"") == it.policy)
        #expect(try JSON.decode(#"{"preset": "\#(it.name)"}"#) == it.policy)
        #expect(try JSON.decode(#"{"preset": "\#(it.name)", "max_attempts": 9}"#) == it.policy.maxAttempts(9))
    }

    @Test(
        "takes every setting",
        arguments: [
            RightJSON("{}", own), RightJSON(#"{"name": "mine"}"#, own.named("mine")),
            RightJSON(#"{"preset": "api", "name": "mine"}"#, .api.named("mine")),
            RightJSON(#"{"max_attempts": 6}"#, own.maxAttempts(6)),
            RightJSON(#"{"max_attempts": 9223372036854775807}"#, own.maxAttempts(.max)),
            RightJSON(#"{"deadline": "30s", "deadline_behavior": "stop"}"#, own.deadline(.seconds(30))),
            RightJSON(#"{"deadline": 30, "deadline_behavior": "truncate"}"#, own.deadline(.seconds(30), .truncate)),
            RightJSON(#"{"deadline": 30, "deadline_behavior": "interrupt"}"#, own.deadline(.seconds(30), .interrupt)),
            RightJSON(#"{"attempt_timeout": "1m30s"}"#, own.attemptTimeout(.seconds(90))),
            RightJSON(#"{"fails_immediately": true}"#, own.failsImmediately()),
            RightJSON(#"{"guarantee": "exactly_once"}"#, own.guarantee(.exactlyOnce)),
            RightJSON(#"{"guarantee": "at_least_once"}"#, own),
            RightJSON(#"{"hints": "ignore"}"#, own.hints(.ignore)), RightJSON(#"{"hints": "obey"}"#, own),
            RightJSON(#"{"hints": "clamp"}"#, own.hints(.clamp(within: .seconds(5)))),
            RightJSON(#"{"hints": {"at_most": "1m"}}"#, own.hints(.obey(atMost: .seconds(60)))),
            RightJSON(#"{"hints": {"rule": "clamp", "within_ms": 1}}"#, own.hints(.clamp(within: .milliseconds(1)))),
            RightJSON(
                #"{"retry_limits": {"unknown": 1, "transient": "never", "auth": "unlimited", "mine": 4}}"#,
                own.retries(1, for: .unknown).never(.transient).retries(nil, for: .auth)
                    .retries(4, for: ErrorClass("mine"))),
            RightJSON(
                #"{"preset": "fast", "retry_limits": {"unknown": 2}}"#,
                RetryPolicy.fast.retries(2, for: .unknown)),
            RightJSON(
                #"{"backoffs": {"rate_limit": {"initial": 1, "cap": "1m"}, "mine": {"family": "constant"}}}"#,
                own.backoff(.exponential(initial: .seconds(1), cap: .seconds(60)), for: .rateLimit)
                    .backoff(.constant(.milliseconds(100)), for: ErrorClass("mine"))),
        ])
    func settings(_ it: RightJSON) throws {
        #expect(try JSON.decode(it.json) == it.policy)
    }

    @Test(
        "takes durations as text and as numbers of their unit",
        arguments: [
            (#""1.5s""#, 1_500), (#""200ms""#, 200), (#""2m""#, 120_000), (#""1h""#, 3_600_000), (#""3""#, 3_000),
            ("1.5", 1_500), ("2", 2_000), ("1e1", 10_000), ("0.001", 1), ("0.1", 100),
        ] as [(String, Int)])
    func durations(json: String, milliseconds: Int) throws {
        let expected = Self.own.deadline(.milliseconds(milliseconds))
        #expect(try JSON.decode("{\"deadline\": \(json)}") == expected)
        #expect(try JSON.decode("{\"deadline_s\": \(Double(milliseconds) / 1_000)}") == expected)
        #expect(try JSON.decode("{\"deadline_ms\": \(milliseconds)}") == expected)
        #expect(try JSON.decode("{\"deadline_ms\": \(milliseconds), \"deadline\": null}") == expected)
    }

    @Test(
        "takes durations up to the longest, to the nanosecond",
        arguments: [
            (#"{"attempt_timeout": "1ns"}"#, 1), (#"{"attempt_timeout_ms": 0.000001}"#, 1),
            (#"{"attempt_timeout_s": 0.0000000015}"#, 2), (#"{"attempt_timeout": 1e-9}"#, 1),
            (#"{"attempt_timeout": "9223372036.854775806s"}"#, Int64.max - 1),
            (#"{"attempt_timeout_s": 9000000000}"#, 9_000_000_000_000_000_000),
        ])
    func extremes(json: String, nanoseconds: Int64) throws {
        #expect(try JSON.decode(json, as: RetryPolicy.self).attemptTimeout == .nanoseconds(nanoseconds))
    }

    @Test(
        "takes backoffs, and what they leave out",
        arguments: [
            ("{}", .exponential()),
            (
                #"{"family": "exponential", "initial": "1s", "factor": 3, "cap": "1m"}"#,
                .exponential(initial: .seconds(1), factor: 3, cap: .seconds(60))
            ),
            (
                #"{"initial_ms": 250, "cap_s": 2.5, "jitter": "none"}"#,
                .exponential(initial: .milliseconds(250), cap: .milliseconds(2_500), jitter: .none)
            ),
            (#"{"factor": 1e308}"#, .exponential(factor: 1e308)), (#"{"factor": 1}"#, .exponential(factor: 1)),
            (#"{"family": "constant"}"#, .constant(.milliseconds(100))),
            (#"{"family": "constant", "initial": "1s"}"#, .constant(.seconds(1))),
            (
                #"{"family": "constant", "initial": "1s", "cap": "2s", "jitter": "full"}"#,
                .constant(.seconds(1), jitter: .full, cap: .seconds(2))
            ),
            (#"{"family": "linear"}"#, .linear(initial: .milliseconds(100))),
            (
                #"{"family": "linear", "initial": "1s", "increment_ms": 0}"#,
                .linear(initial: .seconds(1), increment: .zero)
            ),
            (#"{"family": "linear", "initial": "1s"}"#, .linear(initial: .seconds(1))),
            (#"{"family": "fibonacci", "initial": "1s"}"#, .fibonacci(initial: .seconds(1))),
            (
                #"{"family": "list", "delays": ["1s", 0.5, "2m", 0]}"#,
                .list([.seconds(1), .milliseconds(500), .seconds(120), .zero])
            ),
            (
                #"{"family": "list", "delays": [3], "cap": "1s", "jitter": "equal"}"#,
                .list([.seconds(3)], jitter: .equal, cap: .seconds(1))
            ),
            (#"{"initial": null, "jitter": null, "family": null}"#, .exponential()),
        ] as [(String, Backoff)])
    func backoffs(json: String, backoff: Backoff) throws {
        #expect(try JSON.decode(json) == backoff)
        #expect(try JSON.decode("{\"backoff\": \(json)}") == RetryPolicy(maxAttempts: 3, backoff: backoff))
    }

    @Test(
        "takes jitters",
        arguments: [
            (#""none""#, .none), (#""full""#, .full), (#""equal""#, .equal), (#""decorrelated""#, .decorrelated),
            (#"{"kind": "full"}"#, .full), (#"{"kind": "proportional", "fraction": 0.5}"#, .proportional(0.5)),
            (#"{"kind": "proportional", "fraction": 0}"#, .proportional(0)),
            (#"{"kind": "floor", "amount": "1s"}"#, .floor(.seconds(1))),
            (#"{"kind": "floor", "amount_ms": 1}"#, .floor(.milliseconds(1))),
            (#"{"kind": "additive", "amount": 0.05}"#, .additive(.milliseconds(50))),
        ] as [(String, Jitter)])
    func jitters(json: String, jitter: Jitter) throws {
        #expect(try JSON.decode(json) == jitter)
        #expect(try JSON.decode("{\"jitter\": \(json)}") == Backoff.exponential(jitter: jitter))
    }

    @Test("counts null as absent")
    func null() throws {
        let keys = [
            "preset", "name", "max_attempts", "backoff", "backoffs", "retry_limits", "deadline", "deadline_s",
            "deadline_ms", "deadline_behavior", "attempt_timeout", "hints", "fails_immediately", "guarantee",
        ]
        let json = "{" + keys.map { "\"\($0)\": null" }.joined(separator: ", ") + "}"
        #expect(try JSON.decode(json) == Self.own)
    }
}
