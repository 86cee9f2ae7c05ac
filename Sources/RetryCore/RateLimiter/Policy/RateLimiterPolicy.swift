/// The policy by which a ``CallRateLimiter`` spaces calls: a limit in a period, and the longest wait for it.
///
/// | policy | admits | state | for |
/// |---|---|---|---|
/// | ``tokenBucket(_:per:burst:maxWait:)`` | the limit in each period on average, and a burst | one number | most services |
/// | ``slidingLog(_:per:maxWait:)`` | at most the limit in any period, exactly | a time for each call | "no more than N in any 60 s" |
///
/// ```swift
/// let policy = RateLimiterPolicy.tokenBucket(100, per: .seconds(60), burst: 10)
/// ```
///
/// There is no default limit: it is the service's, or your share of it. The functions here trap on invalid settings; the
/// initializers and decoding throw instead.
public struct RateLimiterPolicy: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case tokenBucket(Int, per: Int64, burst: Int)
        case slidingLog(Int, per: Int64)
    }

    let kind: Kind
    let maxWaitNanoseconds: Int64
    /// The greatest limit that a server's headers can set; the policy's own if `nil`.
    private(set) var greatestLearnedLimit: Int?

    /// The longest wait for a start: a call that would wait longer is rejected at once.
    public var maxWait: Duration { .nanoseconds(maxWaitNanoseconds) }

    /// The tokens that flow in per period, or that any period admits.
    public var limit: Int {
        switch kind {
        case .tokenBucket(let limit, _, _), .slidingLog(let limit, _): limit
        }
    }

    /// The period of the limit.
    public var period: Duration {
        switch kind {
        case .tokenBucket(_, let period, _), .slidingLog(_, let period): .nanoseconds(period)
        }
    }

    /// The tokens that a full limiter admits at once, and the greatest cost of one call.
    public var burst: Int {
        switch kind {
        case .tokenBucket(_, _, let burst): burst
        case .slidingLog(let limit, _): limit
        }
    }

    /// The longest wait unless given: 30 seconds.
    static let usualMaxWait: Int64 = 30_000_000_000

    /// The burst unless given: a tenth of the limit, at least 1.
    static func usualBurst(_ limit: Int) -> Int { max(1, limit / 10) }

    init(_ kind: Kind, maxWait: Int64, greatestLearnedLimit: Int? = nil) throws(InvalidPolicyError) {
        (self.kind, maxWaitNanoseconds, self.greatestLearnedLimit) = (kind, maxWait, greatestLearnedLimit)
        try validate()
    }
}

// MARK: A programmer's constants

extension RateLimiterPolicy {
    /// A token bucket: the limit in each period on average, and a burst that saves up while calls are few.
    ///
    /// Tokens flow in evenly, one in each `period / limit`, rounded up to a nanosecond. A limiter starts with the whole
    /// burst. Counted from any moment, in any time:
    ///
    /// ```text
    /// cost of all admitted calls ≤ limit · time / period + burst
    /// ```
    ///
    /// - Parameters:
    ///   - limit: From 1 to 1,000,000,000 tokens; a call takes one unless it has a cost.
    ///   - period: From a millisecond to a year.
    ///   - burst: The most tokens at once, and the greatest cost of a call; from 1 to 1,000,000,000, and refilled within a
    ///     year. A tenth of the limit, at least 1, if `nil`.
    ///   - maxWait: The longest wait of a call for its start; from zero, for none, to a year.
    /// - Returns: The policy.
    public static func tokenBucket(
        _ limit: Int, per period: Duration, burst: Int? = nil, maxWait: Duration = .seconds(30)
    ) -> RateLimiterPolicy {
        checked { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(validatingTokenBucket: limit, per: period, burst: burst, maxWait: maxWait)
        }
    }

    /// An exact log of the calls: at most the limit in any period, wherever it begins.
    ///
    /// The limiter remembers the time of each call of the last period. The whole limit may come at once.
    ///
    /// - Parameters:
    ///   - limit: From 1 to 1,000,000 tokens; a call takes one unless it has a cost.
    ///   - period: From a millisecond to a year.
    ///   - maxWait: The longest wait of a call for its start; from zero, for none, to a year.
    /// - Returns: The policy.
    public static func slidingLog(
        _ limit: Int, per period: Duration, maxWait: Duration = .seconds(30)
    ) -> RateLimiterPolicy {
        checked { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(validatingSlidingLog: limit, per: period, maxWait: maxWait)
        }
    }

    /// The same policy with another longest wait of a call for its start.
    ///
    /// - Parameter maxWait: From zero, for none, to a year.
    /// - Returns: The changed policy.
    public func maxWait(_ maxWait: Duration) -> RateLimiterPolicy {
        checked { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(
                kind, maxWait: maxWait.saturatedNanoseconds, greatestLearnedLimit: greatestLearnedLimit)
        }
    }

    /// The same policy with another greatest limit that a server's headers can set; without it they only lower the limit.
    ///
    /// - Parameter limit: From the policy's limit to 1,000,000,000, or to 1,000,000 for a sliding log.
    /// - Returns: The changed policy.
    public func learns(upTo limit: Int) -> RateLimiterPolicy {
        checked { () throws(InvalidPolicyError) in
            try RateLimiterPolicy(kind, maxWait: maxWaitNanoseconds, greatestLearnedLimit: limit)
        }
    }
}

// MARK: Values from a flag or a file

extension RateLimiterPolicy {
    /// Creates the policy of ``tokenBucket(_:per:burst:maxWait:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingTokenBucket limit: Int, per period: Duration, burst: Int? = nil, maxWait: Duration = .seconds(30)
    ) throws(InvalidPolicyError) {
        let kind = Kind.tokenBucket(
            limit, per: period.saturatedNanoseconds, burst: burst ?? Self.usualBurst(limit))
        try self.init(kind, maxWait: maxWait.saturatedNanoseconds)
    }

    /// Creates the policy of ``slidingLog(_:per:maxWait:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingSlidingLog limit: Int, per period: Duration, maxWait: Duration = .seconds(30)
    ) throws(InvalidPolicyError) {
        try self.init(.slidingLog(limit, per: period.saturatedNanoseconds), maxWait: maxWait.saturatedNanoseconds)
    }
}

extension RateLimiterPolicy {
    private static let year: Int64 = 365 * 86_400 * 1_000_000_000

    /// Checks the settings; the one place that knows the valid ranges.
    private func validate() throws(InvalidPolicyError) {
        let most: Int
        switch kind {
        case .tokenBucket(let limit, let period, let burst):
            most = 1_000_000_000
            try check("limit", limit, (1...most).contains(limit), "must be from 1 to 1,000,000,000")
            try Self.checkPeriod(period)
            try check("burst", burst, (1...most).contains(burst), "must be from 1 to 1,000,000,000")
            let (time, overflow) = RateLimiterRules.interval(Int64(limit), period)
                .multipliedReportingOverflow(by: Int64(burst))
            try check("burst", burst, !overflow && time <= Self.year, "must be refilled within a year")
        case .slidingLog(let limit, let period):
            most = 1_000_000
            try check("limit", limit, (1...most).contains(limit), "must be from 1 to 1,000,000")
            try Self.checkPeriod(period)
        }
        let isRightWait = (0...Self.year).contains(maxWaitNanoseconds)
        try check("max_wait", maxWait, isRightWait, "must be from zero to a year")
        if let greatestLearnedLimit {
            let isRight = (limit...most).contains(greatestLearnedLimit)
            try check("learns_up_to", greatestLearnedLimit, isRight, "must be from the limit to \(most)")
        }
    }

    private static func checkPeriod(_ period: Int64) throws(InvalidPolicyError) {
        let isRight = (1_000_000...year).contains(period)
        try check("per", Duration.nanoseconds(period), isRight, "must be from a millisecond to a year")
    }
}
