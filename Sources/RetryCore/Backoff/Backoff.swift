/// The delay before each retry: a curve, a cap and a jitter.
///
/// A backoff is a curve, such as exponential backoff, a cap and a ``Jitter``: the delay before retry *k* is
/// *d*ₖ = min(cap, curve(*k*)), spread by the jitter within the cap. Every number saturates; no setting and no
/// attempt number can overflow it.
///
/// ```swift
/// let backoff = Backoff.exponential(initial: .milliseconds(200), cap: .seconds(10))  // 0.2 0.4 0.8 … 10 s
/// ```
///
/// Durations are kept in whole nanoseconds; the longest is about 292 years. Two backoffs are equal if they have the same
/// settings; a custom one is identified by its name.
public struct Backoff: Sendable, Hashable {
    @usableFromInline
    enum Family: String, CaseIterable, Sendable {
        case constant, linear, exponential, fibonacci, list, custom
    }

    @usableFromInline let family: Family
    /// The jitter of each delay.
    public let jitter: Jitter
    @usableFromInline let initialNanoseconds: Int64
    /// The growth from one delay to the next, for a linear backoff.
    @usableFromInline let incrementNanoseconds: Int64
    @usableFromInline let capNanoseconds: Int64
    /// The factor from one delay to the next, for an exponential backoff; 1 for all others.
    public let factor: Double
    /// The part that numbers cannot hold: a list of delays, or the caller's closure.
    @usableFromInline let extra: Extra?

    @usableFromInline
    final class Extra: Sendable, Hashable {
        let name: String
        let list: [Int64]
        let delay: (@Sendable (BackoffContext) -> Duration)?

        init(name: String, list: [Int64], delay: (@Sendable (BackoffContext) -> Duration)?) {
            self.name = name
            self.list = list
            self.delay = delay
        }

        @usableFromInline
        static func == (one: Extra, other: Extra) -> Bool { one.name == other.name && one.list == other.list }

        @usableFromInline
        func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(list)
        }
    }

    @inlinable
    init(
        unchecked family: Family, initial: Int64, increment: Int64 = 0, factor: Double = 1, cap: Int64,
        jitter: Jitter, extra: Extra? = nil
    ) {
        self.family = family
        self.jitter = jitter
        self.initialNanoseconds = initial
        self.incrementNanoseconds = increment
        self.capNanoseconds = cap
        self.factor = factor
        self.extra = extra
    }

    /// The first delay before jitter; zero for a custom backoff, whose delays are computed at each failure.
    public var initial: Duration {
        .nanoseconds(family == .list ? delayWithoutJitter(beforeRetry: 1) : initialNanoseconds)
    }

    /// The maximum delay, jitter included.
    public var cap: Duration { .nanoseconds(capNanoseconds) }
}
