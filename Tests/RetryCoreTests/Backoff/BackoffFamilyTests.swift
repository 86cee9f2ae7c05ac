import RetryCore
import RetryTesting
import Testing

@Suite("Backoff families", .timeLimit(.minutes(20)))
struct BackoffFamilyTests {
    /// The delays of some attempts without jitter, in nanoseconds.
    private func delays(_ backoff: Backoff, _ attempts: [Int]) -> [Int64] {
        let schedule = BackoffSchedule(backoff)
        return attempts.map { attempt in
            var generator = SeededGenerator(seed: 0)
            return schedule.delay(afterAttempt: attempt, using: &generator).saturatedNanoseconds
        }
    }

    private func milliseconds(_ backoff: Backoff, _ attempts: ClosedRange<Int> = 1...8) -> [Int64] {
        delays(backoff, Array(attempts)).map { $0 / 1_000_000 }
    }

    @Test func curves() {
        #expect(milliseconds(.constant(.seconds(2))) == Array(repeating: 2_000, count: 8))
        #expect(
            milliseconds(.linear(initial: .seconds(1), jitter: .none))
                == [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000])
        #expect(
            milliseconds(.linear(initial: .seconds(1), increment: .seconds(3), cap: .seconds(12), jitter: .none))
                == [1_000, 4_000, 7_000, 10_000, 12_000, 12_000, 12_000, 12_000])
        #expect(
            milliseconds(.exponential(initial: .milliseconds(200), cap: .seconds(10), jitter: .none))
                == [200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
        #expect(
            milliseconds(.exponential(initial: .milliseconds(8), factor: 1.5, jitter: .none), 1...5)
                == [8, 12, 18, 27, 40])
        #expect(
            milliseconds(.fibonacci(initial: .milliseconds(100), cap: .seconds(2), jitter: .none))
                == [100, 100, 200, 300, 500, 800, 1_300, 2_000])
        #expect(
            milliseconds(.list([.seconds(3), .seconds(1), .seconds(2)]), 1...6)
                == [3_000, 1_000, 2_000, 2_000, 2_000, 2_000])
        #expect(milliseconds(.list([.seconds(3), .seconds(1)], cap: .seconds(2)), 1...3) == [2_000, 1_000, 1_000])
        #expect(milliseconds(.none) == Array(repeating: 0, count: 8))
    }

    @Test func defaults() {
        #expect(
            Backoff.exponential()
                == .exponential(initial: .milliseconds(100), factor: 2, cap: .seconds(20), jitter: .full))
        #expect(
            Backoff.linear(initial: .seconds(1))
                == .linear(initial: .seconds(1), increment: .seconds(1), cap: .seconds(20), jitter: .full))
        #expect(
            Backoff.fibonacci(initial: .seconds(1))
                == .fibonacci(initial: .seconds(1), cap: .seconds(20), jitter: .full))
        #expect(
            Backoff.token()
                == .exponential(initial: .milliseconds(375), factor: 1.5, cap: .seconds(20), jitter: .equal))
        #expect(Backoff.decorrelated() == .decorrelated(initial: .milliseconds(250), cap: .seconds(30)))
        #expect(Backoff.decorrelated().jitter == .decorrelated)
        #expect(Backoff.constant(.seconds(2)) == .constant(.seconds(2), jitter: .none, cap: .seconds(2)))
        #expect(Backoff.none == .constant(.zero))
        let list = Backoff.list([.seconds(1), .seconds(9), .seconds(2)])
        #expect(list == .list([.seconds(1), .seconds(9), .seconds(2)], jitter: .none, cap: .seconds(9)))
    }

    @Test("have no delay before the first attempt", arguments: [0, -1, Int.min])
    func beforeTheFirst(attempt: Int) {
        var values = RandomValues(seed: 1)
        for _ in 0..<200 {
            let schedule = BackoffSchedule(values.backoff())
            #expect(schedule.delay(afterAttempt: attempt) == .zero)
            #expect(schedule.bounds(afterAttempt: attempt) == .zero ... .zero)
        }
        let custom = Backoff.custom("second") { _ in .seconds(1) }
        #expect(BackoffSchedule(custom).delay(afterAttempt: attempt) == .zero)
        #expect(BackoffSchedule(custom).bounds(afterAttempt: attempt) == .zero ... .zero)
    }

    @Test func exponentialSaturates() {
        let long = Backoff.exponential(initial: .nanoseconds(1), cap: .longest, jitter: .none)
        #expect(
            delays(long, [1, 2, 62, 63, 64, 92, 93, .max])
                == [1, 2, 1 << 61, 1 << 62, .max, .max, .max, .max])
        let third = Backoff.exponential(initial: .nanoseconds(3), cap: .longest, jitter: .none)
        #expect(delays(third, [62, 63, 64]) == [3 << 61, .max, .max])
        #expect(delays(long.cap(.nanoseconds(100)), [7, 8, .max]) == [64, 100, 100])
        let flat = Backoff.exponential(initial: .seconds(1), factor: 1, cap: .seconds(2), jitter: .none)
        #expect(delays(flat, [1, 63, 64, .max]) == Array(repeating: 1_000_000_000, count: 4))
        let steep = Backoff.exponential(initial: .nanoseconds(1), factor: 1e308, cap: .longest, jitter: .none)
        #expect(delays(steep, [1, 2, 3, .max]) == [1, .max, .max, .max])
        let none = Backoff.exponential(initial: .zero, factor: 1e308, cap: .longest, jitter: .none)
        #expect(delays(none, [1, 2, 3, .max]) == [0, 0, 0, 0])
        let longest = Backoff.exponential(initial: .seconds(Int64.max), cap: .seconds(Int64.max), jitter: .none)
        #expect(delays(longest, [1, 2, .max]) == [.max, .max, .max])
    }

    @Test func linearSaturates() {
        let long = Backoff.linear(
            initial: .nanoseconds(1), increment: .nanoseconds(2), cap: .longest, jitter: .none)
        #expect(delays(long, [1, 63, 64, 1 << 61, (1 << 62), .max]) == [1, 125, 127, 1 << 62 - 1, .max, .max])
        let steep = Backoff.linear(initial: .zero, increment: .longest, cap: .longest, jitter: .none)
        #expect(delays(steep, [1, 2, 3, .max]) == [0, .max, .max, .max])
        let flat = Backoff.linear(initial: .seconds(1), increment: .zero, jitter: .none)
        #expect(delays(flat, [1, 2, .max]) == [1_000_000_000, 1_000_000_000, 1_000_000_000])
        let longest = Backoff.linear(initial: .longest, increment: .longest, cap: .longest, jitter: .none)
        #expect(delays(longest, [1, 2, .max]) == [.max, .max, .max])
    }

    @Test func fibonacciSaturates() {
        let long = Backoff.fibonacci(initial: .nanoseconds(1), cap: .longest, jitter: .none)
        #expect(
            delays(long, [1, 2, 3, 10, 91, 92]) == [1, 1, 2, 55, 4_660_046_610_375_530_309, 7_540_113_804_746_346_429])
        #expect(delays(long, [93, 94, 999_999_999, .max]) == [.max, .max, .max, .max])
        #expect(delays(.fibonacci(initial: .zero, jitter: .none), [1, 93, .max]) == [0, 0, 0])
    }

    @Test func lastOfAListRepeats() {
        let list = Backoff.list([.nanoseconds(1), .nanoseconds(9), .nanoseconds(4)])
        #expect(delays(list, [1, 2, 3, 4, 63, .max]) == [1, 9, 4, 4, 4, 4])
        #expect(delays(.list([.seconds(Int64.max)]), [1, .max]) == [.max, .max])
    }
}
