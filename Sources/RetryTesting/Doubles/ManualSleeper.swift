public import RetryCore

/// A sleeper for blocking calls that does not wait: it records the duration, and moves a manual clock by it.
///
/// ```swift
/// let sleeper = ManualSleeper()
/// try retryBlocking(.fast.sleeper(sleeper.sleeper).clock(sleeper.retryClock)) { try read() }
/// #expect(sleeper.sleeps.count == 2)
/// ```
public final class ManualSleeper: Sendable {
    /// The clock that the sleeps move.
    public let clock: ManualClock

    private let recorded = Locked<[Duration]>([])
    private let duringSleep: @Sendable (Int) -> Void

    /// Creates a sleeper.
    ///
    /// - Parameters:
    ///   - clock: The clock that the sleeps move.
    ///   - duringSleep: Runs in each sleep with its number, from 1: the place to cancel a token in a test.
    public init(clock: ManualClock = ManualClock(), duringSleep: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.clock = clock
        self.duringSleep = duringSleep
    }

    /// The sleeper for a blocking call.
    public var sleeper: RetrySleeper {
        RetrySleeper { duration, token in
            let number = self.recorded.withLock { sleeps in
                sleeps.append(duration)
                return sleeps.count
            }
            self.duringSleep(number)
            if token?.isCancelled != true { self.clock.advance(by: duration) }
        }
    }

    /// The clock for a blocking call.
    public var retryClock: RetryClock { RetryClock(clock) }

    /// The durations of the sleeps in order; one that was cut short by a cancellation counts in full.
    public var sleeps: [Duration] { recorded.withLock { $0 } }
}
