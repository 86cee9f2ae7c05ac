/// The law by which a ``Bulkhead`` finds how many calls a service bears at the same time.
///
/// | law | lowers the limit when | raises it when | choose it |
/// |---|---|---|---|
/// | ``gradient(start:within:)`` | calls queue up in the service: latency grows with the calls in flight | they do not, and calls are held back | for most services |
/// | ``aimd(start:within:timeout:)`` | the service refuses a call, or one takes too long | calls succeed while half of the limit is in use | for services that reject what they cannot bear |
public struct AdaptiveLimit: Sendable, Hashable {
    enum Law: Sendable, Hashable {
        case gradient
        /// The latency in nanoseconds above which a call counts as refused.
        case aimd(timeout: Int64)
    }

    let law: Law
    /// The limit of a new bulkhead.
    public let start: Int
    /// The least limit.
    public let min: Int
    /// The greatest limit.
    public let max: Int

    /// The latency above which a call counts as refused; `nil` for the gradient law.
    public var timeout: Duration? { if case .aimd(let timeout) = law { .nanoseconds(timeout) } else { nil } }

    static let usualRange = 1...200
    static let usualTimeout: Int64 = 5_000_000_000

    /// The limit of a new bulkhead unless given: 20, or the nearest number within the range.
    static func usualStart(_ range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(20, range.lowerBound), range.upperBound)
    }

    init(_ law: Law, start: Int, min: Int, max: Int) throws(InvalidPolicyError) {
        (self.law, self.start, self.min, self.max) = (law, start, min, max)
        try _ = BulkheadPolicy.checkPermits("min", min)
        try _ = BulkheadPolicy.checkPermits("max", max)
        try check("max", max, max >= min, "must be at least min, which is \(min)")
        try check("start", start, (min...max).contains(start), "must be from min to max, from \(min) to \(max)")
        guard case .aimd(let timeout) = law else { return }
        let day: Int64 = 86_400_000_000_000
        try check(
            "timeout", Duration.nanoseconds(timeout), (1_000_000...day).contains(timeout),
            "must be from a millisecond to a day")
    }

    /// The limit by the gradient of the latency: it finds where calls begin to queue up in the service.
    ///
    /// It compares the 90th percentile of the latencies of a window, of a second or more and of 50 calls or more, with that
    /// of a service without load.
    ///
    /// - Parameters:
    ///   - start: The limit of a new bulkhead; 20, or the nearest number within the range, if `nil`.
    ///   - range: The least and the greatest limit; from 1 to 1,000,000.
    /// - Returns: The law.
    public static func gradient(start: Int? = nil, within range: ClosedRange<Int> = 1...200) -> AdaptiveLimit {
        checked { () throws(InvalidPolicyError) in try AdaptiveLimit(validatingGradient: start, within: range) }
    }

    /// Additive increase, multiplicative decrease: the limit grows by 1 in the time that as many calls take, and is cut to
    /// 90 % when the service refuses a call.
    ///
    /// Calls that were under way when it was cut do not cut it again.
    ///
    /// - Parameters:
    ///   - start: The limit of a new bulkhead; 20, or the nearest number within the range, if `nil`.
    ///   - range: The least and the greatest limit; from 1 to 1,000,000.
    ///   - timeout: The latency above which a call counts as refused; from a millisecond to a day.
    /// - Returns: The law.
    public static func aimd(
        start: Int? = nil, within range: ClosedRange<Int> = 1...200, timeout: Duration = .seconds(5)
    ) -> AdaptiveLimit {
        checked { () throws(InvalidPolicyError) in
            try AdaptiveLimit(validatingAIMD: start, within: range, timeout: timeout)
        }
    }

    /// Creates the law of ``gradient(start:within:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(validatingGradient start: Int? = nil, within range: ClosedRange<Int>) throws(InvalidPolicyError) {
        try self.init(
            .gradient, start: start ?? Self.usualStart(range), min: range.lowerBound, max: range.upperBound)
    }

    /// Creates the law of ``aimd(start:within:timeout:)`` from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingAIMD start: Int? = nil, within range: ClosedRange<Int>, timeout: Duration = .seconds(5)
    ) throws(InvalidPolicyError) {
        try self.init(
            .aimd(timeout: timeout.saturatedNanoseconds), start: start ?? Self.usualStart(range),
            min: range.lowerBound, max: range.upperBound)
    }
}
