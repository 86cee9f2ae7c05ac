/// The delays of a backoff, to inspect, to plot, or to use in a custom loop.
///
/// ```swift
/// let schedule = BackoffSchedule(.exponential(initial: .seconds(1), cap: .seconds(60), jitter: .none))
/// schedule.delays(5)  // 1, 2, 4, 8 and 16 seconds
/// ```
public struct BackoffSchedule: Sendable {
    /// The backoff that computes the delays.
    public let backoff: Backoff
    /// The class of failure that a custom backoff receives.
    public let errorClass: ErrorClass

    /// Creates the schedule of a backoff.
    public init(_ backoff: Backoff, errorClass: ErrorClass = .unknown) {
        self.backoff = backoff
        self.errorClass = errorClass
    }

    /// Returns the delay after attempt `attempt`, which is the one before the retry of that number.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1, any size; zero and less give no delay.
    ///   - previous: The delay before that attempt; decorrelated jitter needs it.
    ///   - generator: The random source for jitter.
    /// - Returns: From zero to the backoff's cap.
    public func delay(
        afterAttempt attempt: Int, previous: Duration? = nil, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        guard attempt >= 1 else { return .zero }
        return .nanoseconds(
            backoff.delay(
                beforeRetry: attempt, errorClass: errorClass, previous: previous?.saturatedNanoseconds,
                using: &generator))
    }

    /// Returns the delay after attempt `attempt` with jitter from the system's generator.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1, any size; zero and less give no delay.
    ///   - previous: The delay before that attempt; decorrelated jitter needs it.
    /// - Returns: From zero to the backoff's cap.
    public func delay(afterAttempt attempt: Int, previous: Duration? = nil) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return delay(afterAttempt: attempt, previous: previous, using: &generator)
    }

    /// Returns the first `count` delays, each drawn as in one call.
    ///
    /// - Parameters:
    ///   - count: The number of delays; zero and less give none.
    ///   - random: The random source for jitter.
    /// - Returns: The delays in order.
    /// - Complexity: O(`count`).
    public func delays(_ count: Int, random: RetryRandomSource = .system) -> [Duration] {
        var random = random
        var previous: Duration?
        return (0..<max(0, count)).map { index in
            let delay = delay(afterAttempt: index + 1, previous: previous, using: &random)
            previous = delay
            return delay
        }
    }

    /// Returns the minimum and the maximum of the delay after attempt `attempt`.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1, any size.
    ///   - previous: The delay before that attempt; decorrelated jitter needs it.
    /// - Returns: A range within zero and the backoff's cap.
    public func bounds(afterAttempt attempt: Int, previous: Duration? = nil) -> ClosedRange<Duration> {
        guard attempt >= 1 else { return .zero ... .zero }
        guard backoff.family != .custom else { return .zero...backoff.cap }
        let bounds = backoff.bounds(
            of: backoff.delayWithoutJitter(beforeRetry: attempt), previous: previous?.saturatedNanoseconds)
        return .nanoseconds(bounds.lowerBound) ... .nanoseconds(bounds.upperBound)
    }

    /// Returns the maximum sum of the first `count` delays; saturates.
    ///
    /// - Complexity: O(1): beyond the first 1,000 delays, each counts as the cap.
    public func longestTotal(_ count: Int) -> Duration {
        var total: Int64 = 0
        var previous: Duration?
        for attempt in 0..<max(0, min(count, 1_000)) {
            let longest = bounds(afterAttempt: attempt + 1, previous: previous).upperBound
            total = total.saturatingAdd(longest.saturatedNanoseconds)
            previous = longest
        }
        let rest = Int64(clamping: max(0, count) - min(max(0, count), 1_000))
        return .nanoseconds(total.saturatingAdd(backoff.capNanoseconds.saturatingMultiply(rest)))
    }
}
