import RetryCore
import RetryTesting
import Testing

@Suite("Backoff schedule", .timeLimit(.minutes(20)))
struct BackoffScheduleTests {
    @Test func sameSeedSameDelays() {
        var values = RandomValues(seed: 1)
        var changed = 0
        for _ in 0..<200 {
            let schedule = BackoffSchedule(values.backoff())
            let delays = schedule.delays(8, random: .seeded(7))
            #expect(delays == schedule.delays(8, random: .seeded(7)))
            if delays != schedule.delays(8, random: .seeded(8)) { changed += 1 }
        }
        #expect(changed > 50)
        let spread = BackoffSchedule(.exponential())
        #expect(spread.delays(20) != spread.delays(20))
    }

    @Test func countsFromTheFirstAttempt() {
        let schedule = BackoffSchedule(.exponential(initial: .seconds(1), cap: .seconds(60), jitter: .none))
        #expect(schedule.delays(8) == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(schedule.delays(1) == [.seconds(1)])
        #expect(schedule.delays(0).isEmpty)
        #expect(schedule.delays(-1).isEmpty)
        #expect(schedule.delays(.min).isEmpty)
    }

    @Test func handsEachDelayToTheNext() {
        let schedule = BackoffSchedule(.decorrelated(initial: .seconds(1), cap: .seconds(60)))
        let highest = schedule.delays(6, random: RetryRandomSource(ScriptedGenerator(fractions: [1])))
        #expect(highest == [3, 9, 27, 60, 60, 60].map { .seconds($0) })
        let down = schedule.delays(4, random: RetryRandomSource(ScriptedGenerator(fractions: [1, 1, 0, 1])))
        #expect(down == [3, 9, 1, 3].map { .seconds($0) })
    }

    @Test func delaysAreThoseOfACall() {
        var values = RandomValues(seed: 2)
        for seed in 0..<200 {
            let schedule = BackoffSchedule(values.backoff())
            var generator = SeededGenerator(seed: UInt64(seed))
            var previous: Duration?
            let byHand = (1...6).map { attempt in
                let delay = schedule.delay(afterAttempt: attempt, previous: previous, using: &generator)
                previous = delay
                return delay
            }
            let random = RetryRandomSource(SeededGenerator(seed: UInt64(seed)))
            #expect(schedule.delays(6, random: random) == byHand)
        }
    }

    @Test(
        "adds up the longest delays",
        arguments: [
            (0, 0), (-1, 0), (.min, 0), (1, 1), (7, 123), (1_000, 59_703), (1_001, 59_763), (1_000_000, 59_999_703),
        ] as [(Int, Int)])
    func longestTotal(count: Int, seconds: Int) {
        let schedule = BackoffSchedule(.exponential(initial: .seconds(1), cap: .seconds(60)))
        #expect(schedule.longestTotal(count) == .seconds(seconds))
    }

    @Test func longestTotalSaturates() {
        #expect(BackoffSchedule(.exponential()).longestTotal(.max) == .longest)
        #expect(BackoffSchedule(.constant(.longest)).longestTotal(2) == .longest)
        #expect(BackoffSchedule(.none).longestTotal(.max) == .zero)
    }

    @Test func longestTotalOfUnforeseeableDelays() {
        let decorrelated = BackoffSchedule(.decorrelated(initial: .seconds(1), cap: .seconds(60)))
        #expect(decorrelated.longestTotal(5) == .seconds(159))  // 3, 9, 27, 60, 60
        let custom = BackoffSchedule(.custom("any", cap: .seconds(5)) { _ in .zero })
        #expect(custom.longestTotal(3) == .seconds(15))
    }

    @Test("never draws more than its longest total")
    func longestTotalHolds() {
        var values = RandomValues(seed: 3)
        for _ in 0..<1_000 {
            let schedule = BackoffSchedule(values.number(below: 8) == 0 ? values.hostileBackoff() : values.backoff())
            let count = values.number(below: 12)
            let delays = schedule.delays(count, random: RetryRandomSource(values.generator))
            let total = delays.reduce(Int64(0)) { sum, delay in
                sum.saturatingAdd(delay.saturatedNanoseconds)
            }
            if schedule.longestTotal(count) < .nanoseconds(total) {
                Issue.record("\(schedule.backoff): \(count) delays of \(total) ns pass \(schedule.longestTotal(count))")
            }
        }
    }

    @Test func longestTotalOfManyIsFast() {
        let schedule = BackoffSchedule(.fibonacci(initial: .nanoseconds(1), cap: .seconds(60)))
        let took = ContinuousClock().measure { _ = schedule.longestTotal(.max) }
        #expect(took < .seconds(5))
    }
}
