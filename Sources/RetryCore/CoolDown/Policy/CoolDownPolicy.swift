/// The policy of a ``CoolDownGate``: for how long all callers hold back when one is throttled, and how they come back.
///
/// ```swift
/// let learned = CoolDownPolicy()                                   // holds, then paces as fast as the service bears
/// let known = CoolDownPolicy().paced(10, per: .seconds(1))         // 10 calls a second after a hold
/// ```
///
/// The initializer and the modifiers trap on invalid settings; the throwing initializer and decoding throw instead.
public struct CoolDownPolicy: Sendable, Hashable {
    private(set) var firstNanoseconds: Int64
    private(set) var longestNanoseconds: Int64
    private(set) var longestHintNanoseconds: Int64
    private(set) var maxWaitNanoseconds: Int64
    /// The calls and the period in nanoseconds of a pace that is known.
    private(set) var knownPace: Pace?

    struct Pace: Sendable, Hashable {
        var calls: Int
        var period: Int64
    }

    /// The first hold where the service names no time: 1 second unless given.
    public var first: Duration { .nanoseconds(firstNanoseconds) }
    /// The longest hold where the service names no time: 60 seconds unless given.
    public var longest: Duration { .nanoseconds(longestNanoseconds) }
    /// The longest time that the service can name: an hour unless given.
    public var longestHint: Duration { .nanoseconds(longestHintNanoseconds) }
    /// The longest wait of a call: one that would wait for longer is rejected at once; 60 seconds unless given.
    public var maxWait: Duration { .nanoseconds(maxWaitNanoseconds) }

    static let usualMaxWait: Int64 = 60_000_000_000

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - first: The first hold where the service names no time; from a millisecond to a day. It doubles each time that
    ///     the service throttles again, and starts again after a success.
    ///   - longest: The longest hold where the service names no time; from `first` to a day.
    ///   - longestHint: The longest time that the service can name; from a millisecond to a day.
    ///   - maxWait: The longest wait of a call; from zero, for none, to a year.
    public init(
        first: Duration = .seconds(1), longest: Duration = .seconds(60), longestHint: Duration = .seconds(3_600),
        maxWait: Duration = .seconds(60)
    ) {
        self = checked { () throws(InvalidPolicyError) in
            try CoolDownPolicy(validatingFirst: first, longest: longest, longestHint: longestHint, maxWait: maxWait)
        }
    }

    /// Creates a policy from values known only at run time.
    ///
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingFirst first: Duration, longest: Duration = .seconds(60), longestHint: Duration = .seconds(3_600),
        maxWait: Duration = .seconds(60)
    ) throws(InvalidPolicyError) {
        try self.init(
            first: first.saturatedNanoseconds, longest: longest.saturatedNanoseconds,
            longestHint: longestHint.saturatedNanoseconds, maxWait: maxWait.saturatedNanoseconds, pace: nil)
    }

    init(
        first: Int64, longest: Int64, longestHint: Int64, maxWait: Int64, pace: Pace?
    ) throws(InvalidPolicyError) {
        (firstNanoseconds, longestNanoseconds, longestHintNanoseconds) = (first, longest, longestHint)
        (maxWaitNanoseconds, knownPace) = (maxWait, pace)
        try validate()
    }

    /// The same policy with a pace that is known: after a hold, so many calls start in a period, evenly.
    ///
    /// Without it the pace is learned from the calls.
    ///
    /// - Parameters:
    ///   - calls: From 1 to 1,000,000,000.
    ///   - period: From a millisecond to a day.
    /// - Returns: The changed policy.
    public func paced(_ calls: Int, per period: Duration) -> CoolDownPolicy {
        checked { () throws(InvalidPolicyError) in
            var policy = self
            policy.knownPace = Pace(calls: calls, period: period.saturatedNanoseconds)
            try policy.validate()
            return policy
        }
    }

    /// The law by which holds are chosen.
    var law: CoolDownLaw {
        CoolDownLaw(first: firstNanoseconds, longest: longestNanoseconds, longestHint: longestHintNanoseconds)
    }

    /// The time between two calls, if the pace is known; rounded up, so that it is never faster.
    var fixedInterval: Int64? { knownPace.map { ($0.period - 1) / Int64($0.calls) + 1 } }

    /// Checks the settings; the one place that knows the valid ranges.
    private func validate() throws(InvalidPolicyError) {
        let (millisecond, day): (Int64, Int64) = (1_000_000, 86_400_000_000_000)
        let range = millisecond...day
        try check("first", first, range.contains(firstNanoseconds), "must be from a millisecond to a day")
        try check(
            "longest", longest, range.contains(longestNanoseconds) && longestNanoseconds >= firstNanoseconds,
            "must be from first to a day")
        try check(
            "longest_hint", longestHint, range.contains(longestHintNanoseconds), "must be from a millisecond to a day")
        try check("max_wait", maxWait, (0...365 * day).contains(maxWaitNanoseconds), "must be from zero to a year")
        guard let knownPace else { return }
        try check(
            "calls", knownPace.calls, (1...1_000_000_000).contains(knownPace.calls), "must be from 1 to 1,000,000,000")
        try check(
            "per", Duration.nanoseconds(knownPace.period), range.contains(knownPace.period),
            "must be from a millisecond to a day")
    }
}
