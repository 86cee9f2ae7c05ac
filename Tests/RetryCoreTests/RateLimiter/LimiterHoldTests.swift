import RetryCore
import Testing

@Suite("The holds of a rate limiter", .timeLimit(.minutes(20)))
struct LimiterHoldTests {
    @Test("no call starts before the end, and then they are spaced, without a burst")
    func bucket() {
        let bench = LimiterBench(.ten)
        #expect(bench.hold(2_000))
        #expect(bench.available == 0)
        #expect((0..<3).map { _ in bench.wait() } == [2_000, 2_100, 2_200])
        bench.now = 2_050
        #expect(bench.wait() == 250)
    }

    @Test("after a hold a log spaces the calls of one period, and is exact again")
    func log() {
        let bench = LimiterBench(.three)
        #expect(bench.hold(2_000))
        #expect(bench.available == 0)
        let waits = (0..<4).compactMap { _ in bench.wait() }
        #expect(waits == [2_000, 2_333, 2_666, 3_000])
        bench.now = 60_000
        #expect((0..<4).map { _ in bench.wait() } == [0, 0, 0, 1_000])
    }

    @Test(
        "waiting calls keep their order and their spacing, later by the hold",
        arguments: [RateLimiterPolicy.ten, .three])
    func waiting(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy)
        for _ in 0..<3 { _ = bench.wait() }
        let calls = (0..<3).compactMap { _ in bench.reserve() }
        bench.now = 50
        #expect(bench.hold(2_000))
        #expect(calls.map { bench.waitLeft($0.reservation) } == calls.map { $0.wait - 50 + 2_000 })
        let next = bench.reserve()?.wait ?? 0
        #expect(next >= (calls.last?.wait ?? 0) - 50 + 2_000)
    }

    @Test(
        "a shorter hold changes nothing, a longer one counts from the first",
        arguments: [RateLimiterPolicy.ten, .three])
    func overlap(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy)
        #expect(bench.hold(2_000))
        #expect(!bench.hold(2_000) && !bench.hold(500))
        #expect(bench.machine.holdLeft(at: 0) == 2 * oneSecond)
        bench.now = 1_500
        #expect(!bench.hold(500))
        #expect(bench.hold(1_000))
        #expect(bench.wait() == 1_000)
    }

    @Test("a hold after a hold is another one", arguments: [RateLimiterPolicy.ten, .three])
    func again(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy)
        for _ in 0..<5 {
            #expect(bench.hold(2_000))
            #expect(bench.wait() == 2_000)
            bench.now += 60_000
        }
        #expect(bench.wait() == 0)
    }

    @Test("a hold lasts an hour at most", arguments: [RateLimiterPolicy.ten, .three])
    func longest(policy: RateLimiterPolicy) {
        var machine = RateLimiterStateMachine(policy, at: 0)
        #expect(machine.hold(until: .max, at: 0) == true)
        #expect(machine.holdLeft(at: 0) == 3_600 * oneSecond)
        #expect(machine.reserve(1, maxWait: .max, at: 0) == .refused(wait: 3_600 * oneSecond))
        guard case .admitted(_, 0) = machine.reserve(1, maxWait: 0, at: 3_600 * oneSecond) else {
            Issue.record("no call starts after the hold")
            return
        }
    }

    @Test("a reservation behind a hold is returned as any other", arguments: [RateLimiterPolicy.ten, .three])
    func giveBack(policy: RateLimiterPolicy) throws {
        let bench = LimiterBench(policy)
        for _ in 0..<3 { _ = bench.wait() }
        let early = try #require(bench.reserve())
        bench.hold(2_000)
        let late = try #require(bench.reserve())
        #expect(!bench.giveBack(early.reservation))
        #expect(bench.giveBack(late.reservation))
    }

    @Test("what is put back during a hold starts no call in it", arguments: [RateLimiterPolicy.ten, .three])
    func putBack(policy: RateLimiterPolicy) throws {
        let bench = LimiterBench(policy)
        _ = bench.wait(2)
        let large = try #require(bench.reserve(3))
        bench.now += large.wait
        bench.hold(2_000)
        bench.giveBack(large.reservation)
        bench.settle(3, actual: 0)
        #expect(bench.wait() ?? 0 >= 2_000)
    }
}
