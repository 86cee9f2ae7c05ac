import RetryAsync
import RetryTesting
import Testing

/// Many callers of one breaker in every order that a seed leads to, and what must hold in each.
///
/// A failure names its seed. To look at it again, run `Schedules.explore` for that seed.
@Suite("Schedules of a breaker", .serialized, .timeLimit(.minutes(Schedules.minutes)))
struct BreakerScheduleTests {
    /// Something that must not happen.
    private struct Broken: Error { let rule: String }

    private static let policies = [
        CircuitBreakerPolicy(consecutiveFailures: 2, breakDuration: .seconds(2)),
        CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(1)).halfOpen(probes: 2, successes: 2),
        CircuitBreakerPolicy(consecutiveFailures: 9, breakDuration: .seconds(2))
            .failureRatio(0.5, ofLast: 6, minimumCalls: 3).halfOpen(probes: 1, successes: 1, lease: .seconds(1)),
        CircuitBreakerPolicy(consecutiveFailures: 9, breakDuration: .seconds(1))
            .slowCallRatio(0.5, slowerThan: .seconds(2), within: .seconds(10), minimumCalls: 3),
    ]

    @Test("probes stay within their number, events in order, late ends inert, and nothing is left behind")
    func schedules() throws {
        let ends = try Schedules.explore(percent: 100) { generator, clock in
            var generator = generator
            let policy = generator.pick(from: Self.policies)
            let recorder = RecordingCircuitBreakerObserver()
            let breaker = CircuitBreaker(
                "schedule", policy: policy, clock: RetryClock(clock), observer: recorder.observer)
            let plans = (0..<4).map { _ in (0..<2).map { _ in Plan(&generator) } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for plan in plans {
                    group.addTask { for call in plan { try await Self.make(call, breaker, clock) } }
                }
                try await group.waitForAll()
            }
            try Self.check(breaker, recorder, policy, clock)
            return "\(recorder.events.count) changes"
        }
        #expect(ends.keys.count >= 3, "\(ends)")
    }

    /// The plan of one call.
    private struct Plan: Sendable {
        let pause: Int
        let seconds: Int
        let ending: Int

        init(_ generator: inout SeededGenerator) {
            (pause, seconds, ending) = (
                generator.pick(0, 0, 1, 2), generator.pick(0, 1, 2, 3), generator.pick(0, 1, 1, 2)
            )
        }
    }

    private static func make(_ plan: Plan, _ breaker: CircuitBreaker, _ clock: ManualClock) async throws {
        if plan.pause > 0 { try await clock.sleep(for: .seconds(plan.pause)) }
        guard let admission = breaker.admit() else {
            try require(breaker.timeUntilProbe != nil || breaker.state != .open, "only a closed form turns away")
            return
        }
        let now = breaker.machine
        try require(
            now.state(at: .zero) != .halfOpen || now.snapshot(at: .zero).inFlight ?? 0 <= now.policy.probes,
            "probes stay within their number")
        if plan.seconds > 0 { try await clock.sleep(for: .seconds(plan.seconds)) }
        let before = breaker.machine
        breaker.finish(admission, [.success, .failure(.transient), .neutral][plan.ending])
        if before.generation != admission.generation {
            try require(breaker.machine == before, "the end of a call of an earlier generation changes nothing")
        }
    }

    private static func check(
        _ breaker: CircuitBreaker, _ recorder: RecordingCircuitBreakerObserver, _ policy: CircuitBreakerPolicy,
        _ clock: ManualClock
    ) throws {
        let events = recorder.events
        try require(events.map(\.number) == (0..<events.count).map { UInt64($0 + 1) }, "events are numbered in order")
        var state = CircuitBreaker.State.closed
        for event in events {
            try require(event.change?.from == state, "each event goes on from the one before")
            state = event.change?.to ?? state
        }
        clock.advance(by: .seconds(100))
        try require(breaker.snapshot.inFlight ?? 0 == 0, "nothing is left in flight")
        try require(breaker.state != .open, "no break is without an end")
        guard breaker.state == .halfOpen else { return }
        for _ in 0..<policy.successesToClose {
            guard let permit = breaker.tryAcquire() else { throw Broken(rule: "no probe is lost for ever") }
            permit.succeed()
        }
        try require(breaker.state == .closed, "the circuit closes when the service is back")
    }

    private static func require(_ condition: Bool, _ rule: String) throws {
        if !condition { throw Broken(rule: rule) }
    }
}
