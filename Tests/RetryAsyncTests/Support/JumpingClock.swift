import RetryCore
import RetryTesting

/// A clock whose time jumps at each reading, and whose sleep ends after a few turns of other tasks.
final class JumpingClock: Clock, Sendable {
    typealias Instant = ManualClock.Instant

    private let generator: Locked<SeededGenerator>

    init(seed: UInt64) {
        generator = Locked(SeededGenerator(seed: seed))
    }

    var now: Instant {
        let nanoseconds: Int64 = generator.withLock { generator in
            let far = generator.pick(0, 1, -1, Int64.max / 4, Int64.min / 4)
            return generator.pick(far, Int64(generator.pick(0, 5, 10, 50)) * 1_000_000)
        }
        return Instant(.nanoseconds(nanoseconds))
    }

    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        for _ in 0..<generator.withLock({ $0.pick(0, 1, 4) }) { await Task.yield() }
        try Task.checkCancellation()
    }
}
