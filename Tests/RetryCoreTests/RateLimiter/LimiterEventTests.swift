import RetryCore
import RetryTesting
import Testing

@Suite("Events and snapshots of a rate limiter", .timeLimit(.minutes(20)))
struct LimiterEventTests {
    private let clock = ManualClock()
    private let recorder = RecordingRateLimiterObserver()

    private func limiter(_ policy: RateLimiterPolicy = .ten) -> CallRateLimiter {
        CallRateLimiter(policy, named: "users", on: clock, observer: recorder.observer)
    }

    @Test("the first rejection is an event, the next ones are counted, and the recovery is an event")
    func exhaustion() {
        let limiter = limiter()
        for _ in 0..<3 { #expect(limiter.tryAcquire()) }
        #expect(recorder.events.isEmpty)
        for _ in 0..<100 { #expect(!limiter.tryAcquire()) }
        #expect(recorder.codes == ["limiter_exhausted"])
        clock.advance(by: .milliseconds(999))
        #expect(limiter.tryAcquire())
        #expect(recorder.codes == ["limiter_exhausted"])
        clock.advance(by: .milliseconds(1))
        #expect(limiter.tryAcquire())
        #expect(recorder.codes == ["limiter_exhausted", "limiter_recovered"])
        #expect(recorder.events.map(\.refusals) == [1, 100])
        #expect(recorder.events.map(\.number) == [1, 2])
        #expect(recorder.events.map(\.logLevel) == [.warning, .info])
    }

    @Test("a hold and a learned limit are events, each once")
    func holds() {
        let limiter = limiter()
        limiter.hold(for: .seconds(2))
        limiter.hold(for: .seconds(1))
        limiter.hold(for: .zero)
        limiter.hold(for: .seconds(-1))
        limiter.learn(RateLimitStatus(limit: 5))
        limiter.learn(RateLimitStatus(limit: 5))
        limiter.learn(RateLimitStatus(limit: 7, period: .seconds(60)))
        #expect(
            recorder.events.map(\.description) == [
                "limiter_held limiter=users wait=2s", "limiter_learned limiter=users limit=5 claimed=5",
            ])
    }

    @Test("the snapshot has the state and the counts, and the description is one line")
    func snapshot() throws {
        let limiter = limiter()
        #expect("\(limiter)" == "rate limiter users: 3 of 3 tokens, 10 per 1s")
        for _ in 0..<3 { _ = limiter.tryAcquire() }
        let turn = try limiter.reserve()
        #expect(turn.delay == .milliseconds(100))
        _ = limiter.tryAcquire()
        turn.giveBack()
        let lost = try limiter.reserve()
        let behind = try limiter.reserve()
        lost.giveBack()
        let seen = limiter.snapshot()
        #expect(seen.name == "users" && seen.policy == .ten && seen.limit == 10)
        #expect(seen.available == 0 && seen.wait == .milliseconds(300) && seen.holdLeft == .zero)
        #expect(seen.waits == 3 && seen.refusals == 1 && seen.returns == 1 && seen.losses == 1)
        #expect(seen.isExhausted)
        #expect("\(seen)" == "users: 0 of 3 tokens, 10 per 1s, next in 300ms, 1 call rejected")
        limiter.hold(for: .seconds(2))
        #expect("\(limiter.snapshot())".contains("held for 2s"))
        behind.giveBack()
    }

    @Test("metrics: exhaustions, holds and learned limits by the limiter's name")
    func metrics() {
        let limiter = limiter()
        while limiter.tryAcquire() {}
        limiter.hold(for: .seconds(2))
        limiter.learn(RateLimitStatus(limit: 5))
        clock.advance(by: .seconds(5))
        #expect(limiter.tryAcquire())
        let values = Locked<[String: Double]>([:])
        for event in recorder.events {
            event.measure { measurement in
                values.withLock { $0[measurement.metric.name, default: 0] += measurement.value }
                #expect(measurement.dimensions == [EventField("limiter", "users")])
            }
        }
        #expect(
            values.withLock { $0 } == [
                "retry.limiter.exhaustions": 1, "retry.limiter.exhausted": 1, "retry.limiter.hold": 2,
                "retry.limiter.limit": 5,
            ])
    }

    @Test("events arrive in order and one at a time, from eight threads, and an observer may use the limiter")
    func threads() {
        let clock = clock
        let events = Locked<[RateLimiterEvent]>([])
        let own = Locked<CallRateLimiter?>(nil)
        let limiter = CallRateLimiter(
            .ten, on: clock,
            observer: RateLimiterObserver { event in
                events.withLock { $0.append(event) }
                _ = own.withLock { $0 }?.snapshot()
            })
        own.withLock { $0 = limiter }
        let threads = (0..<8).map { _ in
            TestThread {
                for _ in 0..<200 {
                    while limiter.tryAcquire() {}
                    clock.advance(by: .seconds(2))
                }
            }
        }
        for thread in threads { thread.join() }
        for _ in 0..<40 { _ = limiter.snapshot() }
        let seen = events.withLock { $0 }
        #expect(seen.count > 1)
        var last = 0
        for event in seen {
            #expect(event.number == last + event.lost + 1)
            last = event.number
        }
        own.withLock { $0 = nil }
    }
}
