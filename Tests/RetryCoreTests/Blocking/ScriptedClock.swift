import RetryCore
import RetryTesting

/// A clock that shows one time after another as it was told to, and counts how often it was read.
///
/// It may run backwards, jump or stand still. It cannot be slept on.
final class ScriptedClock: Clock, Sendable {
    typealias Duration = Swift.Duration
    typealias Instant = ManualClock.Instant

    private let times: [Duration]
    private let count = Locked(0)

    /// Creates a clock that shows these times, and the last one for ever.
    init(_ times: [Duration] = [.zero]) {
        self.times = times
    }

    /// The number of readings.
    var readings: Int { count.withLock { $0 } }

    var now: Instant {
        let reading = count.withLock { count in
            defer { count += 1 }
            return count
        }
        return Instant(reading < times.count ? times[reading] : times.last ?? .zero)
    }

    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
}
