/// The policy by which a ``RetryBudget`` grants retries.
///
/// | policy | a deposit | a retry costs | holds at most | known from |
/// |---|---|---|---|---|
/// | ``tokenBucket(perSuccess:floor:capacity:)``, the default | 0.1 at each success, and 0.01 a second | 1 | 5 | Brooker |
/// | ``throttle(maxTokens:tokenRatio:)`` | the token ratio, at each success | 1, as each failure | `maxTokens` | gRPC |
/// | ``quota(capacity:cost:costs:deposit:)`` | 1, at each success at the first try | 14, or 5 | 500 | AWS |
/// | ``ratio(_:floor:ttl:)`` | the ratio, at each call's start | 1 | the deposits of the last `ttl`, and the floor | Finagle |
/// | ``limit(_:per:)`` | time alone | 1 | so many in a window | redress |
/// | ``unlimited`` | none | nothing | | |
///
/// The first three are fed by successes: in an outage retries end, or nearly so, and they come back with the service.
/// They protect a service that its load can bring down and keep down. The ratio is fed by calls: it bounds the load at
/// any rate of failure, and admits a share of the retries in an outage. <doc:RetryBudgets> compares them.
///
/// ```swift
/// let budget = RetryBudget(.tokenBucket(perSuccess: 0.2))
/// ```
///
/// The functions here trap on invalid settings; the initializers and decoding throw instead.
public struct RetryBudgetPolicy: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case tokenBucket(perSuccess: Double, floor: Double, capacity: Int)
        case ratio(Double, floor: Double, ttl: Int64)
        case throttle(maxTokens: Int, tokenRatio: Double)
        case quota(capacity: Int, cost: Int, costs: [ErrorClass: Int], deposit: Int)
        case limit(Int, per: Int64)
        case unlimited
    }

    let kind: Kind

    private init(unchecked kind: Kind) {
        self.kind = kind
    }

    init(_ kind: Kind) throws(InvalidPolicyError) {
        try kind.validate()
        self.init(unchecked: kind)
    }

    /// The token bucket with its default settings: a retry for ten successes, and one in 100 seconds.
    public static var `default`: RetryBudgetPolicy { tokenBucket() }

    /// Every retry is granted.
    public static var unlimited: RetryBudgetPolicy { RetryBudgetPolicy(unchecked: .unlimited) }
}

// MARK: A programmer's constants

extension RetryBudgetPolicy {
    /// A token bucket that successes fill, and time a little.
    ///
    /// Each success deposits `perSuccess` of a retry, also a success after retries. Besides, `floor` retries a second
    /// flow in: a client that makes few calls, or none that succeeds, still gets a retry now and then. At most
    /// `capacity` retries are kept, and a budget starts with all of them. Counted from the budget's start, whatever
    /// fails:
    ///
    /// ```text
    /// retries ≤ perSuccess · successes + floor · seconds + capacity
    /// ```
    ///
    /// The floor and the capacity count for each process: a thousand clients with the default settings add at most 10
    /// retries a second while everything fails, after the first five of each.
    ///
    /// - Parameters:
    ///   - perSuccess: From 0 to 1, to nine decimals: 0.1 allows a retry for ten successes.
    ///   - floor: Retries a second, from 0 to 1,000,000,000; 0.01 is one in 100 seconds.
    ///   - capacity: From 1 to 1,000,000,000 retries.
    /// - Returns: The policy.
    public static func tokenBucket(
        perSuccess: Double = 0.1, floor: Double = 0.01, capacity: Int = 5
    ) -> RetryBudgetPolicy {
        checked { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingPerSuccess: perSuccess, floor: floor, capacity: capacity)
        }
    }

    /// A share of the calls of the last seconds, and a floor for clients that make few calls.
    ///
    /// Each call that starts deposits `ratio` of a retry. A deposit that is not used ages: the sliding window drops it
    /// after `ttl` at the latest, and not before nine tenths of it, so that the calls of a quiet night do not pay for a
    /// storm of retries in the morning. Besides, `floor` retries a second flow in, of which no more than `floor` ·
    /// `ttl`, or one, are kept; a budget starts with all of them. Counted from the budget's start, whatever fails:
    ///
    /// ```text
    /// retries ≤ ratio · calls + floor · seconds + max(1, floor · ttl)
    /// ```
    ///
    /// A shorter interval can hold more: what was saved before it is spent at once. There the calls of the `ttl` before
    /// the interval count too.
    ///
    /// A floor is meant for one process: a thousand clients with a floor of 10 add 10,000 retries a second.
    ///
    /// - Parameters:
    ///   - ratio: From 0 to 1, to nine decimals: 0.2 allows 20 % more load.
    ///   - floor: Retries a second, not negative.
    ///   - ttl: The longest life of a deposit, from a millisecond to a year; kept to a few milliseconds.
    /// - Returns: The policy.
    public static func ratio(
        _ ratio: Double = 0.2, floor: Double = 10, ttl: Duration = .seconds(10)
    ) -> RetryBudgetPolicy {
        checked { () throws(InvalidPolicyError) in try RetryBudgetPolicy(validatingRatio: ratio, floor: floor, ttl: ttl)
        }
    }

    /// A throttle: retries are granted while enough of the calls succeed.
    ///
    /// Every retryable failure costs a token, also one that no retry follows, and every success brings `tokenRatio`. A
    /// retry is granted while more than half of `maxTokens` are left, with which a budget starts.
    ///
    /// - Parameters:
    ///   - maxTokens: From 1 to 1,000.
    ///   - tokenRatio: Above 0 and at most 1, to nine decimals.
    /// - Returns: The policy.
    public static func throttle(maxTokens: Int = 10, tokenRatio: Double = 0.1) -> RetryBudgetPolicy {
        checked { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingMaxTokens: maxTokens, tokenRatio: tokenRatio)
        }
    }

    /// A stock of tokens from which each retry takes the cost of its class of failure.
    ///
    /// A call that succeeds after retries puts the cost of its last one back; a call that succeeds at the first try
    /// brings `deposit`. A budget starts full.
    ///
    /// - Parameters:
    ///   - capacity: From 1 to 1,000,000,000 tokens.
    ///   - cost: The cost of a retry, from 1 to the capacity.
    ///   - costs: The cost of a retry after failures of some classes.
    ///   - deposit: The deposit of a success at the first try, from 0 to the capacity.
    /// - Returns: The policy.
    public static func quota(
        capacity: Int = 500, cost: Int = 14, costs: [ErrorClass: Int] = [.rateLimit: 5], deposit: Int = 1
    ) -> RetryBudgetPolicy {
        checked { () throws(InvalidPolicyError) in
            try RetryBudgetPolicy(validatingCapacity: capacity, cost: cost, costs: costs, deposit: deposit)
        }
    }

    /// A sliding-window limit: at most so many retries in any window of this length, for any number of calls.
    ///
    /// - Parameters:
    ///   - retries: From 0 to 100,000; the budget remembers the time of each.
    ///   - window: From a millisecond to a year.
    /// - Returns: The policy.
    public static func limit(_ retries: Int, per window: Duration) -> RetryBudgetPolicy {
        checked { () throws(InvalidPolicyError) in try RetryBudgetPolicy(validatingLimit: retries, per: window) }
    }
}

// MARK: Values from a flag or a file

extension RetryBudgetPolicy {
    /// Creates the policy of ``tokenBucket(perSuccess:floor:capacity:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingPerSuccess perSuccess: Double, floor: Double = 0.01, capacity: Int = 5
    ) throws(InvalidPolicyError) {
        try self.init(.tokenBucket(perSuccess: perSuccess, floor: floor, capacity: capacity))
    }

    /// Creates the policy of ``ratio(_:floor:ttl:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingRatio ratio: Double, floor: Double = 10, ttl: Duration = .seconds(10)
    ) throws(InvalidPolicyError) {
        try self.init(.ratio(ratio, floor: floor, ttl: ttl.saturatedNanoseconds))
    }

    /// Creates the policy of ``throttle(maxTokens:tokenRatio:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(validatingMaxTokens maxTokens: Int, tokenRatio: Double) throws(InvalidPolicyError) {
        try self.init(.throttle(maxTokens: maxTokens, tokenRatio: tokenRatio))
    }

    /// Creates the policy of ``quota(capacity:cost:costs:deposit:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingCapacity capacity: Int, cost: Int = 14, costs: [ErrorClass: Int] = [.rateLimit: 5], deposit: Int = 1
    ) throws(InvalidPolicyError) {
        try self.init(.quota(capacity: capacity, cost: cost, costs: costs, deposit: deposit))
    }

    /// Creates the policy of ``limit(_:per:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(validatingLimit retries: Int, per window: Duration) throws(InvalidPolicyError) {
        try self.init(.limit(retries, per: window.saturatedNanoseconds))
    }
}

extension RetryBudgetPolicy.Kind {
    /// Checks the settings; the one place that knows the valid ranges.
    fileprivate func validate() throws(InvalidPolicyError) {
        switch self {
        case .tokenBucket(let perSuccess, let floor, let capacity):
            let isRight = perSuccess == 0 || (1e-9...1).contains(perSuccess)
            try check("per_success", perSuccess, isRight, "must be 0, or from 0.000000001 to 1")
            let isRightFloor = floor == 0 || (1e-9...1e9).contains(floor)
            try check("floor", floor, isRightFloor, "must be 0, or from 0.000000001 to 1,000,000,000")
            let isRightCapacity = (1...1_000_000_000).contains(capacity)
            try check("capacity", capacity, isRightCapacity, "must be from 1 to 1,000,000,000")
        case .ratio(let ratio, let floor, let ttl):
            let isRight = ratio == 0 || (1e-9...1).contains(ratio)
            try check("ratio", ratio, isRight, "must be 0, or from 0.000000001 to 1")
            try checkTime("ttl", ttl)
            let isRightFloor = (floor == 0 || floor >= 1e-9) && floor * Double(ttl) <= 1e18
            try check("floor", floor, isRightFloor, "must be 0, or bring up to 1,000,000,000 retries in the ttl")
        case .throttle(let maxTokens, let tokenRatio):
            try check("max_tokens", maxTokens, (1...1_000).contains(maxTokens), "must be from 1 to 1,000")
            let isRight = (1e-9...1).contains(tokenRatio)
            try check("token_ratio", tokenRatio, isRight, "must be from 0.000000001 to 1")
        case .quota(let capacity, let cost, let costs, let deposit):
            let isRight = (1...1_000_000_000).contains(capacity)
            try check("capacity", capacity, isRight, "must be from 1 to 1,000,000,000")
            let range = 1...capacity
            try check("cost", cost, range.contains(cost), "must be from 1 to the capacity")
            for (errorClass, cost) in costs.sorted(by: { $0.key.id < $1.key.id }) {
                try check("costs.\(errorClass)", cost, range.contains(cost), "must be from 1 to the capacity")
            }
            try check("deposit", deposit, (0...capacity).contains(deposit), "must be from 0 to the capacity")
        case .limit(let retries, let window):
            try check("retries", retries, (0...100_000).contains(retries), "must be from 0 to 100,000")
            try checkTime("per", window)
        case .unlimited:
            break
        }
    }
}

private func checkTime(_ setting: String, _ time: Int64) throws(InvalidPolicyError) {
    let isRight = (1_000_000...365 * 86_400 * 1_000_000_000).contains(time)
    try check(setting, Duration.nanoseconds(time), isRight, "must be from a millisecond to a year")
}
