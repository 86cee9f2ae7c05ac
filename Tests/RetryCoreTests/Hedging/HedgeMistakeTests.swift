import RetryCore
import RetryTesting
import Testing

/// The mistakes that hedging libraries are known to have made, each as a test.
@Suite("Known mistakes of hedging", .timeLimit(.minutes(20)))
struct HedgeMistakeTests {
    private static let policy = HedgePolicy(.fixed(.milliseconds(10)))

    @Test("a refusal by the budget leaves the attempt that runs alone")
    func budgetRefusal() {
        let events = RecordingRetryBudgetObserver()
        let simulation = HedgeSimulation(
            HedgePolicy(.fixed(.milliseconds(10)), budget: .ratio(0, floor: 0)), budgetObserver: events.observer
        ) { _, _, _ in .success(after: 50) }
        simulation.arrives(at: 0)
        let call = simulation.runCall()
        #expect(call.end == .success(of: 1))
        #expect(call.latency == 50_000_000)
        #expect(call.starts == [0])
        #expect(events.events.map(\.kind) == [.exhausted])
        #expect(simulation.hedger.snapshot().counts.suppressedByBudget == 1)
    }

    @Test("an open breaker suppresses the new attempt alone", arguments: [1, 2, 3])
    func guardRefusal(rejected: Int) {
        let simulation = HedgeSimulation(
            HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 4)
        ) { _, _, _ in .success(after: 50) }
        var asked = 0
        simulation.admits = { _, attempt in
            asked += 1
            return attempt == 1 || asked - 1 > rejected
        }
        simulation.arrives(at: 0)
        let call = simulation.runCall()
        #expect(call.end == .success(of: 1))
        #expect(call.starts.count == 4 - rejected)
        #expect(simulation.hedger.snapshot().counts.suppressedByGuards == rejected)
    }

    @Test("losers are cancelled when the call ends, and lose")
    func losers() {
        let simulation = HedgeSimulation(Self.policy, .success(after: 1000), .success(after: 5))
        let call = simulation.runCall()
        #expect(call.end == .success(of: 2))
        #expect(call.latency == 15_000_000)
        #expect(call.losers == [1])
        let counts = simulation.hedger.snapshot().counts
        #expect(counts.primaries.lost == 1 && counts.primaries.failed == 0 && counts.hedges.won == 1)
    }

    @Test("nothing starts after the cancellation, in any order of the same instant")
    func cancellation() {
        for seed in 0..<10_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let delay = HedgeDelay.fixed(.milliseconds(Int.random(in: 0...3, using: &random)))
            let policy = HedgePolicy(delay, maxAttempts: Int.random(in: 2...5, using: &random))
            let failsAt = Double(Int.random(in: 1...9, using: &random))
            let fails = Bool.random(using: &random)
            let simulation = HedgeSimulation(policy) { _, _, _ in
                fails ? .failure(after: failsAt, .retryable()) : .success(after: 100)
            }
            simulation.chance = random
            let time = Int64.random(in: 0...6, using: &random) * 1_000_000
            simulation.arrives(at: 0, cancelledAt: time)
            let call = simulation.runCall()
            #expect(call.startsAfterEnd == 0 && call.starts.allSatisfy { $0 <= time })
            #expect(simulation.hedger.snapshot().counts.addsUp)
        }
    }

    @Test("a caller that is cancelled before the call starts nothing")
    func cancelledBefore() {
        let hedger = Hedger(HedgePolicy(.zero))
        var call = HedgeCall(hedger)
        #expect(call.cancelled(at: 0) == .finish(.cancelled))
        #expect(call.begins(at: 0) == .finish(.cancelled))
        #expect(call.started(at: 0) == .finish(.cancelled))
        #expect(call.machine.startCount == 0)
        #expect(hedger.snapshot().counts == HedgeCounts())
    }

    @Test("a cancellation between the step and the start wins")
    func cancelledAtTheStart() {
        let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(10)), budget: .limit(1, per: .seconds(1))))
        var call = HedgeCall(hedger)
        #expect(call.begins(at: 0) == .start(1))
        #expect(call.started(at: 0) == .wait(until: 10_000_000))
        #expect(call.timerFired(at: 10_000_000) == .start(2))
        #expect(call.cancelled(at: 10_000_000) == .finish(.cancelled))
        #expect(call.started(at: 10_000_000) == .finish(.cancelled))
        #expect(hedger.snapshot().counts.hedges.started == 0)
        #expect(hedger.snapshot().budget?.returns == 1)
    }

    @Test("a limit outside the call is no failure of its attempts")
    func limit() {
        let simulation = HedgeSimulation(Self.policy) { _, _, _ in .none }
        simulation.arrives(at: 0, limitedAt: 30_000_000)
        let call = simulation.runCall()
        #expect(call.end == .cancelled && call.losers == [1, 2])
        let counts = simulation.hedger.snapshot().counts
        #expect(counts.primaries.cancelled == 1 && counts.hedges.cancelled == 1)
        #expect(counts.primaries.failed + counts.hedges.failed == 0)
    }

    @Test("a failure does not win while another attempt may succeed")
    func failureFirst() {
        let simulation = HedgeSimulation(Self.policy, .failure(after: 5, .retryable()), .success(after: 20))
        let call = simulation.runCall()
        #expect(call.end == .success(of: 2))
        #expect(call.starts == [0, 5_000_000])
        #expect(call.latency == 25_000_000)
    }

    @Test("if all fail, the error is the primary's, whichever failed last", arguments: [3.0, 30])
    func allFail(hedgeTakes: Double) {
        let simulation = HedgeSimulation(
            Self.policy, .failure(after: 20, .retryable()), .failure(after: hedgeTakes, .retryable()))
        let call = simulation.runCall()
        #expect(call.end == .allFailed)
        #expect(call.latency == max(20_000_000, 10_000_000 + Int64(hedgeTakes * 1e6)))
    }

    @Test("the throttle is asked before each hedge")
    func emptyThrottle() {
        let throttle = RetryBudget(.throttle(maxTokens: 2))
        for _ in 0..<2 { throttle.failed(.transient) }
        let simulation = HedgeSimulation(Self.policy, budget: throttle, .success(after: 50), .success(after: 1))
        let call = simulation.runCall()
        #expect(call.end == .success(of: 1) && call.starts == [0])
        #expect(simulation.hedger.snapshot().counts.suppressedByBudget == 1)
        #expect(throttle.snapshot().refusals == 1)
    }

    @Test("a failure without a hint does not hold back the attempt after the next failure")
    func noFalsePushback() {
        let simulation = HedgeSimulation(
            HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 4), .failure(after: 5, .retryable()),
            .failure(after: 3, .retryable()), .failure(after: 1, .retryable()), .success(after: 1))
        let call = simulation.runCall()
        #expect(call.starts == [0, 5_000_000, 8_000_000, 9_000_000])
        #expect(call.end == .success(of: 4))
    }

    @Test("an attempt that cannot start does not end those that run")
    func noStream() {
        let simulation = HedgeSimulation(Self.policy, .success(after: 50), .success(after: 1))
        simulation.admits = { _, attempt in attempt == 1 }
        #expect(simulation.runCall().end == .success(of: 1))
    }

    @Test("the late end of a loser changes nothing")
    func lateEnds() {
        let hedger = Hedger(HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 3))
        var call = HedgeCall(hedger)
        _ = call.begins(at: 0)
        _ = call.started(at: 0)
        _ = call.timerFired(at: 10_000_000)
        _ = call.started(at: 10_000_000)
        #expect(call.succeeded(2, at: 12_000_000) == .finish(.success(of: 2)))
        let counts = hedger.snapshot().counts
        #expect(call.failed(1, .fatal, at: 13_000_000) == .finish(.success(of: 2)))
        #expect(call.failed(1, .retryable(), at: 13_000_000) == .finish(.success(of: 2)))
        #expect(call.succeeded(1, at: 14_000_000) == .finish(.success(of: 2)))
        #expect(call.timerFired(at: 20_000_000) == .finish(.success(of: 2)))
        #expect(call.cancelled(at: 21_000_000) == .finish(.success(of: 2)))
        #expect(hedger.snapshot().counts == counts)
    }

    @Test("a delay of zero starts all attempts at once")
    func zero() {
        let simulation = HedgeSimulation(
            HedgePolicy(.zero, maxAttempts: 3), .success(after: 50), .success(after: 20), .success(after: 30))
        let call = simulation.runCall()
        #expect(call.starts == [0, 0, 0])
        #expect(call.end == .success(of: 2) && call.losers == [1, 3])
    }

    @Test("a timer that fires again and again starts one attempt")
    func repeatedTimer() {
        var machine = HedgeStateMachine(policy: HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 5), delay: 10)
        #expect(machine.begins(at: 0) == .start(1))
        #expect(machine.started(at: 0) == .wait(until: 10))
        for time in 0..<10 as Range<Int64> { #expect(machine.timerFired(at: time) == .wait(until: 10)) }
        #expect(machine.timerFired(at: 12) == .start(2))
        #expect(machine.timerFired(at: 12) == .start(2))
        #expect(machine.started(at: 12) == .wait(until: 22))
        #expect(machine.timerFired(at: 12) == .wait(until: 22))
    }
}
