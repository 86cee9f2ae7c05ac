import RetryCore
import RetryTesting
import Testing

@Suite("A rate limiter in hostile surroundings", .timeLimit(.minutes(20)))
struct LimiterHostilityTests {
    private static let both = [RateLimiterPolicy.ten, .three]

    @Test("a clock that stands still brings nothing", arguments: both)
    func standsStill(policy: RateLimiterPolicy) {
        var machine = RateLimiterStateMachine(policy, at: 7)
        for _ in 0..<3 { _ = machine.reserve(1, maxWait: 0, at: 7) }
        for _ in 0..<1_000 {
            guard case .refused = machine.reserve(1, maxWait: 0, at: 7) else {
                Issue.record("admitted")
                return
            }
        }
    }

    @Test("a clock that jumps ahead fills the limiter, and no more", arguments: both, [1, 100, 292])
    func jumps(policy: RateLimiterPolicy, years: Int64) {
        var machine = RateLimiterStateMachine(policy, at: 0)
        for _ in 0..<3 { _ = machine.reserve(1, maxWait: 0, at: 0) }
        let later = years * 365 * 86_400 * oneSecond
        #expect(machine.available(at: later) == 3)
        for _ in 0..<3 { _ = machine.reserve(1, maxWait: 0, at: later) }
        guard case .refused = machine.reserve(1, maxWait: 0, at: later) else {
            Issue.record("admitted")
            return
        }
    }

    @Test("a clock that jumps back parks no call for ever: it waits as for an empty limiter", arguments: both)
    func jumpsBack(policy: RateLimiterPolicy) {
        let later: Int64 = 100 * 365 * 86_400 * oneSecond
        var machine = RateLimiterStateMachine(policy, at: later)
        for _ in 0..<10 { _ = machine.reserve(1, maxWait: .max, at: later) }
        guard case .admitted(_, let wait) = machine.reserve(1, maxWait: .max, at: 0) else {
            Issue.record("refused for the length of the jump")
            return
        }
        #expect(wait <= oneSecond)
        #expect(machine.available(at: 10 * oneSecond) > 0)
    }

    @Test("a hold ends although the clock jumped back", arguments: both)
    func holdAndJump(policy: RateLimiterPolicy) {
        let later: Int64 = 100 * 365 * 86_400 * oneSecond
        var machine = RateLimiterStateMachine(policy, at: later)
        #expect(machine.hold(until: later + oneSecond, at: later) == true)
        #expect(machine.holdLeft(at: later) == oneSecond)
        #expect(machine.available(at: 0) >= 0)
        #expect(machine.holdLeft(at: 0) <= oneSecond)
        #expect(machine.available(at: 3 * oneSecond) > 0)
    }

    @Test(
        "any clock traps nothing",
        arguments: both + [
            .tokenBucket(1, per: .seconds(31_536_000), burst: 1, maxWait: .seconds(31_536_000)),
            .tokenBucket(1_000_000_000, per: .milliseconds(1), burst: 1_000_000_000),
        ])
    func swings(policy: RateLimiterPolicy) {
        var machine = RateLimiterStateMachine(policy, at: .min)
        for round in 0..<200 {
            for now in [Int64.max, .min, 0, -1, 1, .max, .max, .min, .min, .max / 2] {
                let answer = machine.reserve(Int64(round % 3 + 1), maxWait: .max, at: now)
                if case .admitted(let reservation, let wait) = answer {
                    #expect(wait >= 0)
                    #expect(machine.waitLeft(reservation, at: now) >= 0)
                    if round.isMultiple(of: 3) { _ = machine.giveBack(reservation, at: now) }
                }
                if round.isMultiple(of: 5) { _ = machine.hold(until: .max, at: now) }
                machine.settle(1, actual: round.isMultiple(of: 2) ? 3 : 0, at: now)
                machine.leave(.max, at: now)
                machine.leave(0, at: now)
                #expect(machine.available(at: now) >= 0)
                #expect(machine.wait(of: 1, at: now) >= 0)
            }
        }
    }

    @Test("costs of nothing, below nothing and above the burst are refused, by both doors", arguments: both)
    func costs(policy: RateLimiterPolicy) {
        let limiter = CallRateLimiter(policy, named: "users", on: ManualClock())
        for cost in [0, -1, Int.min, 4, Int.max] {
            #expect(!limiter.tryAcquire(cost: cost))
            let error = #expect(throws: RateLimitedError.self) { _ = try limiter.reserve(cost: cost).delay }
            #expect(error?.retryAfter == nil && error?.cost == cost)
            #expect(error?.description.contains(cost < 1 ? "must be at least 1" : "above the burst of 3") == true)
            #expect(error?.classification == .permanent)
        }
        #expect(limiter.snapshot().available == 3)
        #expect(limiter.snapshot().refusals == 10)
    }

    @Test("settlements of any numbers trap nothing", arguments: both)
    func settlements(policy: RateLimiterPolicy) {
        let clock = ManualClock()
        let limiter = CallRateLimiter(policy, on: clock)
        for (estimate, actual) in [(0, Int.max), (Int.max, 0), (.min, .max), (.max, .min), (-1, -1), (1, .max)] {
            limiter.settle(estimate: estimate, actual: actual)
        }
        #expect(limiter.snapshot().available >= 0)
        clock.advance(by: .seconds(3_600))
        #expect(limiter.snapshot().available == 3, "the debt of one call is bounded")
    }

    @Test("headers that claim a limit of 0 or 10^18 stay within the bounds, and an event says so")
    func claims() {
        let recorder = RecordingRateLimiterObserver()
        let limiter = CallRateLimiter(
            .tokenBucket(1_000, per: .seconds(1), burst: 10).learns(upTo: 2_000), named: "users", on: ManualClock(),
            observer: recorder.observer)
        for (claimed, accepted) in [(0, 10), (1_000_000_000_000_000_000, 2_000), (Int.max, 2_000), (500, 500)] {
            limiter.learn(RateLimitStatus(limit: claimed))
            #expect(limiter.snapshot().limit == accepted)
        }
        limiter.learn(RateLimitStatus(limit: -5, remaining: -5, reset: .seconds(-5)))
        limiter.learn(RateLimitStatus(limit: .min, remaining: .min, reset: .seconds(Int64.min)))
        #expect(limiter.snapshot().limit == 500)
        #expect(limiter.snapshot().burst == 5 && limiter.snapshot().available == 5)
        #expect(recorder.codes == Array(repeating: "limiter_learned", count: 3))
        #expect(recorder.events.map(\.claimed) == [0, 1_000_000_000_000_000_000, 500])
        #expect(recorder.events.map(\.limit) == [10, 2_000, 500])
    }

    @Test("a reset in the far future holds the limiter for an hour", arguments: both)
    func farReset(policy: RateLimiterPolicy) {
        let clock = ManualClock()
        let limiter = CallRateLimiter(policy, on: clock)
        limiter.learn(RateLimitStatus(remaining: 0, reset: .seconds(Int64.max)))
        #expect(limiter.snapshot().holdLeft == .seconds(3_600))
        clock.advance(by: .seconds(3_600))
        #expect(limiter.tryAcquire())
    }

    @Test("a million keys stay within the bound of their registry, and live ones keep their state")
    func keys() {
        let clock = ManualClock()
        let registry = RateLimiterRegistry(.ten, named: "http", capacity: 1_000, clock: RetryClock(clock))
        let held = registry.limiter("held")
        let drained = registry.limiter("drained")
        while drained.tryAcquire() {}
        var refused = 0
        for number in 0..<1_000_000 {
            if !registry.limiter("\(number)").tryAcquire() { refused += 1 }
            if number.isMultiple(of: 100) { clock.advance(by: .milliseconds(100)) }
        }
        #expect(refused == 0 && registry.count == 1_000 && registry.unkept == 0)
        #expect(registry.limiter("held") === held)
        #expect(held.name == "http[held]")
    }

    @Test("a limiter that owes tokens is not forgotten")
    func owing() {
        let registry = RateLimiterRegistry(.ten, capacity: 2, clock: RetryClock(ManualClock()))
        while registry.limiter("a").tryAcquire() {}
        while registry.limiter("b").tryAcquire() {}
        for number in 0..<100 { _ = registry.limiter("\(number)") }
        #expect(!registry.limiter("a").tryAcquire() && !registry.limiter("b").tryAcquire())
        #expect(registry.unkept == 100)
        #expect(registry.snapshots.map(\.name) == ["a", "b"])
    }

    @Test("keys that only look alike are different ones")
    func alike() {
        let registry = RateLimiterRegistry(.ten)
        #expect(registry.limiter("caf\u{E9}") !== registry.limiter("cafe\u{301}"))
        #expect(registry.limiter("a") === registry.limiter("a"))
    }
}
