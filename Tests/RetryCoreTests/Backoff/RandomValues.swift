import RetryCore
import RetryTesting

/// Settings from a seed: usual ones, the ends of their ranges, and everything between.
struct RandomValues {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// A number from 0 up to `count`, which is excluded.
    mutating func number(below count: Int) -> Int {
        Int(truncatingIfNeeded: generator.next() % UInt64(count))
    }

    mutating func fraction() -> Double {
        Double(generator.next() >> 11) * 0x1p-53
    }

    /// One of `values`.
    mutating func one<Value>(of values: [Value]) -> Value {
        values[number(below: values.count)]
    }

    /// A duration that a setting may have: zero, one nanosecond, any order of magnitude, the longest.
    mutating func duration() -> Duration {
        switch number(below: 10) {
        case 0: .zero
        case 1: .nanoseconds(1)
        case 2: .seconds(Int64.max)
        case 3: .longest
        default: .nanoseconds(Int64(generator.next() >> UInt64(1 + number(below: 63))))
        }
    }

    /// Any duration at all, below zero too.
    mutating func anyDuration() -> Duration {
        switch number(below: 6) {
        case 0: .seconds(Int64.min)
        case 1: .zero - duration()
        default: duration()
        }
    }

    /// A number of an attempt, most of them sensible.
    mutating func attempt() -> Int {
        switch number(below: 4) {
        case 0: one(of: [.min, -1, 0, 1, 2, 62, 63, 64, 65, 91, 92, 93, 1_000, .max - 1, .max])
        case 1: Int(truncatingIfNeeded: generator.next())
        default: 1 + number(below: 100)
        }
    }

    mutating func factor() -> Double {
        switch number(below: 4) {
        case 0: one(of: [1, 1.0.nextUp, 1.5, 3, 10, 1e9, 1e308, .greatestFiniteMagnitude])
        case 1: 1 + 3 * fraction()
        default: 2
        }
    }
}

extension RandomValues {
    /// A jitter that a backoff with this cap may have.
    mutating func jitter(cap: Duration) -> Jitter {
        switch number(below: 7) {
        case 0: .none
        case 1: .full
        case 2: .equal
        case 3: .decorrelated
        case 4: .proportional(one(of: [0, 0.2, 0.5, 1, fraction()]))
        case 5: .floor(min(cap, duration()))
        default: .additive(duration())
        }
    }

    /// A backoff of a family that can be written down.
    mutating func backoff() -> Backoff {
        let (one, other) = (duration(), duration())
        let (initial, cap) = (min(one, other), max(one, other))
        let jitter = jitter(cap: cap)
        switch number(below: 5) {
        case 0: return .constant(initial, jitter: jitter, cap: cap)
        case 1: return .linear(initial: initial, increment: duration(), cap: cap, jitter: jitter)
        case 2: return .exponential(initial: initial, factor: factor(), cap: cap, jitter: jitter)
        case 3: return .fibonacci(initial: initial, cap: cap, jitter: jitter)
        default:
            let delays = (0...number(below: 4)).map { _ in duration() }
            return .list(delays, jitter: jitter == .decorrelated ? .full : jitter, cap: cap)
        }
    }

    /// A custom backoff that answers with any duration.
    mutating func hostileBackoff() -> Backoff {
        let cap = duration()
        let jitter = jitter(cap: cap)
        let answers = (0..<3).map { _ in anyDuration() }
        return .custom("hostile", cap: cap, jitter: jitter == .decorrelated ? .equal : jitter) { failure in
            answers[Int(failure.random * 3)]
        }
    }
}
