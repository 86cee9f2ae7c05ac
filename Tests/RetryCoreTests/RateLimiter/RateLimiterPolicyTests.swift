import RetryCore
import Testing

extension Refusal {
    private static func bucket(
        _ setting: String, _ value: String, _ limit: Int = 10, per period: Duration = .seconds(1), burst: Int? = 1,
        maxWait: Duration = .seconds(1)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(validatingTokenBucket: limit, per: period, burst: burst, maxWait: maxWait)
        }
    }

    private static func log(
        _ setting: String, _ value: String, _ limit: Int = 10, per period: Duration = .seconds(1),
        maxWait: Duration = .seconds(1)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(validatingSlidingLog: limit, per: period, maxWait: maxWait)
        }
    }

    static let limiters = [
        bucket("limit", "0", 0), bucket("limit", "-1", -1), bucket("limit", "\(Int.min)", .min),
        bucket("limit", "\(Int.max)", .max), bucket("limit", "1000000001", 1_000_000_001),
        bucket("limit", "0", 0, burst: nil),
        bucket("per", "0.0 seconds", per: .zero), bucket("per", "-1.0 seconds", per: .seconds(-1)),
        bucket("per", "0.000999999 seconds", per: .nanoseconds(999_999)),
        bucket("per", "9223372036.854776 seconds", per: .seconds(Int64.max)),
        bucket("per", "31536001.0 seconds", per: .seconds(31_536_001)),
        bucket("burst", "0", burst: 0), bucket("burst", "-1", burst: -1), bucket("burst", "\(Int.max)", burst: .max),
        bucket("burst", "1000000001", burst: 1_000_000_001),
        bucket("burst", "2", 1, per: .seconds(31_536_000), burst: 2),
        bucket("burst", "1000000000", 1, per: .seconds(31_536_000), burst: 1_000_000_000),
        bucket("max_wait", "-1.0 seconds", maxWait: .seconds(-1)),
        bucket("max_wait", "9223372036.854776 seconds", maxWait: .seconds(Int64.max)),
        log("limit", "0", 0), log("limit", "1000001", 1_000_001), log("limit", "\(Int.max)", .max),
        log("per", "0.0 seconds", per: .zero), log("per", "9223372036.854776 seconds", per: .seconds(Int64.max)),
        log("max_wait", "-1.0 seconds", maxWait: .seconds(-1)),
    ]
}

extension Trap {
    static let limiters = [
        Trap("limit is 0: it must", RateLimiterPolicy.tokenBucket(0, per: .seconds(1))),
        Trap("limit is -5: it must", RateLimiterPolicy.slidingLog(-5, per: .seconds(1))),
        Trap("per is 0.0 seconds: it must", RateLimiterPolicy.tokenBucket(1, per: .zero)),
        Trap("burst is 0: it must", RateLimiterPolicy.tokenBucket(1, per: .seconds(1), burst: 0)),
        Trap(
            "max_wait is -1.0 seconds: it must", RateLimiterPolicy.slidingLog(1, per: .seconds(1)).maxWait(.seconds(-1))
        ),
        Trap("learns_up_to is 9: it must", RateLimiterPolicy.slidingLog(10, per: .seconds(1)).learns(upTo: 9)),
        Trap("capacity is 0: it must", RateLimiterRegistry(.slidingLog(10, per: .seconds(1)), capacity: 0)),
    ]
}

@Suite("The policy of a rate limiter", .timeLimit(.minutes(20)))
struct RateLimiterPolicyTests {
    @Test("names a refused setting with its value", arguments: Refusal.limiters)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("traps where it is a constant, and the message names the setting", arguments: Trap.limiters.indices)
    func traps(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Trap.limiters[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.limiters[index].message))
    }

    @Test("has a tenth of the limit as its burst, and a wait of 30 seconds, unless given")
    func defaults() {
        let policy = RateLimiterPolicy.tokenBucket(100, per: .seconds(60))
        #expect(policy.limit == 100 && policy.period == .seconds(60) && policy.burst == 10)
        #expect(policy.maxWait == .seconds(30))
        #expect(RateLimiterPolicy.tokenBucket(5, per: .seconds(1)).burst == 1)
        #expect(RateLimiterPolicy.slidingLog(60, per: .seconds(60)).burst == 60)
        #expect(policy.maxWait(.zero).learns(upTo: 200).maxWait == .zero)
        #expect("\(policy)" == "100 per 1m, bursts of 10")
        #expect("\(RateLimiterPolicy.slidingLog(60, per: .seconds(60)))" == "60 in any 1m")
    }

    static let documents: [(String, RateLimiterPolicy)] = [
        (#"{"limit": 100, "per": "1m"}"#, .tokenBucket(100, per: .seconds(60))),
        (
            #"{"law": "token_bucket", "limit": 100, "per_s": 60, "burst": 7, "max_wait": "250ms", "learns_up_to": 900}"#,
            .tokenBucket(100, per: .seconds(60), burst: 7, maxWait: .milliseconds(250)).learns(upTo: 900)
        ),
        (#"{"law": "token_bucket", "limit": 1, "per_ms": 1, "burst": null}"#, .tokenBucket(1, per: .milliseconds(1))),
        (#"{"law": "sliding_log", "limit": 60, "per": 60}"#, .slidingLog(60, per: .seconds(60))),
        (
            #"{"law": "sliding_log", "limit": 60, "per": "1h30m", "max_wait": 0}"#,
            .slidingLog(60, per: .seconds(5_400), maxWait: .zero)
        ),
    ]

    @Test("is read from JSON, written, and read again", arguments: documents.indices)
    func reads(index: Int) throws {
        let (json, policy) = Self.documents[index]
        #expect(try JSON.decode(json) == policy)
        #expect(try JSON.decode(try JSON.encode(policy)) == policy)
    }

    @Test(
        "is refused in JSON with the path and the value",
        arguments: [
            WrongJSON("{}", "limit", "missing"), WrongJSON(#"{"limit": 5}"#, "per", "missing"),
            WrongJSON(#"{"limit": 5, "per": null}"#, "per", "missing"),
            WrongJSON(#"{"per": "1s"}"#, "limit", "missing"),
            WrongJSON(#"{"law": "leaky", "limit": 5, "per": 1}"#, "law", "leaky", "token_bucket, sliding_log"),
            WrongJSON(#"{"limit": 0, "per": 1}"#, "limit", "0"), WrongJSON(#"{"limit": -1, "per": 1}"#, "limit", "-1"),
            WrongJSON(#"{"limit": 1.5, "per": 1}"#, "limit"), WrongJSON(#"{"limit": 1e300, "per": 1}"#, "limit"),
            WrongJSON(#"{"limit": "ten", "per": 1}"#, "limit"),
            WrongJSON(#"{"limit": 9223372036854775807, "per": 1}"#, "limit", "9223372036854775807"),
            WrongJSON(#"{"limit": 5, "per": 0}"#, "per", "0.0 seconds"),
            WrongJSON(#"{"limit": 5, "per": -1}"#, "per", "-1"),
            WrongJSON(#"{"limit": 5, "per": "soon"}"#, "per", "soon"),
            WrongJSON(#"{"limit": 5, "per": "1s", "per_ms": 5}"#, "per_ms", "twice"),
            WrongJSON(#"{"limit": 5, "per": "292y"}"#, "per", "292y"),
            WrongJSON(#"{"limit": 5, "per": 1, "burst": 0}"#, "burst", "0"),
            WrongJSON(#"{"limit": 1, "per": "8760h", "burst": 2}"#, "burst", "2", "refilled"),
            WrongJSON(#"{"limit": 5, "per": 1, "max_wait": -1}"#, "max_wait", "-1"),
            WrongJSON(#"{"limit": 5, "per": 1, "max_wait": "9999h"}"#, "max_wait"),
            WrongJSON(#"{"limit": 5, "per": 1, "learns_up_to": 4}"#, "learns_up_to", "4"),
            WrongJSON(#"{"limit": 5, "per": 1, "brust": 4}"#, "brust", "burst"),
            WrongJSON(#"{"law": "sliding_log", "limit": 5, "per": 1, "burst": 4}"#, "burst"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: RateLimiterPolicy.self) }
    }
}
