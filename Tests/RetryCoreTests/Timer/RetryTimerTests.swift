import RetryCore
import RetryTesting
import Synchronization
import Testing

/// The timer without its threads: a test moves the time, and fires what is due.
@Suite("Timer", .timeLimit(.minutes(20)))
struct RetryTimerTests {
    private let time = Locked<Int64>(0)
    private let log = Locked<[Int]>([])

    private func makeTimer() -> RetryTimer {
        RetryTimer(hasThreads: false) { [time] in time.withLock { $0 } }
    }

    private func entry(_ number: Int) -> TimedAction {
        TimedAction { [log] in log.withLock { $0.append(number) } }
    }

    private func move(to now: Int64, _ timer: RetryTimer) -> [Int] {
        time.withLock { $0 = now }
        log.withLock { $0 = [] }
        timer.fireDue()
        return log.withLock { $0 }
    }

    @Test func firesInTheOrderOfTheTimesAndNotBefore() {
        let timer = makeTimer()
        let entries = [30, 10, 20, 40].map { (Int64($0), entry($0)) }
        for (time, entry) in entries { #expect(timer.arm(entry, at: time)) }
        #expect(timer.armedCount == 4)
        #expect(move(to: 9, timer) == [])
        #expect(move(to: 30, timer) == [10, 20, 30])
        #expect(timer.armedCount == 1)
        #expect(move(to: 1_000, timer) == [40])
        #expect(timer.armedCount == 0)
    }

    @Test func anEntryThatEndedDoesNotFireAndCannotBeArmed() {
        let timer = makeTimer()
        let one = entry(1)
        #expect(timer.arm(one, at: 5))
        #expect(!timer.end(one) { $0 })
        #expect(timer.armedCount == 0)
        #expect(timer.arm(one, at: 5))
        timer.fire(one)
        #expect(log.withLock { $0 } == [])
        #expect(move(to: 10, timer) == [])
        #expect(timer.end(one) { $0 }, "an ended entry is over")
    }

    @Test func anEntryFiresOnce() {
        let timer = makeTimer()
        let one = entry(1)
        #expect(timer.arm(one, at: 5))
        #expect(move(to: 5, timer) == [1])
        timer.fire(one)
        #expect(log.withLock { $0 } == [1])
        #expect(timer.arm(one, at: 6))
        #expect(move(to: 7, timer) == [])
        #expect(timer.end(one) { $0 })
    }

    @Test func anEntryForSeveralTimesFiresAtEach() {
        let timer = makeTimer()
        let one = HedgeSignal()
        for time in [3, 5, 9] as [Int64] {
            #expect(timer.arm(one, at: time))
            #expect(move(to: time - 1, timer) == [] && timer.armedCount == 1)
            #expect(move(to: time, timer) == [] && timer.armedCount == 0)
        }
        #expect(timer.arm(one, at: 20) && timer.disarm(one))
        #expect(timer.armedCount == 0)
    }

    @Test func anEntryThatOtherCodeFiresLeavesTheTimer() {
        let timer = makeTimer()
        let one = entry(1)
        #expect(timer.arm(one, at: 5))
        timer.fire(one)
        #expect(log.withLock { $0 } == [1])
        #expect(timer.armedCount == 0)
        #expect(move(to: 5, timer) == [])
    }

    @Test func anEntryThatWasRemovedCanBeArmedAgain() {
        let timer = makeTimer()
        let one = entry(1)
        #expect(!timer.disarm(one))
        #expect(timer.arm(one, at: 5))
        #expect(timer.disarm(one))
        #expect(!timer.disarm(one))
        #expect(move(to: 5, timer) == [])
        #expect(timer.arm(one, at: 9))
        #expect(move(to: 9, timer) == [1])
    }

    @Test func anArmedEntryKeepsItsTime() {
        let timer = makeTimer()
        let one = entry(1)
        #expect(timer.arm(one, at: 5))
        #expect(timer.arm(one, at: 2))
        #expect(timer.armedCount == 1)
        #expect(move(to: 4, timer) == [])
        #expect(move(to: 5, timer) == [1])
    }

    /// The last entry of the heap takes the place of one that is removed, beneath entries that are later than it.
    @Test func theOrderIsKeptWhenAnEntryIsRemoved() {
        let timer = makeTimer()
        let times = [
            0, 100, 110, 120, 30, 101, 102, 103, 104, 111, 112, 113, 114, 121, 122, 123, 124, 201, 202, 203, 34,
        ]
        let entries = times.map { entry($0) }
        for (time, entry) in zip(times, entries) { #expect(timer.arm(entry, at: Int64(time))) }
        #expect(timer.disarm(entries[5]))
        #expect(move(to: 1_000, timer) == times.filter { $0 != 101 }.sorted())
    }

    @Test func hostileTimes() {
        let timer = makeTimer()
        let entries = [Int64.max, .min, -1, 0].enumerated().map { ($1, entry($0)) }
        for (time, entry) in entries { #expect(timer.arm(entry, at: time)) }
        #expect(move(to: 0, timer) == [1, 2, 3])
        #expect(move(to: .max - 1, timer) == [])
        #expect(move(to: .max, timer) == [0])
    }

    @Test func aClockThatGoesBackFiresNothingTwice() {
        let timer = makeTimer()
        let (one, two) = (entry(1), entry(2))
        #expect(timer.arm(one, at: 5))
        #expect(timer.arm(two, at: 8))
        #expect(move(to: 6, timer) == [1])
        #expect(move(to: 2, timer) == [])
        #expect(move(to: 8, timer) == [2])
    }

    @Test func anEntryMayArmAndEndOthersWhileItFires() {
        let timer = makeTimer()
        let second = entry(2)
        let third = entry(3)
        let first = TimedAction {
            _ = timer.arm(second, at: 1)
            timer.end(third) { _ in }
        }
        #expect(timer.arm(first, at: 1))
        #expect(timer.arm(third, at: 2))
        #expect(move(to: 5, timer) == [2])
    }

    /// The timer keeps what is armed, and nothing else: neither after it fired, nor after it was removed.
    @Test(arguments: [1, 9]) func anEntryLivesAsLongAsItIsArmed(time: Int64) {
        weak var weakEntry: TimedAction?
        var timer: RetryTimer? = makeTimer()
        func arm() {
            let one = entry(1)
            weakEntry = one
            _ = timer?.arm(one, at: time)
        }
        arm()
        #expect(weakEntry != nil)
        timer?.fireDue()
        #expect(weakEntry != nil)
        if time == 9 {
            timer = nil
        } else {
            #expect(timer.map { move(to: 1, $0) } == [1])
        }
        #expect(weakEntry == nil)
        arm()
        if let armed = weakEntry { _ = timer?.disarm(armed) }
        #expect(weakEntry == nil)
    }

    /// Armed, removed, ended and fired at random, against a list.
    @Test(arguments: UInt64(0)..<200)
    func agreesWithAList(seed: UInt64) {
        let timer = makeTimer()
        var generator = SeededGenerator(seed: seed)
        let entries = (0..<40).map { entry($0) }
        var armed: [Int: Int64] = [:]
        var over: Set<Int> = []
        var now: Int64 = 0
        for _ in 0..<400 {
            let number = Int.random(in: 0..<40, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0...2:
                let time = now + Int64.random(in: 0..<50, using: &generator)
                #expect(timer.arm(entries[number], at: time))
                if armed[number] == nil, !over.contains(number) { armed[number] = time }
            case 3:
                #expect(timer.disarm(entries[number]) == (armed.removeValue(forKey: number) != nil))
            case 4 where number < 10:
                #expect(timer.end(entries[number]) { $0 } == over.contains(number))
                armed[number] = nil
                over.insert(number)
            default:
                now += Int64.random(in: 0..<20, using: &generator)
                let due = armed.filter { $0.value <= now }
                let fired = move(to: now, timer)
                #expect(Set(fired) == Set(due.keys) && fired.count == due.count)
                #expect(fired.map { due[$0] ?? -1 } == due.values.sorted())
                for number in due.keys { armed[number] = nil }
                over.formUnion(due.keys)
            }
            #expect(timer.armedCount == armed.count)
        }
    }

    @Test func aMillionEntries() {
        let timer = makeTimer()
        var generator = SeededGenerator(seed: 7)
        let count = Atomic(0)
        let entries = (0..<1_000_000).map { _ in TimedAction { count.add(1, ordering: .relaxed) } }
        for entry in entries { _ = timer.arm(entry, at: .random(in: 0..<1_000, using: &generator)) }
        #expect(timer.armedCount == 1_000_000)
        for entry in entries[..<500_000] { timer.end(entry) { _ in } }
        #expect(timer.armedCount == 500_000)
        _ = move(to: 1_000, timer)
        #expect(timer.armedCount == 0)
        #expect(timer.capacity <= 2_048, "what was armed leaves nothing behind")
        #expect(count.load(ordering: .relaxed) == 500_000)
    }
}
