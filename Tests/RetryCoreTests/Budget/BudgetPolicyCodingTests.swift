import RetryCore
import Testing

@Suite("Reading and writing policies", .timeLimit(.minutes(20)))
struct BudgetPolicyCodingTests {
    static let own = ErrorClass("own_to_coding")

    static let documents: [(String, RetryBudgetPolicy)] = [
        (#"{"law": "ratio", "ratio": 0.1, "floor": 2.5, "ttl": "1m"}"#, .ratio(0.1, floor: 2.5, ttl: .seconds(60))),
        (#"{"law": "ratio", "ttl": 2.5}"#, .ratio(ttl: .milliseconds(2500))),
        (#"{"law": "ratio", "ttl_ms": 250}"#, .ratio(ttl: .milliseconds(250))),
        (
            #"{"law": "token_bucket", "per_success": 0.5, "floor": 0.1, "capacity": 50}"#,
            .tokenBucket(perSuccess: 0.5, floor: 0.1, capacity: 50)
        ),
        (#"{"law": "token_bucket"}"#, .default), (#""token_bucket""#, .default),
        (#"{"law": "ratio"}"#, .ratio()), (#""ratio""#, .ratio()),
        (#"{"law": "throttle", "max_tokens": 100, "token_ratio": 0.5}"#, .throttle(maxTokens: 100, tokenRatio: 0.5)),
        (#"{"law": "throttle"}"#, .throttle()), (#""throttle""#, .throttle()),
        (
            #"{"law": "quota", "capacity": 100, "cost": 10, "costs": {"rate_limit": 2, "own_to_coding": 3}, "deposit": 2}"#,
            .quota(capacity: 100, cost: 10, costs: [.rateLimit: 2, own: 3], deposit: 2)
        ),
        (#"{"law": "quota", "costs": {}}"#, .quota(costs: [:])), (#"{"law": "quota"}"#, .quota()),
        (#""quota""#, .quota()), (#"{"law": "limit", "retries": 100, "per": "1m"}"#, .limit(100, per: .seconds(60))),
        (#"{"law": "limit", "retries": 0, "per_s": 60}"#, .limit(0, per: .seconds(60))),
        (#"{"law": "unlimited"}"#, .unlimited), (#""unlimited""#, .unlimited),
    ]

    @Test("takes every setting", arguments: documents.indices)
    func reads(index: Int) throws {
        let (json, law) = Self.documents[index]
        #expect(try JSON.decode(json) == law)
    }

    @Test("what was written is read again", arguments: documents.indices)
    func roundTrip(index: Int) throws {
        let law = Self.documents[index].1
        #expect(try JSON.decode(try JSON.encode(law)) == law)
    }

    @Test func writesPlainNames() throws {
        #expect(
            try JSON.encode(RetryBudgetPolicy.ratio(0.5, floor: 1))
                == #"{"floor":1,"law":"ratio","ratio":0.5,"ttl":"10s"}"#)
        #expect(
            try JSON.encode(RetryBudgetPolicy.default)
                == #"{"capacity":5,"floor":0.01,"law":"token_bucket","per_success":0.1}"#)
        #expect(
            try JSON.encode(RetryBudgetPolicy.throttle()) == #"{"law":"throttle","max_tokens":10,"token_ratio":0.1}"#)
        #expect(
            try JSON.encode(RetryBudgetPolicy.quota())
                == #"{"capacity":500,"cost":14,"costs":{"rate_limit":5},"deposit":1,"law":"quota"}"#)
        #expect(
            try JSON.encode(RetryBudgetPolicy.limit(3, per: .seconds(90)))
                == #"{"law":"limit","per":"1m30s","retries":3}"#)
        #expect(try JSON.encode(RetryBudgetPolicy.unlimited) == #"{"law":"unlimited"}"#)
    }

    @Test(
        "refuses with the path and the value",
        arguments: [
            WrongJSON("{}", "law", "missing"), WrongJSON(#"{"law": "tower"}"#, "law", "tower", "ratio, throttle"),
            WrongJSON(#""limit""#, "", "retries"), WrongJSON(#""tower""#, "", "tower"),
            WrongJSON(#"{"law": "token_bucket", "per_success": 1.5}"#, "per_success", "1.5"),
            WrongJSON(#"{"law": "token_bucket", "floor": -1}"#, "floor", "-1"),
            WrongJSON(#"{"law": "token_bucket", "capacity": 0}"#, "capacity", "0"),
            WrongJSON(#"{"law": "token_bucket", "ttl": "10s"}"#, "ttl"),
            WrongJSON(#"{"law": "ratio", "ratio": 1.5}"#, "ratio", "1.5"),
            WrongJSON(#"{"law": "ratio", "ratio": -1}"#, "ratio", "-1"),
            WrongJSON(#"{"law": "ratio", "ratio": "much"}"#, "ratio"),
            WrongJSON(#"{"law": "ratio", "floor": -1}"#, "floor", "-1"),
            WrongJSON(#"{"law": "ratio", "floor": 1e300}"#, "floor", "1e+300"),
            WrongJSON(#"{"law": "ratio", "ttl": 0}"#, "ttl", "0.0 seconds"),
            WrongJSON(#"{"law": "ratio", "ttl": -5}"#, "ttl", "-5"),
            WrongJSON(#"{"law": "ratio", "ttl": "1e3s"}"#, "ttl", "1e3s"),
            WrongJSON(#"{"law": "ratio", "ttl": "10s", "ttl_ms": 10}"#, "ttl_ms", "twice"),
            WrongJSON(#"{"law": "ratio", "retio": 0.2}"#, "retio", "retio", "ratio"),
            WrongJSON(#"{"law": "ratio", "max_tokens": 10}"#, "max_tokens", "max_tokens"),
            WrongJSON(#"{"law": "unlimited", "ratio": 0.2}"#, "ratio"),
            WrongJSON(#"{"law": "throttle", "max_tokens": 1.5}"#, "max_tokens"),
            WrongJSON(#"{"law": "throttle", "max_tokens": 0}"#, "max_tokens", "0"),
            WrongJSON(#"{"law": "throttle", "token_ratio": 0}"#, "token_ratio", "0.0"),
            WrongJSON(#"{"law": "quota", "capacity": 1e300}"#, "capacity"),
            WrongJSON(#"{"law": "quota", "capacity": 9223372036854775807}"#, "capacity", "9223372036854775807"),
            WrongJSON(#"{"law": "quota", "cost": 0}"#, "cost", "0"),
            WrongJSON(#"{"law": "quota", "costs": {"rate_limit": 501}}"#, "costs.rate_limit", "501"),
            WrongJSON(#"{"law": "quota", "costs": {"rate_limit": "5"}}"#, "costs.rate_limit"),
            WrongJSON(#"{"law": "quota", "costs": {"": 5}}"#, "costs.", "empty"),
            WrongJSON(#"{"law": "quota", "deposit": -1}"#, "deposit", "-1"),
            WrongJSON(#"{"law": "limit", "per": "1m"}"#, "retries", "missing"),
            WrongJSON(#"{"law": "limit", "retries": 5}"#, "per", "missing"),
            WrongJSON(#"{"law": "limit", "retries": -5, "per": "1m"}"#, "retries", "-5"),
            WrongJSON(#"{"law": "limit", "retries": 5, "per": "0s"}"#, "per", "0.0 seconds"),
        ])
    func refuses(_ it: WrongJSON) {
        it.check { try JSON.decode(String(decoding: $0, as: UTF8.self), as: RetryBudgetPolicy.self) }
    }
}
