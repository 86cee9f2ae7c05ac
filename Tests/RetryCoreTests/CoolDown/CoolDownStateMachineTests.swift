import RetryCore
import RetryTesting
import Testing

@Suite("A cool-down gate: the state machine", .timeLimit(.minutes(20)))
struct CoolDownStateMachineTests {
    private static let second: Int64 = 1_000_000_000

    /// The machine with times in milliseconds.
    private struct Bench {
        var machine: CoolDownStateMachine<Int>
        var now: Int64 = 0

        init(_ policy: CoolDownPolicy = CoolDownPolicy()) { machine = CoolDownStateMachine(policy) }

        private var time: Int64 { now * 1_000_000 }

        /// The wait of a call in milliseconds; zero if it starts.
        mutating func admit() -> Int64 {
            if case .wait(let wait) = machine.admit(at: time) { wait / 1_000_000 } else { 0 }
        }

        mutating func throttle(_ hint: Int64 = 0, period: UInt64? = nil) -> Int64? {
            machine.throttled(hint: hint * 1_000_000, period: period ?? machine.period, at: time).map { $0 / 1_000_000 }
        }

        mutating func succeed(period: UInt64? = nil) { machine.succeeded(period: period ?? machine.period, at: time) }

        /// The wait of a waiter in milliseconds, zero if it starts; `nil` if others are before it.
        mutating func confirm(_ place: UInt64) -> Int64? {
            switch machine.confirm(place, at: time) {
            case .admitted: 0
            case .wait(let wait): wait / 1_000_000
            case nil: nil
            }
        }

        var holdLeft: Int64 { machine.holdLeft(at: time) / 1_000_000 }
    }

    @Test("an open gate admits every call, and a time that the service named closes it for all until then")
    func closes() {
        var bench = Bench()
        for _ in 0..<1_000 { #expect(bench.admit() == 0) }
        #expect(bench.throttle(2_000) == 2_000)
        #expect(bench.holdLeft == 2_000)
        #expect(bench.admit() == 2_000)
        bench.now = 1_999
        #expect(bench.admit() == 1)
        bench.now = 2_000
        #expect(bench.admit() == 0)
        #expect(bench.admit() == 1_000, "the calls behind it are paced")
    }

    @Test("concurrent 429s of one window do not escalate; one that names a longer time makes the hold longer")
    func oneWindow() {
        var bench = Bench()
        #expect(bench.throttle() == 1_000)
        for _ in 0..<50 { #expect(bench.throttle(period: 0) == nil) }
        #expect(bench.throttle(500, period: 0) == nil, "a shorter hold than the one in force")
        bench.now = 100
        #expect(bench.throttle(3_000, period: 0) == 3_000)
        #expect(bench.holdLeft == 3_000 && bench.machine.period == 1)
    }

    @Test("a 429 after the window doubles the hold where no time was named, up to the longest; a success sets it back")
    func escalates() {
        var bench = Bench(CoolDownPolicy(first: .seconds(1), longest: .seconds(5)))
        for hold: Int64 in [1_000, 2_000, 4_000, 5_000, 5_000] {
            #expect(bench.throttle() == hold)
            bench.now += hold
            #expect(bench.admit() == 0)
        }
        bench.succeed(period: 4)
        #expect(bench.throttle() == 5_000, "a success of a call from before the hold says nothing")
        bench.now += 5_000
        bench.succeed()
        #expect(bench.throttle() == 1_000)
    }

    @Test("a named time neither doubles nor counts for the doubling, and has a bound")
    func named() {
        var bench = Bench(CoolDownPolicy(longestHint: .seconds(10)))
        for _ in 0..<5 {
            #expect(bench.throttle(2_000) == 2_000)
            bench.now += 2_000
        }
        #expect(bench.throttle() == 1_000)
        bench.now += 1_000
        #expect(bench.throttle(.max / 1_000_000) == 10_000)
    }

    @Test("waiting calls start in the order of their arrival, one each interval, and none is lost with one that leaves")
    func order() {
        var bench = Bench(CoolDownPolicy().paced(10, per: .seconds(1)))
        #expect(bench.throttle(2_000) == 2_000)
        var places: [UInt64] = []
        for number in 0..<4 {
            #expect(bench.admit() == 2_000 + Int64(number) * (number == 0 ? 0 : number == 1 ? 1_000 : 1_000))
            places.append(bench.machine.enqueue(number))
        }
        bench.now = 2_000
        #expect(bench.confirm(places[1]) == nil)
        #expect(bench.confirm(places[0]) == 0)
        #expect(bench.machine.first == 1)
        bench.machine.leave(places[1])
        #expect(bench.confirm(places[2]) == 100)
        bench.now = 2_100
        #expect(bench.confirm(places[2]) == 0)
        #expect(bench.admit() == 200, "behind the one that waits")
        bench.now = 2_230
        #expect(bench.confirm(places[3]) == 0)
        #expect(bench.admit() == 70, "a late start does not delay the next one")
    }

    @Test("a hold that begins while calls wait moves all of them, and keeps their order")
    func secondHold() {
        var bench = Bench(CoolDownPolicy().paced(1, per: .seconds(1)))
        #expect(bench.throttle(1_000) == 1_000)
        let (first, second) = (bench.machine.enqueue(1), bench.machine.enqueue(2))
        bench.now = 1_000
        #expect(bench.confirm(first) == 0)
        #expect(bench.throttle(5_000) == 5_000)
        bench.now = 2_000
        #expect(bench.confirm(second) == 4_000)
        bench.now = 6_000
        #expect(bench.confirm(second) == 0)
    }

    @Test("a gate is open again when no call has come for eight intervals")
    func opens() {
        var bench = Bench(CoolDownPolicy().paced(10, per: .seconds(1)))
        #expect(bench.throttle(1_000) == 1_000)
        bench.now = 1_000
        #expect(bench.admit() == 0)
        bench.now = 1_899
        #expect(bench.machine.pace == 100_000_000)
        #expect(bench.admit() == 0)
        #expect(bench.machine.isOpen == false)
        bench.now = 2_799
        for _ in 0..<100 { #expect(bench.admit() == 0) }
        #expect(bench.machine.isOpen)
    }

    @Test("a gate that opens lets all waiters out")
    func opensForWaiters() {
        var bench = Bench()
        #expect(bench.throttle(1_000) == 1_000)
        let place = bench.machine.enqueue(1)
        bench.now = 100_000
        #expect(bench.confirm(place) == 0)
        bench.now = 200_000
        #expect(bench.admit() == 0)
        #expect(bench.machine.isOpen)
    }

    @Test("the pace is learned: at least one call a second, faster with each success, slower with each further hold")
    func learns() {
        var bench = Bench()
        #expect(bench.throttle(2_000) == 2_000)
        for _ in 0..<10 { bench.succeed(period: 0) }
        bench.now = 2_000
        #expect(bench.admit() == 0)
        #expect(bench.machine.pace == 200_000_000, "10 successes in a hold of 2 s")
        bench.succeed()
        #expect(bench.machine.pace == 166_666_666, "6 a second")
        bench.now = 3_000
        #expect(bench.throttle(2_000) == 2_000)
        bench.now = 5_000
        _ = bench.admit()
        #expect(bench.machine.pace == 277_777_777, "soon after the last one: 3.6 a second")
        for _ in 0..<100 { bench.succeed() }
        #expect(bench.machine.pace == 217_391_304, "4.6 a second: 1 / (50 · 2) more with each success")
        bench.now = 60_000
        #expect(bench.throttle(1_000) == 1_000)
        bench.now = 61_000
        _ = bench.admit()
        #expect(bench.machine.pace == 255_754_475, "later: 3.91 a second")
    }

    @Test("a known pace stays as it is")
    func knownPace() {
        var bench = Bench(CoolDownPolicy().paced(3, per: .seconds(1)))
        for _ in 0..<3 {
            #expect(bench.throttle(1_000) == 1_000)
            bench.now += 1_000
            for _ in 0..<50 { bench.succeed() }
            _ = bench.admit()
            #expect(bench.machine.pace == 333_333_334)
        }
    }

    @Test("a clock that jumps back holds no caller for ever")
    func jumpBack() {
        var bench = Bench(CoolDownPolicy(longestHint: .seconds(10)))
        bench.now = 1_000_000
        #expect(bench.throttle(10_000) == 10_000)
        bench.now = 0
        #expect(bench.admit() <= 11_000)
        var worst = CoolDownStateMachine<Int>(CoolDownPolicy())
        for now in [Int64.max, .min, 0, .max - 1] {
            _ = worst.throttled(hint: .max, period: worst.period, at: now)
            worst.succeeded(period: .max, at: now)
            _ = worst.wait(at: now)
            _ = worst.admit(at: now)
        }
    }

    /// Whatever happens, no call starts in a hold, waiters start in order, and starts under a known pace keep their distance.
    @Test(arguments: UInt64(0)..<300)
    func randomWalks(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bench = Bench(CoolDownPolicy(first: .milliseconds(700)).paced(5, per: .seconds(1)))
        var waiting: [(number: Int, place: UInt64)] = []
        var next = 0
        var lastStarted = -1
        var holdEnd: Int64 = 0
        var starts: [Int64] = []
        func started(_ now: Int64, _ isOpen: Bool) {
            #expect(now >= holdEnd)
            if !isOpen { starts.append(now) } else { starts = [] }
        }
        for _ in 0..<400 {
            switch Int.random(in: 0..<7, using: &generator) {
            case 0, 1:
                if bench.admit() == 0 {
                    #expect(waiting.isEmpty || bench.machine.isOpen)
                    started(bench.now, bench.machine.isOpen)
                } else {
                    waiting.append((next, bench.machine.enqueue(next)))
                    next += 1
                }
            case 2:
                let hint = Int64.random(in: -1...1, using: &generator) * 900
                if let hold = bench.throttle(max(0, hint)) { holdEnd = max(holdEnd, bench.now + hold) }
            case 3: bench.succeed()
            case 4:
                if let index = waiting.indices.randomElement(using: &generator) {
                    bench.machine.leave(waiting.remove(at: index).place)
                }
            default: bench.now += Int64.random(in: 0..<300, using: &generator)
            }
            while let first = waiting.first, bench.confirm(first.place) == 0 {
                started(bench.now, bench.machine.isOpen)
                #expect(first.number > lastStarted)
                lastStarted = first.number
                waiting.removeFirst()
            }
            #expect(bench.machine.waiting == waiting.count && bench.machine.first == waiting.first?.number)
        }
        // A late start may be followed by one that is not, so two intervals hold at least one and at most three starts.
        for (index, start) in starts.enumerated() where index >= 3 { #expect(start - starts[index - 3] >= 400) }
    }
}
