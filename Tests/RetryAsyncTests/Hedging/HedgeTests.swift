import RetryAsync
import RetryCore
import RetryTesting
import Testing

/// Hedged calls, in the order of events that a seed leads to.
///
/// Each test that the field's mistakes ask for is named so.
@Suite("Hedging", .timeLimit(.minutes(20)))
struct HedgeTests {
    private let clock = ManualClock()
    private let started = Log<Int>()
    private let ended = Log<Int>()

    /// The behavior of one attempt: how long it takes, and how it ends.
    private struct Plan: Sendable {
        var milliseconds: Int
        var error: (any Error & Sendable)?
        var isDeaf = false
    }

    private static func takes(_ milliseconds: Int, _ error: (any Error & Sendable)? = nil, isDeaf: Bool = false) -> Plan
    {
        Plan(milliseconds: milliseconds, error: error, isDeaf: isDeaf)
    }

    /// Runs a hedged call whose attempts follow their plans; returns the number of the attempt whose value it is.
    private func run(
        _ plans: Plan..., hedger: Hedger? = nil, pipeline: RetryPipeline = .once, delay: Int = 10,
        cancelledAfter: Int? = nil, discard: @escaping @Sendable (consuming Int) -> Void = { _ in }, seed: UInt64 = 1
    ) throws -> Int {
        let hedger = hedger ?? Hedger(HedgePolicy(.fixed(.milliseconds(delay)), maxAttempts: 3))
        return try DeterministicExecutor.run(seed: seed, clock: clock) { [clock, started, ended] in
            let task = Task(executorPreference: DeterministicExecutor.current) {
                try await hedge(hedger, through: pipeline.clock(clock.retryClock), discard: discard) { attempt in
                    started.add(attempt.number)
                    defer { ended.add(attempt.number) }
                    let plan = plans[min(attempt.number, plans.count) - 1]
                    if plan.isDeaf {
                        await clock.sleepDeaf(for: .milliseconds(plan.milliseconds))
                    } else if plan.milliseconds > 0 {
                        try await clock.sleep(for: .milliseconds(plan.milliseconds))
                    }
                    if let error = plan.error { throw error }
                    return attempt.number
                }
            }
            if let cancelledAfter {
                try await clock.sleep(for: .milliseconds(cancelledAfter))
                task.cancel()
            }
            return try await task.value
        }
    }

    private func hedger(_ delay: HedgeDelay = .fixed(.milliseconds(10)), _ attempts: Int = 2) -> Hedger {
        Hedger(HedgePolicy(delay, maxAttempts: attempts))
    }

    @Test func aFastPrimaryIsNotHedged() throws {
        let hedger = hedger()
        #expect(try run(Self.takes(9), hedger: hedger) == 1)
        #expect(started.events == [1])
        #expect(clock.elapsed == .milliseconds(9))
        #expect(hedger.snapshot().counts.hedges.started == 0)
    }

    @Test func aSlowPrimaryLosesAgainstItsHedge() throws {
        let hedger = hedger()
        #expect(try run(Self.takes(1_000), Self.takes(5), hedger: hedger) == 2)
        #expect(clock.elapsed == .milliseconds(15))
        let counts = hedger.snapshot().counts
        #expect(counts.hedges.won == 1 && counts.primaries.lost == 1)
    }

    @Test func losersAreCancelledAndAwaited() throws {
        #expect(try run(Self.takes(1_000), Self.takes(5)) == 2)
        #expect(ended.events.sorted() == [1, 2], "no attempt runs when the call has returned")
        #expect(clock.sleeperCount == 0)
    }

    @Test func aLoserThatDoesNotReactIsAwaited() throws {
        let discarded = Log<Int>()
        #expect(try run(Self.takes(100, isDeaf: true), Self.takes(5), discard: { discarded.add($0) }) == 2)
        #expect(clock.elapsed == .milliseconds(100))
        #expect(discarded.events == [1], "the late value is discarded")
    }

    @Test func aFailureOfTheBudgetKeepsTheRunningAttempts() throws {
        let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(10)), budget: .ratio(0.1, floor: 0)))
        #expect(try run(Self.takes(50), hedger: hedger) == 1)
        #expect(clock.elapsed == .milliseconds(50))
        #expect(started.events == [1])
        #expect(hedger.snapshot().counts.suppressedByBudget == 1)
    }

    @Test func aFailedAttemptDoesNotWin() throws {
        #expect(try run(Self.takes(5, Fault(1)), Self.takes(20), hedger: hedger()) == 2)
        #expect(clock.elapsed == .milliseconds(25), "the failure starts the next attempt at once")
    }

    @Test func aFatalFailureEndsTheCall() {
        #expect(throws: PermanentError.self) {
            try run(Self.takes(20, PermanentError("no")), Self.takes(1_000), hedger: hedger())
        }
        #expect(clock.elapsed == .milliseconds(20))
        #expect(ended.events.sorted() == [1, 2])
    }

    @Test func ifAllFailTheErrorIsThePrimarys() {
        #expect(throws: Fault(1)) {
            try run(Self.takes(30, Fault(1)), Self.takes(5, Fault(2)), Self.takes(5, Fault(3)))
        }
        #expect(started.events == [1, 2, 3])
    }

    @Test func aDelayOfZeroStartsBothAtOnce() throws {
        #expect(try run(Self.takes(50), Self.takes(5), hedger: hedger(.zero)) == 2)
        #expect(clock.elapsed == .milliseconds(5))
    }

    @Test func aDelayOfNeverHedgesFailuresAlone() throws {
        #expect(try run(Self.takes(500), hedger: hedger(.never)) == 1)
        #expect(try run(Self.takes(5, Fault(1)), Self.takes(5), hedger: hedger(.never)) == 2)
    }

    @Test func nothingStartsAfterTheCancellation() {
        #expect(throws: CancellationError.self) {
            try run(Self.takes(1_000), hedger: hedger(), cancelledAfter: 5)
        }
        #expect(started.events == [1])
        #expect(clock.sleeperCount == 0)
    }

    @Test func aCallerThatIsCancelledBeforeTheCallGetsNoHedge() {
        #expect(throws: CancellationError.self) {
            try DeterministicExecutor.run(seed: 1, clock: clock) { [clock, started] in
                let task = Task(executorPreference: DeterministicExecutor.current) {
                    cancelThisTask()
                    try await hedge(
                        Hedger(HedgePolicy(.zero, maxAttempts: 5)), through: .once.clock(clock.retryClock)
                    ) { attempt in
                        started.add(attempt.number)
                        try await clock.sleep(for: .seconds(1))
                    }
                }
                try await task.value
            }
        }
        #expect(started.events == [1])
    }

    @Test func aGroupIsOneAttemptOfItsRetry() throws {
        let call = RetryPipeline(policy: .immediate(2))
        #expect(throws: Fault(1)) {
            try run(Self.takes(1, Fault(1)), Self.takes(1, Fault(2)), hedger: hedger(), pipeline: call)
        }
        #expect(started.events == [1, 2, 1, 2])
    }

    @Test func anAttemptTimeoutBoundsTheGroup() {
        let call = RetryPipeline(policy: .once.attemptTimeout(.milliseconds(30)))
        #expect(throws: AttemptTimeoutError.self) {
            try run(Self.takes(1_000), hedger: hedger(), pipeline: call)
        }
        #expect(clock.elapsed == .milliseconds(30))
        #expect(ended.events.sorted() == [1, 2])
    }

    @Test func aHedgeAsksTheGuards() throws {
        let breaker = CircuitBreaker(
            "search", policy: CircuitBreakerPolicy(consecutiveFailures: 1), clock: clock.retryClock)
        let call = RetryPipeline("search", policy: .once).breaker(breaker)
        let hedger = hedger()
        #expect(try run(Self.takes(1_000), Self.takes(5), hedger: hedger, pipeline: call) == 2)
        #expect(breaker.state == .closed, "a loser is no failure")
    }

    @Test func anOpenCircuitSuppressesTheHedgeAlone() throws {
        let breaker = CircuitBreaker(
            "search", policy: CircuitBreakerPolicy(consecutiveFailures: 1), clock: clock.retryClock)
        let call = RetryPipeline("search", policy: .once).breaker(breaker)
        let hedger = hedger()
        let value = try DeterministicExecutor.run(seed: 1, clock: clock) { [clock] in
            try await hedge(hedger, through: call.clock(clock.retryClock)) { attempt in
                // Another call opens the circuit meanwhile.
                breaker.forceOpen()
                try await clock.sleep(for: .milliseconds(50))
                return attempt.number
            }
        }
        #expect(value == 1)
        #expect(hedger.snapshot().counts.suppressedByGuards == 1)
    }

    @Test func aNoncopyableValue() throws {
        struct Handle: ~Copyable {
            let number: Int
        }
        let number = try DeterministicExecutor.run(seed: 1, clock: clock) { [clock] in
            let handle = try await hedge(Hedger(HedgePolicy(.zero)), through: .once.clock(clock.retryClock)) {
                attempt in
                try await clock.sleep(for: .milliseconds(attempt.isHedge ? 1 : 9))
                return Handle(number: attempt.number)
            }
            return handle.number
        }
        #expect(number == 2)
    }

    /// Success, failure, cancellation and the delay at the same instants, in many orders.
    @Test func anyOrder() throws {
        var ends: [String: Int] = [:]
        for seed in 0..<Schedules.total / 5 {
            var generator = SeededGenerator(seed: ~seed)
            let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(generator.pick(0, 1, 2))), maxAttempts: 3))
            func plan() -> Plan {
                let error = generator.pick(
                    from: [nil, nil, Fault(1), PermanentError("no")] as [(any Error & Sendable)?])
                return Self.takes(generator.pick(0, 1, 2, 3), error, isDeaf: generator.pick(true, false, false))
            }
            let discarded = Log<Int>()
            let test = HedgeTests()
            let cancelledAfter = generator.pick(nil, nil, 1, 2)
            let end: String
            do {
                let winner = try test.run(
                    plan(), plan(), plan(), hedger: hedger, cancelledAfter: cancelledAfter,
                    discard: { discarded.add($0) }, seed: seed)
                end = "value"
                #expect(!discarded.events.contains(winner))
            } catch let error as ScheduleError {
                throw error
            } catch {
                end = "\(type(of: error))"
            }
            ends[end, default: 0] += 1
            let counts = hedger.snapshot().counts
            #expect(test.started.events.sorted() == test.ended.events.sorted(), "seed \(seed): attempts are awaited")
            #expect(counts.primaries.running == 0 && counts.hedges.running == 0, "seed \(seed): counts add up")
            #expect(counts.primaries.started == 1 && counts.hedges.started == test.started.events.count - 1)
            #expect(Set(discarded.events).count == discarded.events.count)
            #expect(test.clock.sleeperCount == 0)
        }
        #expect(ends.keys.sorted() == ["CancellationError", "Fault", "PermanentError", "value"])
    }

    @Test func theTimerOfACallThatHasEndedIsNotArmed() async throws {
        let manual = ManualTimer(ManualClock())
        let hedger = Hedger(HedgePolicy(.fixed(.seconds(3_600)), maxAttempts: 3))
        for number in 0..<100 {
            let value = try await hedge(hedger, through: .once.clock(manual.clock)) { attempt in
                await Task.yield()
                if !attempt.isHedge, number % 2 == 0 { throw Fault(1) }
                await Task.yield()
                return attempt.number
            }
            #expect(value == (number % 2 == 0 ? 2 : 1))
        }
        #expect(manual.timer.armedCount == 0)
    }

    /// Attempts end, hedges start or not, and nothing hangs, whatever the time says.
    @Test func aClockThatJumps() throws {
        for seed in 0..<500 as Range<UInt64> {
            let jumping = RetryClock(JumpingClock(seed: seed))
            let started = Log<Int>()
            let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(5)), maxAttempts: 5), clock: jumping)
            let policy = RetryPolicy.once.attemptTimeout(.milliseconds(50))
            let ends = try DeterministicExecutor.run(seed: seed) {
                try? await hedge(hedger, through: RetryPipeline(policy: policy).clock(jumping)) { attempt in
                    started.add(attempt.number)
                    for _ in 0..<4 { await Task.yield() }
                    try Task.checkCancellation()
                    return attempt.number
                }
            }
            let counts = hedger.snapshot().counts
            #expect(started.events.count == 1 + counts.hedges.started && started.events.count <= 5, "seed \(seed)")
            #expect(counts.primaries.running == 0 && counts.hedges.running == 0, "seed \(seed)")
            #expect(ends == nil || started.events.contains(ends ?? 0))
        }
    }

    @Test func eachDelayIsOnTheTimer() throws {
        let manual = ManualTimer(clock)
        let hedger = Hedger(HedgePolicy(.fixed(.seconds(1)), maxAttempts: 3))
        let winner = try DeterministicExecutor.run(seed: 1, clock: clock) { [clock] in
            let firing = Task(executorPreference: DeterministicExecutor.current) { await manual.run() }
            let winner = try await hedge(hedger, through: .once.clock(manual.clock)) { attempt in
                try await clock.sleep(for: .seconds(attempt.number == 3 ? 1 : 60))
                return attempt.number
            }
            firing.cancel()
            await firing.value
            return winner
        }
        #expect(winner == 3 && clock.elapsed <= .seconds(4))
        #expect(manual.timer.armedCount == 0)
    }

    @Test(arguments: [1, 2])
    func aValueBesideAFatalFailureIsDiscarded(fatal: Int) {
        let discarded = Log<Int>()
        var plans = [Self.takes(20, isDeaf: true), Self.takes(20, isDeaf: true)]
        plans[fatal - 1] = Self.takes(15, PermanentError("no"))
        #expect(throws: PermanentError.self) {
            try run(plans[0], plans[1], hedger: hedger(.zero), discard: { discarded.add($0) })
        }
        #expect(discarded.events == [3 - fatal])
        #expect(clock.elapsed == .milliseconds(20))
    }
}
