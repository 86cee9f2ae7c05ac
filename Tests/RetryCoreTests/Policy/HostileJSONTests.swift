import Foundation
import RetryCore
import Testing

extension WrongJSON {
    static let documents = [
        WrongJSON("", ""), WrongJSON(" ", ""), WrongJSON("{", ""), WrongJSON("{}}", ""), WrongJSON("null", ""),
        WrongJSON("5", ""), WrongJSON("true", ""), WrongJSON("[]", ""), WrongJSON(#"["api"]"#, ""),
        WrongJSON(#"{"max_attempts": NaN}"#, ""), WrongJSON(#"{"max_attempts": 3"#, ""),
        WrongJSON(#""nope""#, "", "\"nope\"", "default", "slowRateLimited"),
        WrongJSON(#""""#, "", "known are"), WrongJSON(#""none""#, "", "\"none\"", "known are"),
        WrongJSON(#"{"preset": "nope"}"#, "preset", "\"nope\"", "api"), WrongJSON(#"{"preset": 5}"#, "preset"),
        WrongJSON(#"{"preset": ["api"]}"#, "preset"), WrongJSON(#"{"preset": "API"}"#, "preset", "API"),
    ]

    static let unknownKeys = [
        WrongJSON(#"{"max_atempts": 3}"#, "max_atempts", "max_atempts", "known are attempt_timeout, ", "max_attempts"),
        WrongJSON(#"{"min_wait": 1}"#, "min_wait", "no setting min_wait"),
        WrongJSON(#"{"max_wait_ms": 1}"#, "max_wait_ms"),
        WrongJSON(#"{"deadline_us": 3}"#, "deadline_us", "deadline_us"), WrongJSON(#"{"": 3}"#, ""),
        WrongJSON(#"{"backoff": {"intial": "1s"}}"#, "backoff.intial", "intial", "known are cap, factor, family"),
        WrongJSON(#"{"backoff": {"family": "linear", "factor": 2}}"#, "backoff.factor", "factor", "increment"),
        WrongJSON(#"{"backoff": {"family": "constant", "delays": [1]}}"#, "backoff.delays", "delays"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": [1], "initial": 1}}"#, "backoff.initial", "initial"),
        WrongJSON(#"{"backoffs": {"auth": {"intial": "1s"}}}"#, "backoffs.auth.intial", "intial"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "full", "fracton": 1}}}"#, "backoff.jitter.fracton", "fracton", "kind"),
        WrongJSON(#"{"backoff": {"jitter": {"kind": "full", "fraction": 0.5}}}"#, "backoff.jitter.fraction"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "floor", "amount": 1, "fraction": 0}}}"#, "backoff.jitter.fraction"),
        WrongJSON(#"{"hints": {"rule": "obey", "atmost": "1s"}}"#, "hints.atmost", "atmost", "at_most", "rule"),
        WrongJSON(#"{"hints": {"rule": "clamp", "at_most": "1s"}}"#, "hints.at_most", "at_most", "within"),
        WrongJSON(#"{"hints": {"rule": "ignore", "at_most": "1s"}}"#, "hints.at_most", "at_most"),
    ]

    static let policies = [
        WrongJSON(#"{"max_attempts": 0}"#, "max_attempts", "max_attempts is 0", "at least 1"),
        WrongJSON(#"{"max_attempts": -1}"#, "max_attempts", "max_attempts is -1"),
        WrongJSON(#"{"max_attempts": 1.5}"#, "max_attempts", "1.5"),
        WrongJSON(#"{"max_attempts": 1e300}"#, "max_attempts", "max_attempts is 1e+300"),
        WrongJSON(#"{"max_attempts": 9223372036854775808}"#, "max_attempts", "9.223372036854776e+18"),
        WrongJSON(#"{"max_attempts": 1e-400}"#, "max_attempts"), WrongJSON(#"{"max_attempts": "3"}"#, "max_attempts"),
        WrongJSON(#"{"max_attempts": true}"#, "max_attempts"), WrongJSON(#"{"max_attempts": {}}"#, "max_attempts"),
        WrongJSON(#"{"name": 5}"#, "name"),
        WrongJSON(#"{"deadline_behavior": "explode"}"#, "deadline_behavior", "explode"),
        WrongJSON(#"{"deadline_behavior": 1}"#, "deadline_behavior"),
        WrongJSON(#"{"fails_immediately": "yes"}"#, "fails_immediately"),
        WrongJSON(#"{"fails_immediately": 1}"#, "fails_immediately"),
        WrongJSON(#"{"guarantee": "twice"}"#, "guarantee", "twice"),
        WrongJSON(#"{"hints": "maybe"}"#, "hints", "maybe", "obey"), WrongJSON(#"{"hints": 5}"#, "hints"),
        WrongJSON(#"{"hints": {"rule": "maybe"}}"#, "hints.rule", "maybe", "obey"),
        WrongJSON(#"{"hints": {"rule": 1}}"#, "hints.rule"),
        WrongJSON(#"{"hints": {"at_most": "-1s"}}"#, "hints.at_most", "at_most is \"-1s\""),
        WrongJSON(#"{"hints": {"at_most": -1}}"#, "hints.at_most", "at_most is -1"),
        WrongJSON(#"{"hints": {"at_most_ms": -0.001}}"#, "hints.at_most_ms", "at_most_ms is -0.001"),
        WrongJSON(#"{"hints": {"rule": "clamp", "within": -1}}"#, "hints.within", "within is -1"),
        WrongJSON(#"{"retry_limits": {"unknown": -1}}"#, "retry_limits.unknown", "-1"),
        WrongJSON(#"{"retry_limits": {"ratelimit": 1}}"#, "retry_limits.ratelimit", "\"ratelimit\"", "rate_limit"),
        WrongJSON(#"{"backoffs": {"server-error": {}}}"#, "backoffs.server-error", "\"server-error\"", "server_error"),
        WrongJSON(#"{"retry_limits": {"unknown": 1.5}}"#, "retry_limits.unknown", "1.5"),
        WrongJSON(#"{"retry_limits": {"unknown": 1e300}}"#, "retry_limits.unknown", "1e+300"),
        WrongJSON(#"{"retry_limits": {"unknown": "sometimes"}}"#, "retry_limits.unknown", "sometimes", "never"),
        WrongJSON(#"{"retry_limits": {"unknown": 1e400}}"#, "retry_limits.unknown", "is no limit"),
        WrongJSON(#"{"retry_limits": {"unknown": null}}"#, "retry_limits.unknown"),
        WrongJSON(#"{"retry_limits": {"unknown": {}}}"#, "retry_limits.unknown"),
        WrongJSON(#"{"retry_limits": {"": 1}}"#, "retry_limits.", "error_class is empty"),
        WrongJSON(#"{"retry_limits": [1]}"#, "retry_limits"), WrongJSON(#"{"retry_limits": 1}"#, "retry_limits"),
        WrongJSON(#"{"backoffs": {"": {}}}"#, "backoffs.", "error_class is empty"),
        WrongJSON(#"{"backoffs": "x"}"#, "backoffs"),
        WrongJSON(#"{"backoffs": {"unknown": null}}"#, "backoffs.unknown"),
        WrongJSON(#"{"backoffs": {"unknown": {"factor": 0}}}"#, "backoffs.unknown.factor", "factor is 0.0"),
    ]

    static let durations = [
        WrongJSON(#"{"deadline": ""}"#, "deadline", "deadline is \"\"", "200ms"),
        WrongJSON(#"{"deadline": "soon"}"#, "deadline", "\"soon\""),
        WrongJSON(#"{"deadline": "-1s"}"#, "deadline", "\"-1s\""),
        WrongJSON(#"{"deadline": "+1s"}"#, "deadline", "+1s"),
        WrongJSON(#"{"deadline": "1e300s"}"#, "deadline", "\"1e300s\""),
        WrongJSON(#"{"deadline": "NaN"}"#, "deadline", "\"NaN\""),
        WrongJSON(#"{"deadline": "inf"}"#, "deadline", "inf"),
        WrongJSON(#"{"deadline": "1 s"}"#, "deadline", "\"1 s\""),
        WrongJSON(#"{"deadline": " 1s"}"#, "deadline", " 1s"),
        WrongJSON(#"{"deadline": "0s"}"#, "deadline", "deadline is 0.0 seconds", "above zero"),
        // Settings hold nanoseconds, and nothing is cut off silently.
        WrongJSON(#"{"deadline": "1.5ns"}"#, "deadline", "\"1.5ns\"", "whole nanoseconds"),
        WrongJSON(#"{"deadline": "1.0000000001s"}"#, "deadline", "whole nanoseconds"),
        WrongJSON(#"{"deadline": "30m1h"}"#, "deadline", "\"30m1h\""),
        WrongJSON(#"{"backoff": {"initial": -1e-10}}"#, "backoff.initial", "initial is -1e-10"),
        WrongJSON(
            #"{"deadline_behavior": "explode\n"}"#, "deadline_behavior", "\"explode\\n\"", "stop, truncate, interrupt"),
        WrongJSON(#"{"deadline": 0}"#, "deadline", "deadline is 0.0 seconds"),
        WrongJSON(#"{"deadline": -0.0}"#, "deadline", "deadline is 0.0 seconds"),
        WrongJSON(#"{"deadline": -1}"#, "deadline", "deadline is -1.0", "292 years"),
        WrongJSON(#"{"deadline": 1e300}"#, "deadline", "1e+300"),
        WrongJSON(#"{"deadline": 1e400}"#, "deadline", "deadline is out of range"),
        WrongJSON(#"{"deadline": 9223372037}"#, "deadline", "9223372037"),
        WrongJSON(#"{"deadline": "9223372037s"}"#, "deadline", "9223372037s", "292 years"),
        WrongJSON(#"{"deadline": "2562048h"}"#, "deadline", "2562048h"), WrongJSON(#"{"deadline": true}"#, "deadline"),
        WrongJSON(#"{"deadline": []}"#, "deadline"), WrongJSON(#"{"deadline": {}}"#, "deadline"),
        WrongJSON(#"{"deadline_ms": "5"}"#, "deadline_ms"), WrongJSON(#"{"deadline_s": "5s"}"#, "deadline_s"),
        WrongJSON(#"{"deadline_ms": -1}"#, "deadline_ms", "deadline_ms is -1"),
        WrongJSON(#"{"deadline_s": 1e300}"#, "deadline_s", "1e+300"),
        WrongJSON(#"{"deadline_ms": 0}"#, "deadline", "deadline is 0.0 seconds"),
        WrongJSON(#"{"deadline": "1s", "deadline_s": 1}"#, "deadline_s", "deadline is given twice"),
        WrongJSON(#"{"deadline": 1, "deadline_ms": 1}"#, "deadline_ms", "deadline is given twice"),
        WrongJSON(#"{"deadline_s": 1, "deadline_ms": 1}"#, "deadline_ms", "deadline is given twice"),
        WrongJSON(#"{"attempt_timeout": "0s"}"#, "attempt_timeout", "attempt_timeout is 0.0 seconds"),
        WrongJSON(#"{"attempt_timeout": "-1s"}"#, "attempt_timeout", "\"-1s\""),
    ]

    static let backoffs = [
        WrongJSON(#"{"backoff": "exponential"}"#, "backoff"), WrongJSON(#"{"backoff": 5}"#, "backoff"),
        WrongJSON(#"{"backoff": []}"#, "backoff"), WrongJSON(#"{"backoff": {"family": 5}}"#, "backoff.family"),
        WrongJSON(#"{"backoff": {"family": "parabolic"}}"#, "backoff.family", "parabolic", "constant, linear"),
        WrongJSON(#"{"backoff": {"family": "custom"}}"#, "backoff.family", "custom"),
        WrongJSON(#"{"backoff": {"factor": 0}}"#, "backoff.factor", "factor is 0.0", "at least 1"),
        WrongJSON(#"{"backoff": {"factor": 0.5}}"#, "backoff.factor", "factor is 0.5"),
        WrongJSON(#"{"backoff": {"factor": -2}}"#, "backoff.factor", "factor is -2.0"),
        WrongJSON(#"{"backoff": {"factor": 1e400}}"#, "backoff.factor", "factor is out of range"),
        WrongJSON(#"{"backoff": {"factor": "2"}}"#, "backoff.factor"),
        WrongJSON(#"{"backoff": {"initial": -1}}"#, "backoff.initial", "initial is -1.0"),
        WrongJSON(#"{"backoff": {"initial": "x"}}"#, "backoff.initial", "\"x\""),
        WrongJSON(#"{"backoff": {"initial": "1s", "initial_ms": 1}}"#, "backoff.initial_ms", "initial is given twice"),
        WrongJSON(#"{"backoff": {"initial": "1m", "cap": "1s"}}"#, "backoff.cap", "cap is 1.0 seconds", "60.0 seconds"),
        WrongJSON(#"{"backoff": {"cap": 0}}"#, "backoff.cap", "cap is 0.0 seconds"),
        WrongJSON(#"{"backoff": {"family": "linear", "increment": -1}}"#, "backoff.increment", "increment is -1.0"),
        WrongJSON(#"{"backoff": {"family": "list"}}"#, "backoff.delays", "delays is empty"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": []}}"#, "backoff.delays", "delays is empty"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": "1s"}}"#, "backoff.delays"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": ["1s", "x"]}}"#, "backoff.delays.Index 1", "\"x\""),
        WrongJSON(#"{"backoff": {"family": "list", "delays": [-1]}}"#, "backoff.delays.Index 0", "-1.0"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": ["-1s"]}}"#, "backoff.delays.Index 0", "\"-1s\""),
        WrongJSON(#"{"backoff": {"family": "list", "delays": [1, 1e300]}}"#, "backoff.delays.Index 1", "1e+300"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": ["2562048h"]}}"#, "backoff.delays.Index 0", "2562048h"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": [1e400]}}"#, "backoff.delays.Index 0", "that fits"),
        WrongJSON(#"{"backoff": {"family": "list", "delays": [null]}}"#, "backoff.delays.Index 0"),
        WrongJSON(
            #"{"backoff": {"family": "list", "delays": [1], "jitter": "decorrelated"}}"#, "backoff.jitter",
            "decorrelated"),
    ]

    static let jitters = [
        WrongJSON(#"{"backoff": {"jitter": "half"}}"#, "backoff.jitter", "half", "none, full"),
        WrongJSON(#"{"backoff": {"jitter": ""}}"#, "backoff.jitter", "none, full"),
        WrongJSON(#"{"backoff": {"jitter": 5}}"#, "backoff.jitter"),
        WrongJSON(#"{"backoff": {"jitter": []}}"#, "backoff.jitter"),
        WrongJSON(#"{"backoff": {"jitter": "proportional"}}"#, "backoff.jitter", "proportional", "fraction"),
        WrongJSON(#"{"backoff": {"jitter": "floor"}}"#, "backoff.jitter", "floor", "amount"),
        WrongJSON(#"{"backoff": {"jitter": "additive"}}"#, "backoff.jitter", "additive", "amount"),
        WrongJSON(#"{"backoff": {"jitter": {}}}"#, "backoff.jitter.kind", "kind"),
        WrongJSON(#"{"backoff": {"jitter": {"kind": "half"}}}"#, "backoff.jitter.kind", "half", "none, full"),
        WrongJSON(#"{"backoff": {"jitter": {"kind": 1}}}"#, "backoff.jitter.kind"),
        WrongJSON(#"{"backoff": {"jitter": {"kind": "proportional"}}}"#, "backoff.jitter.fraction", "fraction"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "proportional", "fraction": 1.5}}}"#, "backoff.jitter.fraction",
            "fraction is 1.5"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "proportional", "fraction": -0.1}}}"#, "backoff.jitter.fraction",
            "fraction is -0.1"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "proportional", "fraction": "half"}}}"#, "backoff.jitter.fraction"),
        WrongJSON(#"{"backoff": {"jitter": {"kind": "floor"}}}"#, "backoff.jitter.amount", "amount"),
        WrongJSON(#"{"backoff": {"jitter": {"kind": "additive", "amount": null}}}"#, "backoff.jitter.amount", "amount"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "floor", "amount": "-1s"}}}"#, "backoff.jitter.amount", "\"-1s\""),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "floor", "amount_s": -1}}}"#, "backoff.jitter.amount_s", "-1.0"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "floor", "amount": "1h"}}}"#, "backoff.jitter.amount",
            "amount is 3600.0 seconds", "20.0 seconds"),
        WrongJSON(
            #"{"backoff": {"jitter": {"kind": "additive", "amount": 1e300}}}"#, "backoff.jitter.amount", "1e+300"),
    ]
}

@Suite("Wrong JSON", .timeLimit(.minutes(20)))
struct HostileJSONTests {
    @Test("is refused with the path and the value", arguments: WrongJSON.documents + WrongJSON.unknownKeys)
    func documents(_ it: WrongJSON) {
        it.check()
    }

    @Test("is refused in a policy", arguments: WrongJSON.policies + WrongJSON.durations)
    func policies(_ it: WrongJSON) {
        it.check()
    }

    @Test("is refused in a backoff", arguments: WrongJSON.backoffs + WrongJSON.jitters)
    func backoffs(_ it: WrongJSON) {
        it.check()
    }

    @Test("is refused with the name of a class in one piece")
    func dottedName() {
        _ = ErrorClass("a.b")
        let error = #expect(throws: DecodingError.self) {
            try JSON.decode(#"{"retry_limits": {"a.b": -1}}"#, as: RetryPolicy.self)
        }
        #expect(error?.context?.codingPath.map(\.stringValue) == ["retry_limits", "a.b"])
    }

    @Test("is refused with the error that a throwing initializer throws")
    func underlying() {
        let error = #expect(throws: DecodingError.self) {
            try JSON.decode(#"{"backoff": {"factor": 0.5}}"#, as: RetryPolicy.self)
        }
        let same = #expect(throws: InvalidPolicyError.self) {
            try Backoff(validating: "exponential", initial: .seconds(1), factor: 0.5)
        }
        #expect(error?.context?.underlyingError as? InvalidPolicyError == same)
    }
}
