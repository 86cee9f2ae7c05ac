import RetryCore
import RetryTesting
import Testing

/// Hedges and the budgets that pay for them.
@Suite("Budgets of hedges", .timeLimit(.minutes(20)))
struct HedgeBudgetTests {
    private static let ms: Int64 = 1_000_000
    private static let policy = HedgePolicy(.fixed(.milliseconds(10)), maxAttempts: 3)

    /// A call whose primary runs.
    private static func running(_ policy: HedgePolicy = policy, budget: RetryBudget? = nil) -> (Hedger, HedgeCall) {
        let hedger = Hedger(policy)
        var call = HedgeCall(hedger, budget: budget)
        _ = call.begins(at: 0)
        _ = call.started(at: 0)
        return (hedger, call)
    }

    @Test("a hedge withdraws from the budget of retries, once, and before it starts")
    func withdraws() {
        let budget = RetryBudget(.limit(5, per: .seconds(10)))
        var (_, call) = Self.running(budget: budget)
        #expect(budget.snapshot().grants == 0)
        #expect(call.timerFired(at: 10 * Self.ms) == .start(2))
        #expect(call.timerFired(at: 10 * Self.ms) == .start(2))
        #expect(budget.snapshot().grants == 1)
        _ = call.started(at: 10 * Self.ms)
        _ = call.succeeded(1, at: 11 * Self.ms)
        #expect(budget.snapshot().returns == 0 && budget.snapshot().balance == 4)
    }

    @Test("what is paid for a hedge that does not start is given back", arguments: ["rejected", "won", "cancelled"])
    func givesBack(reason: String) {
        let budget = RetryBudget(.limit(5, per: .seconds(10)))
        var (hedger, call) = Self.running(
            HedgePolicy(.fixed(.milliseconds(10)), budget: .limit(1, per: .seconds(1))), budget: budget)
        #expect(call.timerFired(at: 10 * Self.ms) == .start(2))
        switch reason {
        case "rejected": _ = call.rejected(at: 10 * Self.ms)
        case "won": _ = call.succeeded(1, at: 10 * Self.ms)
        default: _ = call.cancelled(at: 10 * Self.ms)
        }
        _ = call.started(at: 10 * Self.ms)
        #expect(budget.snapshot().balance == 5 && budget.snapshot().returns == 1)
        #expect(hedger.snapshot().budget?.balance == 1 && hedger.snapshot().counts.hedges.started == 0)
        #expect(hedger.snapshot().counts.suppressedByGuards == (reason == "rejected" ? 1 : 0))
    }

    @Test("if one of two budgets refuses, the other gets its share back")
    func twoBudgets() {
        let empty = RetryBudget(.limit(0, per: .seconds(10)))
        var (hedger, call) = Self.running(
            HedgePolicy(.fixed(.milliseconds(10)), budget: .limit(1, per: .seconds(1))), budget: empty)
        #expect(call.timerFired(at: 10 * Self.ms) == .wait(until: nil))
        #expect(hedger.snapshot().budget?.balance == 1)

        let full = RetryBudget(.limit(5, per: .seconds(10)))
        (hedger, call) = Self.running(
            HedgePolicy(.fixed(.milliseconds(10)), budget: .limit(0, per: .seconds(1))), budget: full)
        #expect(call.timerFired(at: 10 * Self.ms) == .wait(until: nil))
        #expect(full.snapshot().balance == 5 && full.snapshot().grants == 0)
        #expect(hedger.snapshot().counts.suppressedByBudget == 1)
    }

    @Test("a quantile deposits 1 − q for each call, and grants nothing without")
    func quantileBudget() {
        #expect(HedgePolicy(.quantile(0.95)).budget == .ratio(0.05, floor: 0))
        #expect(HedgePolicy(.quantile(0.99)).budget == .ratio(0.01, floor: 0))
        #expect(HedgePolicy(.fixed(.zero)).budget == .unlimited && HedgePolicy(.never).budget == .unlimited)
        let hedger = Hedger(HedgePolicy(.quantile(0.9)))
        for index in 1...25 {
            var call = HedgeCall(hedger)
            _ = call.begins(at: 0)
            _ = call.started(at: 0)
            _ = call.cancelled(at: 0)
            #expect(hedger.budget?.snapshot().deposits == index)
        }
        #expect(hedger.budget?.withdrawHedge() != nil && hedger.budget?.withdrawHedge() != nil)
        #expect(hedger.budget?.withdrawHedge() == nil)
    }

    // MARK: Throttle

    @Test("a slow attempt is hedged under a throttle without a charge")
    func throttleSlow() {
        let throttle = RetryBudget(.throttle(maxTokens: 10))
        var (_, call) = Self.running(budget: throttle)
        #expect(call.timerFired(at: 10 * Self.ms) == .start(2))
        _ = call.started(at: 10 * Self.ms)
        _ = call.succeeded(2, at: 12 * Self.ms)
        #expect(throttle.snapshot().balance == 10)
    }

    @Test("a throttle is charged once for each failure, and by the caller for that of the group")
    func throttleFailures() {
        func balance(_ inputs: (inout HedgeCall) -> Void) -> Double {
            let throttle = RetryBudget(.throttle(maxTokens: 10))
            var (_, call) = Self.running(budget: throttle)
            inputs(&call)
            return throttle.snapshot().balance
        }
        let failure = HedgeStateMachine.Failure.retryable()
        // One failure, and a success.
        let success = balance {
            _ = $0.failed(1, failure, at: 5)
            _ = $0.started(at: 5)
            _ = $0.succeeded(2, at: 6)
        }
        #expect(success == 9)
        // All three fail: the caller charges for one of them.
        let failures = balance {
            _ = $0.failed(1, failure, at: 5)
            _ = $0.started(at: 5)
            _ = $0.failed(2, failure, at: 6)
            _ = $0.started(at: 6)
            #expect($0.failed(3, failure, at: 7) == .finish(.allFailed))
        }
        #expect(failures == 8)
        // A failure after the others have started, and a fatal one, which is never charged.
        let fatal = balance {
            for time in [10 * Self.ms, 20 * Self.ms] {
                _ = $0.timerFired(at: time)
                _ = $0.started(at: time)
            }
            _ = $0.failed(1, failure, at: 21 * Self.ms)
            #expect($0.failed(2, .fatal, at: 22 * Self.ms) == .finish(.fatal(of: 2)))
        }
        #expect(fatal == 9)
    }

    @Test("a throttle counts the failure before it grants the attempt after it")
    func throttleEdge() {
        let throttle = RetryBudget(.throttle(maxTokens: 10))
        for _ in 0..<4 { throttle.failed(.transient) }
        // 6 of 10 are left: a slow attempt may be hedged, a failed one not.
        var (hedger, call) = Self.running(budget: throttle)
        #expect(call.failed(1, .retryable(), at: 5) == .finish(.allFailed))
        #expect(throttle.snapshot().balance == 6)
        #expect(hedger.snapshot().counts.suppressedByBudget == 1)
        (hedger, call) = Self.running(budget: throttle)
        #expect(call.timerFired(at: 10 * Self.ms) == .start(2))
    }

    @Test("a hedge that wins is paid back as a retry that succeeds")
    func winner() {
        let budget = RetryBudget(.quota())
        var (_, call) = Self.running(budget: budget)
        _ = call.timerFired(at: 10 * Self.ms)
        _ = call.started(at: 10 * Self.ms)
        #expect(budget.snapshot().balance == 486)
        _ = call.succeeded(2, at: 12 * Self.ms)
        #expect(budget.snapshot().balance == 500)
    }

    @Test("a hedge that wins is no deposit where the call deposits its success itself")
    func winnerOfABucket() {
        let budget = RetryBudget(.tokenBucket(perSuccess: 0.5, capacity: 10))
        var (_, call) = Self.running(budget: budget)
        let before = budget.snapshot().balance
        _ = call.timerFired(at: 10 * Self.ms)
        _ = call.started(at: 10 * Self.ms)
        _ = call.succeeded(2, at: 12 * Self.ms)
        #expect(budget.snapshot().balance == before - 1 && budget.snapshot().deposits == 0)
    }

    @Test("random calls never overdraw a budget, and give back what did not start")
    func conserved() {
        for seed in 0..<2000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let budget = RetryBudget(.limit(Int.random(in: 0...6, using: &random), per: .seconds(1000)))
            let policy = HedgePolicy(
                .fixed(.milliseconds(Int.random(in: 0...4, using: &random))),
                maxAttempts: Int.random(in: 1...5, using: &random),
                budget: .limit(Int.random(in: 0...6, using: &random), per: .seconds(1000)))
            var answers = random
            var guards = random
            let simulation = HedgeSimulation(policy, budget: budget) { _, _, _ in
                let failure: HedgeStateMachine.Failure? = Bool.random(using: &answers) ? .retryable() : nil
                let latency = Int64.random(in: 0...9, using: &answers) * Self.ms
                return HedgeSimulation.Answer(latency: latency, failure: failure)
            }
            simulation.chance = random
            simulation.admits = { _, _ in Int.random(in: 0..<5, using: &guards) > 0 }
            for _ in 0..<6 {
                let time = Int64.random(in: 0...20, using: &random) * Self.ms
                let end = Int.random(in: 0..<3, using: &random) == 0 ? time + 5 * Self.ms : nil
                simulation.arrives(at: time, cancelledAt: end)
            }
            let state = simulation.run().hedger.snapshot()
            #expect(state.counts.addsUp)
            #expect(budget.snapshot().retries == state.counts.hedges.started)
            #expect(state.budget?.retries == state.counts.hedges.started)
        }
    }
}
