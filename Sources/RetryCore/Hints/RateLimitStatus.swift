/// The state of a rate limit as a service reports it, such as in the headers of a response.
///
/// ```swift
/// limiter.learn(RateLimitStatus(limit: 100, remaining: 0, reset: .seconds(30)))
/// for status in RateLimitHeaders.statuses(of: .requests, headers: { response.headers[$0] }) { limiter.learn(status) }
/// ```
public struct RateLimitStatus: Sendable, Hashable {
    /// The limit, per period; `nil` if the service does not say.
    public var limit: Int?
    /// The remainder of the limit.
    public var remaining: Int?
    /// The time until the limit is whole again.
    public var reset: Duration?
    /// The period of the limit.
    public var period: Duration?

    /// Creates a status.
    ///
    /// - Parameters:
    ///   - limit: The limit, per period.
    ///   - remaining: The remainder of the limit.
    ///   - reset: The time until the limit is whole again.
    ///   - period: The period of the limit.
    public init(limit: Int? = nil, remaining: Int? = nil, reset: Duration? = nil, period: Duration? = nil) {
        (self.limit, self.remaining, self.reset, self.period) = (limit, remaining, reset, period)
    }
}
