import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// The mistakes that hedging libraries are known to have made, each in every order of events that a seed leads to.
///
/// Times are such that much happens in the same millisecond: then the schedule decides what comes first. The state
/// machine has the same tests by itself.
@Suite("Known mistakes of hedging, in schedules", .timeLimit(.minutes(Schedules.minutes)))
struct HedgeScheduleTests {
    private typealias Plan = HedgeScenario.Plan

    /// Runs a scenario under twice the total of the schedules, and counts the ends.
    private func explore(
        _ scenario: @escaping @Sendable (inout SeededGenerator, ManualClock) async throws -> String
    ) throws -> [String: Int] {
        try Schedules.explore(percent: 200) { generator, clock in
            var generator = generator
            return try await scenario(&generator, clock)
        }
    }

    private static func hedger(
        _ milliseconds: Int, _ attempts: Int = 2, budget: RetryBudgetPolicy? = nil, clock: ManualClock? = nil,
        observer: RetryBudgetObserver? = nil
    ) -> Hedger {
        Hedger(
            HedgePolicy(.fixed(.milliseconds(milliseconds)), maxAttempts: attempts, budget: budget),
            clock: clock.map { RetryClock($0) }, budgetObserver: observer)
    }

    @Test func aRefusalByTheBudgetLeavesTheRunningAttemptAlone() throws {
        let ends = try explore { generator, clock in
            let events = RecordingRetryBudgetObserver()
            let delay = generator.pick(0, 10, 50)
            let hedger = Self.hedger(
                delay, budget: .ratio(0, floor: 0), clock: clock, observer: events.observer)
            let call = HedgeScenario(hedger, Plan(milliseconds: 50, isDeaf: generator.pick(true, false)))
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            try call.require(clock.elapsed == .milliseconds(50) && call.started == [1], "the primary ends by itself")
            let refusals = hedger.snapshot().counts.suppressedByBudget
            try call.require(delay == 50 || refusals == 1, "one refusal")
            try call.require(events.codes == (refusals == 0 ? [] : ["budget_exhausted"]), "one event")
            return end
        }
        #expect(ends.keys.sorted() == ["value 1"])
    }

    @Test func losersHaveSeenTheirCancellationAndEndedWhenTheCallReturns() throws {
        let ends = try explore { generator, clock in
            let hedger = Self.hedger(generator.pick(0, 1, 2), 3)
            let isDeaf = generator.pick(true, false)
            let call = HedgeScenario(
                hedger, Plan(milliseconds: 1_000, isDeaf: isDeaf), Plan(milliseconds: generator.pick(3, 4)),
                Plan(milliseconds: generator.pick(2, 3), isDeaf: generator.pick(true, false)))
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            try call.require(call.trace.events.contains(.ended(1, sawCancellation: true)), "the loser was cancelled")
            let late = call.trace.events.contains(.discarded(1))
            try call.require(late == isDeaf, "a late value goes to the caller's closure")
            try call.require(hedger.snapshot().counts.primaries.lost == 1, "it has lost")
            return end
        }
        #expect(ends.keys.sorted() == ["value 2", "value 3"])
    }

    @Test func nothingStartsAfterTheCancellation() throws {
        let ends = try explore { generator, clock in
            let hedger = Self.hedger(generator.pick(1, 2), 5)
            let fault = generator.pick(nil, Fault(1))
            var call = HedgeScenario(
                hedger, Plan(milliseconds: generator.pick(1, 2, 3), error: fault, isDeaf: generator.pick(true, false)))
            call.cancelledAfter = generator.pick(0, 1, 2)
            call.pipeline = generator.pick(.once, RetryPipeline(policy: .immediate(2)))
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            let late = call.startedAfterCancellation
            // The first attempt of a call always starts.
            try call.require(late.isEmpty || late == [1] && call.started == [1], "no start after the cancellation")
            return String(end.prefix(5))
        }
        #expect(ends.keys.contains("Cance") && ends.keys.contains("value"))
    }

    /// An attempt with a time limit of its own that loses is cancelled: its limit is not reached.
    @Test func theTimeLimitOfALoserRaisesNoEvent() throws {
        let ends = try explore { generator, clock in
            let hedger = Self.hedger(generator.pick(0, 1), 2)
            let events = RecordingRetryObserver()
            let limit = generator.pick(4, 9)
            var call = HedgeScenario(hedger, Plan(milliseconds: 60, limit: limit), Plan(milliseconds: 6))
            call.innerObserver = events.observer
            let outer = RecordingRetryObserver()
            call.pipeline = .once.observer(outer.observer)
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            let limits = events.events.filter { $0.errorType == "AttemptTimeoutError" }.count
            let counts = hedger.snapshot().counts.primaries
            try call.require(limits == (limit == 4 ? 1 : 0), "only a limit that was reached is an event")
            try call.require(counts.failed == limits && counts.lost == 1 - limits, "and a failure")
            try call.require(outer.codes == ["attempt", "success"], "the call succeeds")
            return end
        }
        #expect(ends.keys.sorted() == ["value 2"])
    }

    /// The time limit of the group, in the same millisecond as the ends of attempts and the delay.
    @Test func theTimeLimitOfTheGroupIsOneFailure() throws {
        let ends = try explore { generator, clock in
            let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(generator.pick(1, 5))), maxAttempts: 3))
            let outer = RecordingRetryObserver()
            var call = HedgeScenario(
                hedger, Plan(milliseconds: generator.pick(5, 60)),
                Plan(milliseconds: generator.pick(4, 60), error: generator.pick(nil, Fault(2))))
            call.pipeline = RetryPipeline(policy: .once.attemptTimeout(.milliseconds(5))).observer(outer.observer)
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            try call.require(clock.elapsed <= .milliseconds(5), "the group ends at its limit")
            let limits = outer.events.filter { $0.errorType == "AttemptTimeoutError" }.count
            try call.require(limits == (end == "AttemptTimeoutError" ? 1 : 0), "one event")
            try call.require(outer.codes.count == 2 && outer.codes.first == "attempt", "one attempt")
            return end
        }
        #expect(Set(ends.keys).isSubset(of: ["AttemptTimeoutError", "value 1", "value 2", "Fault 1", "Fault 2"]))
        #expect(ends["AttemptTimeoutError"] != nil && ends["value 1"] != nil)
    }

    @Test func aFailedAttemptDoesNotWin() throws {
        let ends = try explore { generator, clock in
            let delay = generator.pick(0, 5, 10)
            let hedger = Self.hedger(delay, 2)
            let call = HedgeScenario(
                hedger, Plan(milliseconds: 5, error: Fault(1), isDeaf: generator.pick(true, false)),
                Plan(milliseconds: generator.pick(5, 20)))
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            let counts = hedger.snapshot().counts.primaries
            // Started at once, a hedge may succeed in the millisecond of the failure, and before it.
            try call.require(counts.failed == 1 || delay == 0 && counts.lost == 1, "the failure counts")
            return end
        }
        #expect(ends.keys.sorted() == ["value 2"])
    }

    @Test func anEmptyThrottleAdmitsNoHedge() throws {
        let ends = try explore { generator, clock in
            let throttle = RetryBudget(.throttle(maxTokens: 2))
            for _ in 0..<2 { throttle.failed(.transient) }
            let hedger = Self.hedger(generator.pick(0, 10), generator.pick(2, 5))
            let fault = generator.pick(nil, Fault(1))
            var call = HedgeScenario(hedger, Plan(milliseconds: generator.pick(10, 20), error: fault))
            call.pipeline = call.pipeline.budget(throttle)
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            try call.require(call.started == [1], "no hedge")
            return end
        }
        #expect(ends.keys.sorted() == ["Fault 1", "value 1"])
    }

    @Test func theLateErrorOfALoserIsNotSeen() throws {
        let ends = try explore { generator, clock in
            let late = generator.pick(from: [Fault(9), Fault(9, .auth), CancellationError()] as [any Error & Sendable])
            let events = RecordingRetryObserver()
            let call = HedgeScenario(
                Self.hedger(1), Plan(milliseconds: 30, error: late, isDeaf: true),
                Plan(milliseconds: generator.pick(2, 3)))
            var seen = call
            seen.pipeline = .once.observer(events.observer)
            let end = await seen.run(on: clock)
            try call.checkEnd(clock)
            try call.require(events.codes == ["attempt", "success"], "the call has succeeded")
            return end
        }
        #expect(ends.keys.sorted() == ["value 2"])
    }

    @Test func theCountsAddUp() throws {
        let ends = try explore { generator, clock in
            let hedger = Hedger(
                HedgePolicy(
                    generator.pick(.zero, .never, .fixed(.milliseconds(1)), .fixed(.milliseconds(2))),
                    maxAttempts: generator.pick(2, 3, 5),
                    budget: generator.pick(.unlimited, .limit(1, per: .seconds(9)))),
                clock: RetryClock(clock))
            func plan() -> Plan {
                Plan(
                    milliseconds: generator.pick(0, 1, 2, 3),
                    error: generator.pick(from: [nil, Fault(1), Fault(1), PermanentError("no")]),
                    isDeaf: generator.pick(true, false, false))
            }
            let own = ScriptedGuard(.admit, generator.pick(.admit, .reject), generator.pick(.admit, .reject))
            var call = HedgeScenario(hedger, plans: [plan(), plan(), plan(), plan(), plan()])
            call.pipeline = call.pipeline.guarded(by: own)
            call.cancelledAfter = generator.pick(nil, nil, nil, 1, 2)
            let end = await call.run(on: clock)
            try call.checkEnd(clock)
            let counts = hedger.snapshot().counts
            try call.require(counts.primaries.started == 1, "one primary")
            try call.require(counts.hedges.started == call.started.count - 1, "all hedges are counted")
            try call.require(counts.suppressedByGuards == own.notes.filter { $0 == .rejected }.count, "rejections")
            let won = counts.primaries.won + counts.hedges.won
            try call.require(won == (end.hasPrefix("value") ? 1 : 0) || call.cancelledAfter != nil, "one winner")
            try call.require(own.isSettled, "each ticket comes back once")
            return end
        }
        #expect(
            Set(["CancellationError", "Fault 1", "PermanentError", "value 1", "value 2", "value 3"]).isSubset(
                of: ends.keys))
    }

    /// One in a hundred answers takes a second, in the driver's own time.
    @Test func theQuantileIsThatOfTheService() throws {
        let clock = ManualClock()
        let hedger = Hedger(HedgePolicy(.quantile(0.95)), clock: clock.retryClock)
        try DeterministicExecutor.run(seed: 1, clock: clock, jobLimit: .max) {
            var generator = SeededGenerator(seed: 7)
            for _ in 0..<10_000 {
                let latencies = (0..<2).map { _ in
                    Int.random(in: 0..<100, using: &generator) == 0
                        ? 1_000_000_000 : Int.random(in: 8_000_000...12_000_000, using: &generator)
                }
                try await hedge(hedger, through: .once.clock(clock.retryClock)) { attempt in
                    try await clock.sleep(for: .nanoseconds(latencies[attempt.number - 1]))
                }
            }
        }
        let state = hedger.snapshot()
        let exact = 8_000_000 + 4_000_000 * 0.95 / 0.99
        #expect(abs(Double(state.delay?.saturatedNanoseconds ?? 0) / exact - 1) < 0.1, "\(state)")
        #expect((0.03...0.06).contains(state.counts.extraLoad), "\(state)")
    }
}
