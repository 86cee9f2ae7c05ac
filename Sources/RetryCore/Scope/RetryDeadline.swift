/// A time on a clock by which work is to be done.
///
/// A deadline reaches the calls within as a value of their task:
///
/// ```swift
/// try await withDeadline(in: .seconds(2)) {
///     // Neither the retries of this call nor its waits go on past the two seconds.
///     try await retry(.api) { try await client.user(id) }
/// }
/// ```
///
/// The deadline of a call reaches the calls within it from its second attempt on: the first attempt costs nothing.
public struct RetryDeadline: Sendable {
    /// The clock that measures the time.
    public let clock: RetryClock
    /// The time on the clock, in nanoseconds.
    package let nanoseconds: Int64

    /// Creates a deadline a duration from now; one that has passed if the duration is zero or negative.
    ///
    /// - Parameters:
    ///   - duration: The time until the deadline.
    ///   - clock: The clock that measures it.
    public init(in duration: Duration, clock: RetryClock = .system) {
        self.init(nanoseconds: clock.nanoseconds.saturatingAdd(duration.saturatedNanoseconds), clock: clock)
    }

    package init(nanoseconds: Int64, clock: RetryClock) {
        self.nanoseconds = nanoseconds
        self.clock = clock
    }

    /// The time that is left; zero once the deadline has passed.
    public var remaining: Duration { .nanoseconds(left) }

    var left: Int64 { max(0, nanoseconds.saturatingAdd(-clock.nanoseconds)) }

    /// The deadline of the current task that comes first; `nil` if there is none.
    ///
    /// - Complexity: O(n), where n is the number of calls and deadlines around the current code.
    public static var current: RetryDeadline? {
        CallScope.around.lazy.compactMap(\.deadline).min { $0.left < $1.left }
    }

    /// Returns the deadline of the current task that comes first on a clock; `nil` if there is none on that clock.
    ///
    /// - Complexity: O(n), where n is the number of calls and deadlines around the current code.
    public static func current(on clock: RetryClock) -> RetryDeadline? {
        CallScope.around.lazy.compactMap(\.deadline).filter { $0.clock.source === clock.source }
            .min { $0.nanoseconds < $1.nanoseconds }
    }

    /// Runs synchronous code with this deadline, for the blocking calls in it; nothing interrupts the code itself.
    ///
    /// - Parameter body: The code.
    /// - Returns: The closure's value.
    /// - Throws: The closure's error.
    public func bound<Value: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try CallScope(self).run(body)
    }
}
