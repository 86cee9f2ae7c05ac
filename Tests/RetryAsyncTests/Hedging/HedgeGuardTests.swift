import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// The attempts of hedged calls as a circuit breaker with a window counts them.
@Suite("Guards of hedged calls", .timeLimit(.minutes(20)))
struct HedgeGuardTests {
    private typealias Plan = HedgeScenario.Plan

    private let clock = ManualClock()
    private let breaker: CircuitBreaker
    private let guardian = ScriptedGuard()

    init() {
        breaker = CircuitBreaker(
            "search",
            policy: CircuitBreakerPolicy(consecutiveFailures: 1_000)
                .failureRatio(0.9, ofLast: 100, minimumCalls: 100),
            clock: clock.retryClock)
    }

    /// Makes a hedged call; returns what the breaker has counted of it.
    private func count(_ plans: Plan..., delay: Int = 1, cancelledAfter: Int? = nil) throws -> CircuitBreaker.CallCounts
    {
        let clock = clock
        var call = HedgeScenario(
            Hedger(HedgePolicy(.fixed(.milliseconds(delay)), maxAttempts: 3)), plans: plans)
        call.pipeline = RetryPipeline("search", policy: .once).breaker(breaker).guarded(by: guardian)
        call.cancelledAfter = cancelledAfter
        _ = try DeterministicExecutor.run(seed: 1, clock: clock) { [call] in await call.run(on: clock) }
        #expect(guardian.isSettled)
        return try #require(breaker.snapshot.lastCalls)
    }

    @Test func losersCountForNothing() throws {
        let counts = try count(Plan(milliseconds: 90), Plan(milliseconds: 5), Plan(milliseconds: 90))
        #expect(counts == CircuitBreaker.CallCounts(calls: 1, failures: 0))
    }

    @Test func aPrimaryThatWinsIsOneSuccess() throws {
        let counts = try count(Plan(milliseconds: 5), Plan(milliseconds: 90))
        #expect(counts == CircuitBreaker.CallCounts(calls: 1, failures: 0))
    }

    @Test func theFailureOfAPrimaryCountsAlthoughItsHedgeWins() throws {
        let counts = try count(Plan(milliseconds: 3, error: Fault(1)), Plan(milliseconds: 5), delay: 9)
        #expect(counts == CircuitBreaker.CallCounts(calls: 2, failures: 1))
    }

    @Test func theFailureOfAHedgeCounts() throws {
        let counts = try count(Plan(milliseconds: 9), Plan(milliseconds: 2, error: Fault(2)), Plan(milliseconds: 90))
        #expect(counts == CircuitBreaker.CallCounts(calls: 2, failures: 1))
    }

    @Test func ifAllFailEachCountsOnce() throws {
        let counts = try count(Plan(milliseconds: 3, error: Fault(1)))
        #expect(counts == CircuitBreaker.CallCounts(calls: 3, failures: 3))
    }

    @Test func aFatalFailureOfAHedgeCountsOnce() throws {
        _ = try count(
            Plan(milliseconds: 90), Plan(milliseconds: 2, error: Fault(2, .permanent)), Plan(milliseconds: 90))
        let finished = guardian.notes.compactMap { if case .finished(let result) = $0 { result } else { nil } }
        #expect(finished.filter { $0 == .failure(.permanent) }.count == 1)
        #expect(finished.filter { $0 == .neutral }.count == finished.count - 1)
    }

    @Test func aCancelledCallCountsForNothing() throws {
        let counts = try count(Plan(milliseconds: 90), cancelledAfter: 3)
        #expect(counts == CircuitBreaker.CallCounts(calls: 0, failures: 0))
    }

    /// In every order: one success or failure of the group, and the failures of the other attempts.
    @Test func eachFailureCountsOnceInAnyOrder() throws {
        for seed in 0..<Schedules.total / 5 {
            var generator = SeededGenerator(seed: ~seed)
            func plan() -> Plan {
                Plan(milliseconds: generator.pick(1, 2, 3), error: generator.pick(nil, Fault(1), Fault(2)))
            }
            let test = HedgeGuardTests()
            let clock = test.clock
            let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(generator.pick(1, 2))), maxAttempts: 3))
            var call = HedgeScenario(hedger, plan(), plan(), plan())
            call.pipeline = RetryPipeline("search", policy: .once).breaker(test.breaker).guarded(by: test.guardian)
            _ = try DeterministicExecutor.run(seed: seed, clock: clock) { [call] in await call.run(on: clock) }
            let counts = hedger.snapshot().counts
            let failed = counts.primaries.failed + counts.hedges.failed
            let won = counts.primaries.won + counts.hedges.won
            let expected = CircuitBreaker.CallCounts(calls: failed + won, failures: failed)
            #expect(test.breaker.snapshot.lastCalls == expected, "seed \(seed)")
            #expect(test.guardian.isSettled, "seed \(seed)")
        }
    }

    @Test func aHalfOpenCircuitAdmitsOneAttemptInAll() throws {
        let breaker = CircuitBreaker(
            "search",
            policy: CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(1)).halfOpen(probes: 5),
            clock: clock.retryClock)
        breaker.trip()
        clock.advance(by: .seconds(2))
        #expect(breaker.state == .halfOpen)
        let clock = clock
        var probing = HedgeScenario(Hedger(HedgePolicy(.zero, maxAttempts: 5)), Plan(milliseconds: 50))
        probing.pipeline = RetryPipeline("search", policy: .once).breaker(breaker)
        let end = try DeterministicExecutor.run(seed: 1, clock: clock) { [probing] in await probing.run(on: clock) }
        #expect(end == "value 1" && probing.started == [1])
    }
}
