/// The one source of time: monotonic, never the calendar's.
///
/// Every measurement and every wait uses a `RetryClock`. The system's is the default; a test passes its own:
///
/// ```swift
/// let clock = ManualClock()
/// try await retry(.api.clock(RetryClock(clock))) { try await client.user(id) }
/// ```
///
/// The system's clock stands still while the machine sleeps: a deadline of ten seconds does not expire during sleep.
public struct RetryClock: Sendable {
    @usableFromInline
    package final class Source: Sendable {
        let now: @Sendable () -> Int64
        let clock: any Clock<Duration>
        let timer: RetryTimer?

        init(now: @escaping @Sendable () -> Int64, clock: any Clock<Duration>, timer: RetryTimer?) {
            self.now = now
            self.clock = clock
            self.timer = timer
        }
    }

    @usableFromInline package let source: Source?

    /// The system's monotonic clock.
    public static var system: RetryClock { RetryClock(source: nil) }

    /// Creates the time source of a clock.
    ///
    /// - Parameter clock: The clock. Its instants must not run backwards; its sleep must end early when the task is
    ///   cancelled.
    public init<C: Clock>(_ clock: C) where C.Duration == Duration {
        self.init(clock, timer: nil)
    }

    /// Creates the time source of a clock with a timer of its own, which fires by the same time.
    package init<C: Clock>(_ clock: C, timer: RetryTimer?) where C.Duration == Duration {
        let start = clock.now
        self.init(
            source: Source(
                now: { start.duration(to: clock.now).saturatedNanoseconds }, clock: clock, timer: timer))
    }

    init(source: Source?) {
        self.source = source
    }

    /// The time since a fixed moment of the clock's own.
    public var now: Duration { .nanoseconds(nanoseconds) }

    /// The time since a fixed moment of the clock's own, in nanoseconds.
    package var nanoseconds: Int64 {
        source?.now() ?? SystemTime.precise
    }

    /// A time at most a few milliseconds before ``nanoseconds``, read in a fraction of the time where the system can.
    package var coarseNanoseconds: Int64 {
        source?.now() ?? SystemTime.coarse
    }

    /// The timer that fires by this clock; `nil` for a clock that can only sleep.
    package var timer: RetryTimer? {
        guard let source else { return .shared }
        return source.timer
    }

    /// The clock passed to the initializer, to sleep by; `nil` for the system's.
    package var given: (any Clock<Duration>)? { source?.clock }
}
