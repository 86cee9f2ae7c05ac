import Foundation
import RetryTesting

/// The number of orders that the explorations of this module run, and their driver.
enum Schedules {
    /// Of all explorations together; the environment variable `RETRY_SCHEDULES` sets another number.
    static let total = ProcessInfo.processInfo.environment["RETRY_SCHEDULES"].flatMap(UInt64.init) ?? 5_000

    /// The time limit of an exploration: that of other tests, and a minute more for each 100,000.
    static let minutes = Int(clamping: total / 100_000) + 20

    /// Runs a scenario under its share of the schedules, and counts what came of it.
    ///
    /// The seed is the scenario's too: it decides what happens, and not only in which order.
    ///
    /// - Throws: `ScheduleFailure` that names the seed of the first run in which something was wrong.
    static func explore(
        percent: UInt64, _ scenario: @escaping @Sendable (SeededGenerator, ManualClock) async throws -> String
    ) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for seed in 0..<total * percent / 100 {
            // Not the generator of the schedule itself: the two must not draw the same numbers.
            let generator = SeededGenerator(seed: ~seed)
            let ends = try DeterministicExecutor.explore(seeds: seed..<(seed + 1), jobLimit: 10_000) { clock in
                try await scenario(generator, clock)
            }
            for end in ends { counts[end, default: 0] += 1 }
        }
        return counts
    }
}

extension SeededGenerator {
    /// One of some values, each as likely as the others.
    mutating func pick<Value>(_ values: Value...) -> Value {
        pick(from: values)
    }

    /// One of the values of an array, each as likely as the others.
    mutating func pick<Value>(from values: [Value]) -> Value {
        values[Int(next().multipliedFullWidth(by: UInt64(values.count)).high)]
    }
}
