import RetryCore
import Testing

extension Refusal {
    private static func ratio(
        _ setting: String, _ value: String, _ ratio: Double = 0.2, floor: Double = 10, ttl: Duration = .seconds(10)
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingRatio: ratio, floor: floor, ttl: ttl)
        }
    }

    private static func throttle(_ setting: String, _ value: String, _ maxTokens: Int, _ ratio: Double) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingMaxTokens: maxTokens, tokenRatio: ratio)
        }
    }

    private static func quota(
        _ setting: String, _ value: String, _ capacity: Int = 500, cost: Int = 14, costs: [ErrorClass: Int] = [:],
        deposit: Int = 1
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingCapacity: capacity, cost: cost, costs: costs, deposit: deposit)
        }
    }

    private static func limit(_ setting: String, _ value: String, _ retries: Int, per: Duration) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingLimit: retries, per: per)
        }
    }

    private static func tokenBucket(
        _ setting: String, _ value: String, _ perSuccess: Double = 0.1, floor: Double = 0.01, capacity: Int = 5
    ) -> Refusal {
        Refusal(setting, value) { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingPerSuccess: perSuccess, floor: floor, capacity: capacity)
        }
    }

    static let budgetLaws = [
        tokenBucket("per_success", "-0.1", -0.1), tokenBucket("per_success", "1.1", 1.1),
        tokenBucket("per_success", "nan", .nan), tokenBucket("per_success", "1e-10", 1e-10),
        tokenBucket("floor", "-1.0", floor: -1), tokenBucket("floor", "nan", floor: .nan),
        tokenBucket("floor", "1e-10", floor: 1e-10), tokenBucket("floor", "10000000000.0", floor: 1e10),
        tokenBucket("floor", "inf", floor: .infinity), tokenBucket("capacity", "0", capacity: 0),
        tokenBucket("capacity", "1000000001", capacity: 1_000_000_001),
        tokenBucket("capacity", "\(Int.min)", capacity: .min),
        ratio("ratio", "-0.1", -0.1), ratio("ratio", "1.0000001", 1.000_000_1), ratio("ratio", "nan", .nan),
        ratio("ratio", "inf", .infinity), ratio("ratio", "-inf", -.infinity), ratio("ratio", "20.0", 20),
        ratio("ratio", "1e-10", 1e-10), ratio("ratio", "5e-324", .leastNonzeroMagnitude),
        ratio("floor", "-1.0", floor: -1), ratio("floor", "nan", floor: .nan),
        ratio("floor", "inf", floor: .infinity), ratio("floor", "1e+300", floor: 1e300),
        ratio("floor", "100000001.0", floor: 100_000_001), ratio("floor", "1e-10", floor: 1e-10),
        ratio("ttl", "0.0 seconds", ttl: .zero), ratio("ttl", "-1.0 seconds", ttl: .seconds(-1)),
        ratio("ttl", "0.000999999 seconds", ttl: .nanoseconds(999_999)),
        ratio("ttl", "9223372036.854776 seconds", ttl: .seconds(Int64.max)),
        throttle("max_tokens", "0", 0, 0.1), throttle("max_tokens", "-1", -1, 0.1),
        throttle("max_tokens", "1001", 1001, 0.1), throttle("max_tokens", "\(Int.max)", .max, 0.1),
        throttle("max_tokens", "\(Int.min)", .min, 0.1),
        throttle("token_ratio", "0.0", 10, 0), throttle("token_ratio", "-0.1", 10, -0.1),
        throttle("token_ratio", "nan", 10, .nan), throttle("token_ratio", "1.1", 10, 1.1),
        throttle("token_ratio", "inf", 10, .infinity), throttle("token_ratio", "1e-10", 10, 1e-10),
        quota("capacity", "0", 0), quota("capacity", "-1", -1), quota("capacity", "1000000001", 1_000_000_001),
        quota("capacity", "\(Int.max)", .max), quota("cost", "0", cost: 0), quota("cost", "501", cost: 501),
        quota("cost", "\(Int.min)", cost: .min), quota("costs.rate_limit", "0", costs: [.rateLimit: 0]),
        quota("costs.rate_limit", "501", costs: [.rateLimit: 501]),
        quota("costs.server_error", "-1", costs: [.rateLimit: 5, .serverError: -1]),
        quota("deposit", "-1", deposit: -1), quota("deposit", "501", deposit: 501),
        limit("retries", "-1", -1, per: .seconds(1)), limit("retries", "100001", 100_001, per: .seconds(1)),
        limit("retries", "\(Int.max)", .max, per: .seconds(1)),
        limit("per", "0.0 seconds", 1, per: .zero), limit("per", "-1.0 seconds", 1, per: .seconds(-1)),
        limit("per", "9223372036.854776 seconds", 1, per: .seconds(Int64.max)),
    ]
}

extension Trap {
    static let budgetLaws = [
        Trap("per_success is nan: it must", RetryBudgetPolicy.tokenBucket(perSuccess: .nan)),
        Trap("capacity is 0: it must", RetryBudgetPolicy.tokenBucket(capacity: 0)),
        Trap("ratio is nan: it must", RetryBudgetPolicy.ratio(.nan)),
        Trap("ratio is 1.5: it must", RetryBudgetPolicy.ratio(1.5)),
        Trap("floor is -1.0: it must", RetryBudgetPolicy.ratio(0.2, floor: -1)),
        Trap("ttl is 0.0 seconds: it must", RetryBudgetPolicy.ratio(0.2, ttl: .zero)),
        Trap("max_tokens is 0: it must", RetryBudgetPolicy.throttle(maxTokens: 0)),
        Trap("token_ratio is 0.0: it must", RetryBudgetPolicy.throttle(tokenRatio: 0)),
        Trap("capacity is 0: it must", RetryBudgetPolicy.quota(capacity: 0)),
        Trap("cost is 14: it must", RetryBudgetPolicy.quota(capacity: 13)),
        Trap("costs.unknown is 0: it must", RetryBudgetPolicy.quota(costs: [.unknown: 0])),
        Trap("deposit is -1: it must", RetryBudgetPolicy.quota(deposit: -1)),
        Trap("retries is -1: it must", RetryBudgetPolicy.limit(-1, per: .seconds(1))),
        Trap("per is 0.0 seconds: it must", RetryBudgetPolicy.limit(1, per: .zero)),
    ]
}

@Suite("Refused settings of a budget", .timeLimit(.minutes(20)))
struct BudgetPolicyRefusalTests {
    @Test("are named with their value", arguments: Refusal.budgetLaws)
    func throwing(_ it: Refusal) {
        it.check()
    }

    @Test("trap where they are constants, and the message names them", arguments: Trap.budgetLaws.indices)
    func traps(index: Int) async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [index] in
            Trap.budgetLaws[index].run()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(Trap.budgetLaws[index].message))
    }

    @Test func theEndsOfTheRangesPass() throws {
        #expect(try RetryBudgetPolicy(validatingRatio: 0, floor: 0, ttl: .milliseconds(1)) != .unlimited)
        #expect(try RetryBudgetPolicy(validatingRatio: 1, floor: 1e8, ttl: .seconds(10)) != .unlimited)
        #expect(try RetryBudgetPolicy(validatingRatio: 1e-9, floor: 1e-9, ttl: .seconds(365 * 86_400)) != .unlimited)
        #expect(try RetryBudgetPolicy(validatingPerSuccess: 0, floor: 0, capacity: 1) != .unlimited)
        #expect(try RetryBudgetPolicy(validatingPerSuccess: 1, floor: 1e9, capacity: 1_000_000_000) != .unlimited)
        #expect(try RetryBudgetPolicy(validatingMaxTokens: 1, tokenRatio: 1) == .throttle(maxTokens: 1, tokenRatio: 1))
        #expect(try RetryBudgetPolicy(validatingMaxTokens: 1000, tokenRatio: 1e-9) != .unlimited)
        #expect(
            try RetryBudgetPolicy(validatingCapacity: 1_000_000_000, cost: 1_000_000_000, costs: [:], deposit: 0)
                == .quota(capacity: 1_000_000_000, cost: 1_000_000_000, costs: [:], deposit: 0))
        #expect(try RetryBudgetPolicy(validatingLimit: 100_000, per: .milliseconds(1)) != .unlimited)
    }

    @Test(
        "buckets of the extremes trap at no input",
        arguments: [
            RetryBudgetPolicy.ratio(1, floor: 1e8), .ratio(1e-9, floor: 1e-9, ttl: .seconds(365 * 86_400)),
            .ratio(1, floor: 1e12, ttl: .milliseconds(1)),
            .ratio(0.999_999_999, floor: 31.7, ttl: .seconds(365 * 86_400)),
            .ratio(0, floor: 0, ttl: .milliseconds(1)), .limit(0, per: .milliseconds(1)), .throttle(maxTokens: 1),
            .tokenBucket(perSuccess: 1, floor: 1e9, capacity: 1_000_000_000),
            .tokenBucket(perSuccess: 1e-9, floor: 1e-9, capacity: 1), .tokenBucket(perSuccess: 0, floor: 0),
            .tokenBucket(perSuccess: 1, floor: 0.999_999_999, capacity: 1_000_000_000), .ratio(1e-9, floor: 1e-9),
            .ratio(1e-9, floor: 0.999_999_999_9, ttl: .milliseconds(1)),
            .throttle(maxTokens: 1000, tokenRatio: 1), .quota(capacity: 1_000_000_000, deposit: 1_000_000_000),
        ])
    func extremes(law: RetryBudgetPolicy) {
        var bucket = Bucket(law)
        for step in 0..<200 {
            bucket.now += [0, 0.0009, 0.5, 3600, 1e7][step % 5]
            bucket.calls(3)
            let retry = bucket.withdraw()
            bucket.failures(1)
            bucket.successes(1, after: step % 2 == 0 ? retry : nil)
            if step % 3 == 0 { bucket.giveBack(retry) }
            #expect(bucket.tokens >= 0)
        }
    }
}
