import RetryAsync
import RetryTesting
import Testing

@Suite("Calls through a cool-down gate", .timeLimit(.minutes(20)))
struct CoolDownCallTests {
    private let clock = ManualClock()

    private func pipeline(_ gate: CoolDownGate, _ policy: RetryPolicy = .once) -> RetryPipeline {
        RetryPipeline(policy: policy).coolDown(gate).clock(clock.retryClock)
    }

    @Test("one throttled call holds back the others, and waits itself")
    func holdsBack() async throws {
        let gate = CoolDownGate(CoolDownPolicy().paced(1, per: .seconds(1)), on: clock)
        let starts = Log<Duration>()
        let failing = pipeline(gate, .immediate(2))
        let first = Task {
            try await failing {
                starts.add(clock.elapsed)
                if starts.count == 1 { throw ThrottlingServer.Throttled(retryAfter: .seconds(3)) }
            }
        }
        await clock.waitForSleepers(1)
        let second = Task { try await pipeline(gate).execute { starts.add(clock.elapsed) } }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(3))
        while starts.count < 2 { await Task.yield() }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        _ = try await (first.value, second.value)
        #expect(starts.events == [.zero, .seconds(3), .seconds(4)])
        #expect(gate.snapshot().holds == 1)
    }

    @Test("a call whose wait does not fit fails now: by the gate's policy, or by its deadline")
    func failsNow() async throws {
        let gate = CoolDownGate(CoolDownPolicy(maxWait: .seconds(5)), named: "users", on: clock)
        gate.hold(for: .seconds(6))
        let error = await #expect(throws: CoolingDownError.self) {
            try await pipeline(gate).execute { Issue.record("ran") }
        }
        #expect(error?.retryAfter == .seconds(6) && error?.name == "users")
        let patient = CoolDownGate(on: clock)
        patient.hold(for: .seconds(6))
        await #expect(throws: DeadlineExceededError.self) {
            try await pipeline(patient, .once.deadline(.seconds(5))).execute { Issue.record("ran") }
        }
        #expect(clock.elapsed == .zero && patient.snapshot().waiting == 0)
    }

    @Test("a call that is cancelled while it waits leaves the line, and the next one moves up")
    func cancellation() async throws {
        let gate = CoolDownGate(CoolDownPolicy().paced(1, per: .seconds(1)), on: clock)
        gate.hold(for: .seconds(2))
        let starts = Log<Duration>()
        let first = Task { try await pipeline(gate).execute { Issue.record("ran") } }
        await clock.waitForSleepers(1)
        let second = Task { try await pipeline(gate).execute { starts.add(clock.elapsed) } }
        await clock.waitForSleepers(2)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        while gate.snapshot().waiting != 1 { await Task.yield() }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(2))
        try await second.value
        #expect(starts.events == [.seconds(2)] && gate.snapshot().departures == 1)
    }

    @Test("a hold that begins while a call waits, and is too long for it, ends the call")
    func longerHold() async throws {
        let gate = CoolDownGate(CoolDownPolicy(maxWait: .seconds(5)), on: clock)
        gate.hold(for: .seconds(2))
        let task = Task { try await pipeline(gate).execute { Issue.record("ran") } }
        await clock.waitForSleepers(1)
        gate.hold(for: .seconds(60))
        clock.advance(by: .seconds(2))
        await #expect(throws: CoolingDownError.self) { try await task.value }
        #expect(gate.snapshot().waiting == 0)
    }

    @Test("blocking calls wait too")
    func blocking() throws {
        let clock = ManualClock(autoAdvance: true)
        let gate = CoolDownGate(CoolDownPolicy().paced(1, per: .seconds(1)), on: clock)
        gate.hold(for: .seconds(2))
        let pipeline = RetryPipeline(policy: .once).coolDown(gate).clock(clock.retryClock)
            .sleeper(ManualSleeper(clock: clock).sleeper)
        // A thread of the tests' tasks must not be blocked: there a call is rejected.
        #expect(throws: CoolingDownError.self) { try retryBlocking(pipeline) {} }
        let context = try RetryContext(pipeline)
        #expect(throws: CoolingDownError.self) { try context.next() }
    }

    @Test("a pipeline has one gate, and its description shows it in the order in which guards are asked")
    func modifier() {
        let gate = CoolDownGate(named: "users", on: clock)
        let pipeline = RetryPipeline("users").coolDown(CoolDownGate(on: clock)).coolDown(gate)
        #expect("\(pipeline)".hasSuffix("cool-down gate users: open"))
        #expect(!"\(pipeline.coolDown(nil))".contains("cool-down"))
    }

    @Test("a limiter doubles its hold where no time is named, and a success sets it back")
    func limiter() async throws {
        let clock = ManualClock(autoAdvance: true)
        let recorder = RecordingRateLimiterObserver()
        let limiter = CallRateLimiter(
            .tokenBucket(10, per: .seconds(1), burst: 1, maxWait: .seconds(60)), on: clock, observer: recorder.observer)
        let pipeline = RetryPipeline(policy: .immediate(4)).limiter(limiter).clock(clock.retryClock)
        let starts = Log<Duration>()
        for _ in 0..<2 {
            try await pipeline {
                starts.add(clock.elapsed)
                if starts.count % 4 != 0 { throw ThrottlingServer.Throttled(retryAfter: nil) }
            }
        }
        #expect(recorder.codes == Array(repeating: "limiter_held", count: 6))
        #expect(recorder.events.map(\.wait) == [1, 2, 4, 1, 2, 4].map { .seconds($0) })
        #expect(Array(starts.events.prefix(4)) == [0, 1_100, 3_200, 7_300].map { .milliseconds($0) })
    }

    @Test("calls of a limiter that were under way together are throttled together")
    func limiterWindow() async throws {
        let limiter = CallRateLimiter(.tokenBucket(10, per: .seconds(1), burst: 5), on: clock)
        let pipeline = RetryPipeline(policy: .once).limiter(limiter).clock(clock.retryClock)
        let clock = clock
        let tasks = (0..<5).map { _ in
            Task {
                try await pipeline {
                    try await clock.sleep(for: .seconds(1))
                    throw ThrottlingServer.Throttled(retryAfter: nil)
                }
            }
        }
        await clock.waitForSleepers(5)
        clock.advance(by: .seconds(1))
        for task in tasks { _ = await task.result }
        #expect(limiter.snapshot().holdLeft == .seconds(1))
    }
}
