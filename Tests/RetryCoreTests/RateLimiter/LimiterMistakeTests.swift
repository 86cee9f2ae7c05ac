import RetryCore
import RetryTesting
import Synchronization
import Testing

/// Mistakes that other rate limiters make.
@Suite("Known mistakes of rate limiters", .timeLimit(.minutes(20)))
struct LimiterMistakeTests {
    private static let both = [RateLimiterPolicy.ten, .three]

    @Test("calls that are refused move no refill: 10,000 in a period, and the next period admits", arguments: both)
    func refusedCallsMoveNothing(policy: RateLimiterPolicy) {
        let clock = ManualClock()
        let limiter = CallRateLimiter(policy, on: clock)
        while limiter.tryAcquire() {}
        for _ in 0..<10_000 {
            clock.advance(by: .nanoseconds(9_000))
            #expect(!limiter.tryAcquire())
        }
        clock.advance(by: .seconds(1))
        #expect(limiter.tryAcquire() && limiter.tryAcquire() && limiter.tryAcquire())
        #expect(!limiter.tryAcquire())
    }

    @Test("eight threads get what there is, and not one call more", arguments: both)
    func overAdmission(policy: RateLimiterPolicy) {
        let clock = ManualClock()
        let limiter = CallRateLimiter(policy, on: clock)
        let threads = (0..<8).map { thread in
            TestThread {
                (0..<20_000).count { round in
                    if thread == 0, round % 100 == 0 { clock.advance(by: .milliseconds(10)) }
                    return limiter.tryAcquire()
                }
            }
        }
        let admitted = threads.compactMap { $0.join() }.reduce(0, +)
        // Two seconds have passed.
        #expect(admitted <= (policy == .ten ? 23 : 9))
        #expect(admitted >= (policy == .ten ? 15 : 3))
    }

    @Test("a million tries of eight threads in real time: no more than the rate and the burst")
    func overAdmissionInRealTime() {
        let limiter = CallRateLimiter(.tokenBucket(10_000, per: .seconds(1), burst: 10))
        let clock = SuspendingClock()
        let start = clock.now
        let threads = (0..<8).map { _ in TestThread { (0..<125_000).count { _ in limiter.tryAcquire() } } }
        let admitted = threads.compactMap { $0.join() }.reduce(0, +)
        let seconds = Double((clock.now - start).saturatedNanoseconds) / 1e9
        // The coarse clock may be up to some milliseconds behind: as many tokens more, once.
        #expect(Double(admitted) <= 10_000 * (seconds + 0.02) + 10)
        #expect(Double(admitted) >= min(10_000 * seconds / 2, 1_000))
    }

    @Test("a stale state is never written back: the limiter is not stuck after any mix of calls", arguments: both)
    func staleState(policy: RateLimiterPolicy) {
        let clock = ManualClock()
        let limiter = CallRateLimiter(policy, on: clock)
        let threads = (0..<4).map { thread in
            TestThread {
                for round in 0..<5_000 {
                    switch (round + thread) % 5 {
                    case 0: _ = limiter.tryAcquire()
                    case 1: if let turn = try? limiter.reserve() { turn.giveBack() }
                    case 2: limiter.settle(estimate: 2, actual: 1)
                    case 3: limiter.learn(RateLimitStatus(remaining: 2))
                    default: clock.advance(by: .milliseconds(1))
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        clock.advance(by: .seconds(60))
        #expect(limiter.snapshot().available == 3)
        #expect(limiter.tryAcquire())
    }

    @Test("100 waiters are admitted in order, one in each interval, and no two hear the same time")
    func order() {
        let limiter = CallRateLimiter(.tokenBucket(10, per: .seconds(1), burst: 1), on: ManualClock())
        let waits = (0..<100).map { _ in (try? limiter.reserve().delay) ?? .zero }
        #expect(waits == (0..<100).map { .milliseconds(100 * $0) })
    }

    @Test("refused callers hear a time that grows with nothing but the line", arguments: both)
    func refusals(policy: RateLimiterPolicy) {
        let limiter = CallRateLimiter(policy.maxWait(.zero), named: "users", on: ManualClock())
        while limiter.tryAcquire() {}
        for _ in 0..<3 {
            let error = #expect(throws: RateLimitedError.self) { _ = try limiter.reserve().delay }
            #expect(error?.retryAfter == .milliseconds(policy == .ten ? 100 : 1_000))
        }
    }

    @Test("a cancelled waiter does not make the one behind it later, and the rate is kept", arguments: both)
    func cancelled(policy: RateLimiterPolicy) throws {
        let bench = LimiterBench(policy)
        for _ in 0..<3 { _ = bench.wait() }
        let first = try #require(bench.reserve())
        let middle = try #require(bench.reserve())
        let third = try #require(bench.reserve())
        #expect(!bench.giveBack(middle.reservation))
        #expect(bench.waitLeft(third.reservation) == third.wait)
        #expect(bench.giveBack(third.reservation))
        #expect(bench.giveBack(middle.reservation))
        let again = try #require(bench.reserve())
        #expect(again.wait == middle.wait, "the turns of cancelled waiters at the end are given out again")
        #expect(bench.giveBack(again.reservation) && bench.giveBack(first.reservation))
    }

    @Test("a clock of a resolution of 15.6 ms delays no call by more than that")
    func resolution() {
        var machine = RateLimiterStateMachine(.tokenBucket(100, per: .seconds(1), burst: 1), at: 0)
        var (now, admitted) = (Int64(0), 0)
        while now < 10 * oneSecond {
            while case .admitted(_, let wait) = machine.reserve(1, maxWait: 15_600_000, at: now) {
                #expect(wait <= 15_600_000)
                admitted += 1
            }
            now += 15_600_000
        }
        #expect((990...1_003).contains(admitted))
    }

    @Test("one tenant does not take the tokens of another one")
    func tenants() {
        let tenants = RateLimiterRegistry(.ten, named: "api", clock: RetryClock(ManualClock()))
        while tenants.limiter("greedy").tryAcquire() {}
        #expect(tenants.limiter("modest").tryAcquire())
    }
}
