/// The rule by which a ``RetryBudget`` grants retries.
///
/// | law | a deposit | a retry costs | holds at most | known from |
/// |---|---|---|---|---|
/// | ``ratio(_:floor:ttl:)`` | the ratio, at each call's start | 1 | what the last `ttl` brought | Finagle |
/// | ``throttle(maxTokens:tokenRatio:)`` | the token ratio, at each success | 1, as each failure | `maxTokens` | gRPC |
/// | ``quota(capacity:cost:costs:deposit:)`` | 1, at each success at the first try | 14, or 5 | 500 | AWS |
/// | ``limit(_:per:)`` | time alone | 1 | so many in a window | redress |
/// | ``unlimited`` | none | nothing | | |
///
/// Which one? ``ratio(_:floor:ttl:)`` bounds the load on the service at any rate of failure, still lets a share of the
/// retries through in an outage, and is the default. Under ``throttle(maxTokens:tokenRatio:)`` and
/// ``quota(capacity:cost:costs:deposit:)`` retries end altogether while nothing succeeds, and come back with the successes:
/// the better choice for a service that its load can bring down and keep down.
///
/// ```swift
/// let budget = RetryBudget(.ratio(0.1, floor: 1))
/// ```
///
/// The functions here trap on settings that make no sense; the initializers and decoding throw instead.
public struct RetryBudgetLaw: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
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

    init(_ kind: Kind) throws(PolicyError) {
        try kind.validate()
        self.init(unchecked: kind)
    }

    /// Every retry is granted.
    public static var unlimited: RetryBudgetLaw { RetryBudgetLaw(unchecked: .unlimited) }
}

// MARK: A programmer's constants

extension RetryBudgetLaw {
    /// Retries as a share of the calls of the last seconds, and a few for those who make few calls.
    ///
    /// Each call that starts deposits `ratio` of a retry. A deposit that is not used ages, and is gone after `ttl` at the
    /// latest, and not before nine tenths of it: so calls of a quiet night pay for no storm of retries in the morning.
    /// Besides, `floor` retries a second flow in, of which no more than `floor` · `ttl` are kept; a budget starts with all
    /// of them. In any time, whatever fails: retries ≤ ratio · calls + floor · seconds + floor · ttl.
    ///
    /// A floor is meant for one process: a thousand clients with a floor of 10 add 10,000 retries a second.
    ///
    /// - Parameters:
    ///   - ratio: From 0 to 1, to nine decimals: 0.2 allows 20 % more load.
    ///   - floor: Retries a second, not negative.
    ///   - ttl: How long a deposit lasts at most, from a millisecond to a year; kept to a few milliseconds.
    /// - Returns: The law.
    public static func ratio(
        _ ratio: Double = 0.2, floor: Double = 10, ttl: Duration = .seconds(10)
    ) -> RetryBudgetLaw {
        checked { () throws(PolicyError) in try RetryBudgetLaw(validatingRatio: ratio, floor: floor, ttl: ttl) }
    }

    /// Retries as long as enough of the calls succeed.
    ///
    /// Every retryable failure costs a token, also one that no retry follows, and every success brings `tokenRatio`. A
    /// retry is granted while more than half of `maxTokens` are left, with which a budget starts.
    ///
    /// - Parameters:
    ///   - maxTokens: From 1 to 1,000.
    ///   - tokenRatio: Above 0 and at most 1, to nine decimals.
    /// - Returns: The law.
    public static func throttle(maxTokens: Int = 10, tokenRatio: Double = 0.1) -> RetryBudgetLaw {
        checked { () throws(PolicyError) in
            try RetryBudgetLaw(validatingMaxTokens: maxTokens, tokenRatio: tokenRatio)
        }
    }

    /// A stock of tokens from which each retry takes what a failure of its kind costs.
    ///
    /// A call that succeeds after retries puts the cost of its last one back; a call that succeeds at the first try
    /// brings `deposit`. A budget starts full.
    ///
    /// - Parameters:
    ///   - capacity: From 1 to 1,000,000,000 tokens.
    ///   - cost: What a retry costs, from 1 to the capacity.
    ///   - costs: What a retry costs after failures of some classes.
    ///   - deposit: What a success at the first try brings, from 0 to the capacity.
    /// - Returns: The law.
    public static func quota(
        capacity: Int = 500, cost: Int = 14, costs: [ErrorClass: Int] = [.rateLimit: 5], deposit: Int = 1
    ) -> RetryBudgetLaw {
        checked { () throws(PolicyError) in
            try RetryBudgetLaw(validatingCapacity: capacity, cost: cost, costs: costs, deposit: deposit)
        }
    }

    /// At most so many retries in any window of this length, however many calls there are.
    ///
    /// - Parameters:
    ///   - retries: From 0 to 100,000; the budget remembers the time of each.
    ///   - window: From a millisecond to a year.
    /// - Returns: The law.
    public static func limit(_ retries: Int, per window: Duration) -> RetryBudgetLaw {
        checked { () throws(PolicyError) in try RetryBudgetLaw(validatingLimit: retries, per: window) }
    }
}

// MARK: Values from a flag or a file

extension RetryBudgetLaw {
    /// Creates the law of ``ratio(_:floor:ttl:)`` from settings that are not known to be right.
    ///
    /// - Throws: ``PolicyError`` that names the first setting that makes no sense.
    public init(
        validatingRatio ratio: Double, floor: Double = 10, ttl: Duration = .seconds(10)
    ) throws(PolicyError) {
        try self.init(.ratio(ratio, floor: floor, ttl: ttl.saturatedNanoseconds))
    }

    /// Creates the law of ``throttle(maxTokens:tokenRatio:)`` from settings that are not known to be right.
    ///
    /// - Throws: ``PolicyError`` that names the first setting that makes no sense.
    public init(validatingMaxTokens maxTokens: Int, tokenRatio: Double) throws(PolicyError) {
        try self.init(.throttle(maxTokens: maxTokens, tokenRatio: tokenRatio))
    }

    /// Creates the law of ``quota(capacity:cost:costs:deposit:)`` from settings that are not known to be right.
    ///
    /// - Throws: ``PolicyError`` that names the first setting that makes no sense.
    public init(
        validatingCapacity capacity: Int, cost: Int = 14, costs: [ErrorClass: Int] = [.rateLimit: 5], deposit: Int = 1
    ) throws(PolicyError) {
        try self.init(.quota(capacity: capacity, cost: cost, costs: costs, deposit: deposit))
    }

    /// Creates the law of ``limit(_:per:)`` from settings that are not known to be right.
    ///
    /// - Throws: ``PolicyError`` that names the first setting that makes no sense.
    public init(validatingLimit retries: Int, per window: Duration) throws(PolicyError) {
        try self.init(.limit(retries, per: window.saturatedNanoseconds))
    }
}

extension RetryBudgetLaw.Kind {
    /// The one place that knows which settings make sense.
    fileprivate func validate() throws(PolicyError) {
        switch self {
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

private func checkTime(_ setting: String, _ time: Int64) throws(PolicyError) {
    let isRight = (1_000_000...365 * 86_400 * 1_000_000_000).contains(time)
    try check(setting, Duration.nanoseconds(time), isRight, "must be from a millisecond to a year")
}
