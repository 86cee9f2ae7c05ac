import RetryCore
import RetryTesting
import Testing

/// A jitter, what it is given, and the least and the most that it may make of it.
struct JitterCase: Sendable, CustomTestStringConvertible {
    let jitter: Jitter
    let delay: Duration
    let cap: Duration
    let previous: Duration?
    let range: ClosedRange<Duration>
    let testDescription: String

    init(
        _ jitter: Jitter, _ delay: Duration, cap: Duration = .seconds(60), previous: Duration? = nil,
        _ range: ClosedRange<Duration>
    ) {
        (self.jitter, self.delay, self.cap, self.previous, self.range) = (jitter, delay, cap, previous, range)
        let after = previous.map { " after \($0)" } ?? ""
        testDescription = "\(jitter) of \(delay)\(after), cap \(cap)"
    }

    var schedule: BackoffSchedule { BackoffSchedule(.constant(delay, jitter: jitter, cap: cap)) }

    func draw(_ generator: some RandomNumberGenerator) -> Duration {
        var generator = generator
        return schedule.delay(afterAttempt: 1, previous: previous, using: &generator)
    }
}

extension JitterCase {
    static let usual = [
        JitterCase(.none, .seconds(10), .seconds(10) ... .seconds(10)),
        JitterCase(.full, .seconds(10), .zero ... .seconds(10)),
        JitterCase(.equal, .seconds(10), .seconds(5) ... .seconds(10)),
        JitterCase(.decorrelated, .seconds(10), .seconds(10) ... .seconds(30)),
        JitterCase(.decorrelated, .seconds(10), previous: .seconds(15), .seconds(10) ... .seconds(45)),
        JitterCase(.decorrelated, .seconds(10), previous: .seconds(2), .seconds(10) ... .seconds(30)),
        JitterCase(.proportional(0.5), .seconds(10), .seconds(5) ... .seconds(15)),
        JitterCase(.proportional(0.5), .seconds(10), cap: .seconds(12), .seconds(5) ... .seconds(12)),
        JitterCase(.proportional(0.5), .seconds(10), cap: .seconds(10), .seconds(5) ... .seconds(10)),
        JitterCase(.proportional(1), .seconds(10), .zero ... .seconds(20)),
        JitterCase(.proportional(0), .seconds(10), .seconds(10) ... .seconds(10)),
        JitterCase(.floor(.seconds(4)), .seconds(10), .seconds(4) ... .seconds(10)),
        JitterCase(.floor(.seconds(20)), .seconds(10), .seconds(20) ... .seconds(20)),
        JitterCase(.floor(.zero), .seconds(10), .zero ... .seconds(10)),
        JitterCase(.additive(.milliseconds(50)), .seconds(10), .seconds(10) ... .milliseconds(10_050)),
        JitterCase(.additive(.seconds(5)), .seconds(10), cap: .seconds(11), .seconds(10) ... .seconds(11)),
        JitterCase(.additive(.seconds(5)), .seconds(10), cap: .seconds(10), .seconds(10) ... .seconds(10)),
    ]

    /// Cut to the cap: the draws are uniform below it, and the rest is the cap.
    static let cut = JitterCase(.decorrelated, .seconds(10), previous: .seconds(30), .seconds(10) ... .seconds(60))

    static let extreme = [
        cut,
        JitterCase(.full, .zero, .zero ... .zero),
        JitterCase(.equal, .zero, .zero ... .zero),
        JitterCase(.decorrelated, .zero, .zero ... .zero),
        JitterCase(.proportional(1), .zero, .zero ... .zero),
        JitterCase(.floor(.seconds(1)), .zero, .seconds(1) ... .seconds(1)),
        JitterCase(.additive(.seconds(1)), .zero, .zero ... .seconds(1)),
        JitterCase(.full, .nanoseconds(1), .zero ... .nanoseconds(1)),
        JitterCase(.equal, .nanoseconds(1), .zero ... .nanoseconds(1)),
        JitterCase(.equal, .nanoseconds(7), .nanoseconds(3) ... .nanoseconds(7)),
        JitterCase(.decorrelated, .nanoseconds(1), .nanoseconds(1) ... .nanoseconds(3)),
        JitterCase(.proportional(0.4), .nanoseconds(1), .nanoseconds(1) ... .nanoseconds(1)),
        JitterCase(.full, .longest, cap: .longest, .zero ... .longest),
        JitterCase(.equal, .longest, cap: .longest, .nanoseconds(Int64.max / 2) ... .longest),
        JitterCase(.decorrelated, .longest, cap: .longest, previous: .longest, .longest ... .longest),
        JitterCase(.decorrelated, .zero, cap: .longest, previous: .seconds(Int64.max), .zero ... .longest),
        JitterCase(.proportional(1), .longest, cap: .longest, .zero ... .longest),
        // A nanosecond less, which the nearest Double is above.
        JitterCase(.proportional(1), .nanoseconds(Int64.max - 1), cap: .longest, .zero ... .longest),
        JitterCase(.floor(.longest), .longest, cap: .longest, .longest ... .longest),
        JitterCase(.additive(.longest), .longest, cap: .longest, .longest ... .longest),
        JitterCase(.additive(.seconds(Int64.max)), .zero, cap: .longest, .zero ... .longest),
        // A delay before the attempt that is below the initial one, and even one below zero, takes nothing from it.
        JitterCase(.decorrelated, .seconds(1), previous: .zero, .seconds(1) ... .seconds(3)),
        JitterCase(.decorrelated, .seconds(1), previous: .nanoseconds(-1), .seconds(1) ... .seconds(3)),
        JitterCase(.decorrelated, .seconds(1), previous: .seconds(Int64.min), .seconds(1) ... .seconds(3)),
    ]
}

@Suite("Jitter", .timeLimit(.minutes(20)))
struct JitterTests {
    @Test("draws from its range, and reaches both ends of it", arguments: JitterCase.usual + JitterCase.extreme)
    func ends(_ it: JitterCase) {
        #expect(it.schedule.bounds(afterAttempt: 1, previous: it.previous) == it.range)
        #expect(it.draw(ScriptedGenerator(fractions: [0])) == it.range.lowerBound)
        #expect(it.draw(ScriptedGenerator(fractions: [1])) == it.range.upperBound)
    }

    @Test("draws the middle of its range on average", arguments: JitterCase.usual)
    func mean(_ it: JitterCase) {
        var generator = SeededGenerator(seed: 11)
        let count = 4_000
        var (sum, outside) = (0.0, 0)
        for _ in 0..<count {
            let delay = it.schedule.delay(afterAttempt: 1, previous: it.previous, using: &generator)
            sum += delay.inSeconds
            if !it.range.contains(delay) { outside += 1 }
        }
        let (low, high) = (it.range.lowerBound.inSeconds, it.range.upperBound.inSeconds)
        // Five standard deviations of the mean of so many uniform draws.
        let tolerance = 5 * (high - low) / (12 * Double(count)).squareRoot()
        #expect(abs(sum / Double(count) - (low + high) / 2) <= tolerance + 1e-9)
        #expect(outside == 0)
    }

    @Test func decorrelatedIsDrawnAndThenCut() {
        // U[10, 90] cut to 60: three eighths of the draws are the cap.
        #expect(JitterCase.cut.draw(ScriptedGenerator(fractions: [0.25])) == .seconds(30))
        #expect(JitterCase.cut.draw(ScriptedGenerator(fractions: [0.5])) == .seconds(50))
        #expect(JitterCase.cut.draw(ScriptedGenerator(fractions: [0.625])) == .seconds(60))
        #expect(JitterCase.cut.draw(ScriptedGenerator(fractions: [0.7])) == .seconds(60))
    }

    @Test("of its own kind of failure stays above its own initial delay, whatever another kind waited before")
    func decorrelatedAfterAShorterWait() {
        let policy = RetryPolicy(maxAttempts: 9, backoff: .decorrelated(initial: .seconds(1), cap: .seconds(100)))
            .backoff(.constant(.milliseconds(10)), for: .rateLimit).backoff(.none, for: .concurrency)
        let machine = SteppedMachine(policy)
        let waits: [(ErrorClassification, Duration)] = [
            (.rateLimit, .milliseconds(10)), (.transient, .seconds(3)), (.transient, .seconds(9)),
            (.concurrency, .zero), (.transient, .seconds(3)),
        ]
        for (failure, wait) in waits {
            #expect(machine.fail(failure) == .retry(after: wait))
            #expect(machine.wait())
        }
    }

    @Test("draws each value of a small range equally often, and none outside")
    func uniform() {
        let schedule = BackoffSchedule(.constant(.nanoseconds(3), jitter: .full))
        var generator = SeededGenerator(seed: 12)
        var counts: [Duration: Int] = [:]
        for _ in 0..<40_000 { counts[schedule.delay(afterAttempt: 1, using: &generator), default: 0] += 1 }
        #expect(Set(counts.keys) == Set((0...3).map { .nanoseconds($0) }))
        #expect(counts.values.allSatisfy { abs($0 - 10_000) < 500 })
    }

    @Test("takes one random number a draw, and none where there is nothing to draw", arguments: JitterCase.usual)
    func numbersTaken(_ it: JitterCase) {
        struct Counting: RandomNumberGenerator {
            var count = 0
            mutating func next() -> UInt64 {
                count += 1
                return 1 << 63
            }
        }
        var generator = Counting()
        _ = it.schedule.delay(afterAttempt: 1, previous: it.previous, using: &generator)
        #expect(generator.count == (it.range.lowerBound == it.range.upperBound ? 0 : 1))
    }

    @Test("leaves the amounts out that its kind does not use")
    func unusedAmounts() throws {
        #expect(try Jitter(validating: "full", fraction: 0.5, amount: .seconds(1)) == .full)
        #expect(try Jitter(validating: "proportional", fraction: 0.5, amount: .seconds(1)) == .proportional(0.5))
        #expect(try Jitter(validating: "floor", fraction: 0.5, amount: .seconds(1)) == .floor(.seconds(1)))
        #expect(try Jitter(validating: "additive", fraction: 0.5, amount: .seconds(1)) == .additive(.seconds(1)))
        #expect(try Set(["none", "full", "equal", "decorrelated"].map { try Jitter(validating: $0) }).count == 4)
    }
}
