import RetryCore
import Testing

@Suite("The state machine of a rate limiter", .timeLimit(.minutes(20)))
struct LimiterStateMachineTests {
    @Test("a bucket admits its burst at once, and then one call in each interval")
    func bucket() {
        let bench = LimiterBench(.ten)
        #expect((0..<6).map { _ in bench.wait() } == [0, 0, 0, 100, 200, 300])
        bench.now = 300
        #expect(bench.wait() == 100)
        bench.now = 10_000
        #expect((0..<5).map { _ in bench.wait() } == [0, 0, 0, 100, 200])
    }

    @Test("a log admits its limit in any period, to the nanosecond")
    func log() {
        let bench = LimiterBench(.three)
        #expect(bench.wait() == 0)
        bench.now = 400
        #expect((0..<4).map { _ in bench.wait() } == [0, 0, 600, 1_000])
        bench.now = 999
        #expect(bench.wait() == 401)
        var exact = RateLimiterStateMachine(.slidingLog(1, per: .seconds(1), maxWait: .zero), at: 0)
        guard case .admitted = exact.reserve(1, maxWait: 0, at: 0) else {
            Issue.record("not admitted")
            return
        }
        #expect(exact.reserve(1, maxWait: 0, at: oneSecond - 1) == .refused(wait: 1))
        guard case .admitted(_, 0) = exact.reserve(1, maxWait: 0, at: oneSecond) else {
            Issue.record("refused")
            return
        }
    }

    @Test(
        "a cost takes as many tokens, and one above the burst is impossible",
        arguments: [RateLimiterPolicy.ten, .three])
    func costs(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy)
        #expect(bench.wait(2) == 0)
        #expect(bench.available == 1)
        #expect(bench.wait(3) == (policy == .ten ? 200 : 1_000))
        #expect(bench.machine.reserve(4, maxWait: .max, at: 0) == .impossible)
        #expect(bench.machine.isExhausted == false)
    }

    @Test("a small call does not overtake a large one", arguments: [RateLimiterPolicy.ten, .three])
    func order(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy)
        _ = bench.wait(2)
        let (large, small) = (bench.wait(3) ?? 0, bench.wait(1) ?? 0)
        #expect(large > 0 && small >= large)
    }

    @Test("the interval is rounded up: the rate is never above the limit")
    func rounding() {
        var machine = RateLimiterStateMachine(.tokenBucket(7, per: .seconds(1), burst: 1, maxWait: .zero), at: 0)
        var admitted = 0
        for now in stride(from: Int64(0), to: 7 * oneSecond, by: 1_000_003) {
            if case .admitted = machine.reserve(1, maxWait: 0, at: now) { admitted += 1 }
        }
        #expect(admitted <= 49)
        #expect(machine.reserve(1, maxWait: .max, at: 0) != .impossible)
        var exact = RateLimiterStateMachine(.tokenBucket(3, per: .seconds(1), burst: 1), at: 0)
        let waits = (0..<4).map { _ -> Int64 in
            guard case .admitted(_, let wait) = exact.reserve(1, maxWait: .max, at: 0) else { return -1 }
            return wait
        }
        #expect(waits == [0, 333_333_334, 666_666_668, 1_000_000_002])
    }

    @Test("a wait that is too long is refused now, with its length", arguments: [RateLimiterPolicy.ten, .three])
    func refusal(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy.maxWait(.milliseconds(1_000)))
        for _ in 0..<3 { #expect(bench.wait() == 0) }
        #expect(bench.wait(maxWait: 99) == nil)
        #expect(bench.machine.isExhausted)
        // A refusal takes nothing.
        #expect(bench.wait() == (policy == .ten ? 100 : 1_000))
        while bench.wait() != nil {}
        guard case .refused(let wait) = bench.machine.reserve(1, maxWait: .max, at: 0) else {
            Issue.record("not refused")
            return
        }
        #expect(wait > oneSecond && wait <= 2 * oneSecond)
    }

    @Test("a limiter has recovered when it has refused nothing for a period, of a oneSecond at least")
    func recovery() {
        let bench = LimiterBench(.ten)
        for _ in 0..<3 { _ = bench.wait() }
        #expect(bench.wait(maxWait: 0) == nil)
        bench.now = 999
        _ = bench.available
        #expect(bench.machine.isExhausted)
        bench.now = 1_000
        _ = bench.available
        #expect(!bench.machine.isExhausted)
    }

    @Test("the last reservation is returned, and then the one before it", arguments: [RateLimiterPolicy.ten, .three])
    func giveBack(policy: RateLimiterPolicy) throws {
        let bench = LimiterBench(policy)
        for _ in 0..<3 { _ = bench.wait() }
        let before = bench.copy
        let first = try #require(bench.reserve())
        let middle = bench.copy
        let last = try #require(bench.reserve())
        #expect(!bench.giveBack(first.reservation), "another one stands behind it")
        #expect(bench.giveBack(last.reservation))
        #expect(bench.machine.wait(of: 1, at: 0) == middle.wait(of: 1))
        #expect(bench.giveBack(first.reservation))
        #expect(bench.machine.wait(of: 1, at: 0) == before.wait(of: 1))
    }

    @Test("a returned reservation of a large cost brings all of it back", arguments: [RateLimiterPolicy.ten, .three])
    func giveBackCost(policy: RateLimiterPolicy) throws {
        let bench = LimiterBench(policy)
        let all = try #require(bench.reserve(3))
        #expect(bench.available == 0)
        #expect(bench.giveBack(all.reservation))
        #expect(bench.available == 3)
        #expect(bench.wait(3) == 0)
    }

    @Test(
        "actual costs replace estimates: debts are waited for, surpluses come back",
        arguments: [RateLimiterPolicy.ten, .three])
    func settle(policy: RateLimiterPolicy) {
        let bench = LimiterBench(policy)
        _ = bench.wait(3)
        bench.settle(3, actual: 1)
        #expect(bench.available == 2)
        #expect(bench.wait(2) == 0)
        bench.settle(2, actual: 5)
        // Six tokens are taken.
        #expect(bench.wait() == (policy == .ten ? 400 : 1_000))
        bench.now = 100_000
        #expect(bench.available == 3, "no surplus adds to a full limiter")
        bench.settle(3, actual: 0)
        #expect(bench.available == 3)
    }

    @Test("a surplus counts for calls behind those that wait, whose starts stay")
    func surplus() throws {
        let bench = LimiterBench(.ten)
        _ = bench.wait(3)
        let waiting = try #require(bench.reserve(3))
        #expect(waiting.wait == 300)
        bench.settle(3, actual: 1)
        #expect(bench.waitLeft(waiting.reservation) == 300)
        // Two tokens less than without the surplus: 100 ms, and no call starts before the one that waits.
        #expect(bench.wait(3) == 400)
        #expect(bench.wait(1) == 500)
    }

    @Test("a surplus while calls wait is kept up to one burst")
    func surplusBound() {
        let bench = LimiterBench(.ten)
        _ = bench.wait(3)
        #expect(bench.wait(3) == 300)
        for _ in 0..<100 { bench.settle(3, actual: 0) }
        #expect((0..<3).map { _ in bench.wait() } == [300, 300, 300])
        #expect(bench.wait() == 400)
    }
}

extension LimiterBench {
    fileprivate func wait(of cost: Int64) -> Int64 {
        var copy = machine
        return copy.wait(of: cost, at: now * 1_000_000)
    }
}
