import RetryCore
import RetryTesting
import Testing

/// A budget answers concurrent threads as the bucket answers sequential calls.
@Suite("Histories of a budget on real threads", .timeLimit(.minutes(20)))
struct BudgetHistoryTests {
    /// The next step of a thread; it knows the last of its grants.
    enum Step: CaseIterable, Sendable {
        case call, retry, rateLimitRetry, failure, success, successAfterRetry, giveBack, look, second
    }

    enum Input: Sendable {
        case call, failure, look, second
        case retry(ErrorClass)
        case success(RetryBudgetStateMachine.Withdrawal?)
        case giveBack(RetryBudgetStateMachine.Withdrawal)
    }

    enum Output: Sendable, Equatable {
        case nothing
        case granted(RetryBudgetStateMachine.Withdrawal?)
        case held(Double, isExhausted: Bool)
    }

    /// The bucket and the clock, one step after the other.
    struct Model: SequentialModel {
        struct Key: Hashable {
            var bucket: RetryBudgetStateMachine
            var now: Int64 = 0
        }

        var key: Key

        mutating func allows(_ output: Output, for input: Input) -> Bool {
            output == answer(input)
        }

        private mutating func answer(_ input: Input) -> Output {
            switch input {
            case .call: key.bucket.requestStarted(at: key.now)
            case .failure: key.bucket.failed()
            case .second: key.now += 1_000_000_000
            case .retry(let errorClass): return .granted(key.bucket.withdraw(errorClass, at: key.now))
            case .success(let withdrawal): key.bucket.succeeded(after: withdrawal)
            case .giveBack(let withdrawal): key.bucket.giveBack(withdrawal, at: key.now)
            case .look:
                let tokens = key.bucket.tokens(at: key.now)
                return .held(tokens, isExhausted: key.bucket.isExhausted)
            }
            return .nothing
        }
    }

    /// The object of one history.
    struct Harness: Sendable {
        let clock = ManualClock()
        let budget: RetryBudget

        init(_ policy: RetryBudgetPolicy) {
            budget = RetryBudget(policy, on: clock)
        }

        func perform(_ step: Step, _ last: inout RetryBudgetStateMachine.Withdrawal?) -> (Input, Output) {
            let withdrawal = last
            switch step {
            case .retry, .rateLimitRetry:
                let errorClass = step == .retry ? ErrorClass.transient : .rateLimit
                last = budget.withdraw(errorClass)
                return (.retry(errorClass), .granted(last))
            case .look:
                let snapshot = budget.snapshot()
                return (.look, .held(snapshot.balance, isExhausted: snapshot.isExhausted))
            case .failure:
                budget.failed(.transient)
                return (.failure, .nothing)
            case .success, .successAfterRetry:
                last = step == .success ? last : nil
                budget.succeeded(after: step == .success ? nil : withdrawal)
                return (.success(step == .success ? nil : withdrawal), .nothing)
            case .giveBack:
                guard let withdrawal else { return perform(.call, &last) }
                last = nil
                budget.giveBack(withdrawal)
                return (.giveBack(withdrawal), .nothing)
            case .second:
                clock.advance(by: .seconds(1))
                return (.second, .nothing)
            case .call:
                budget.callStarts()
                return (.call, .nothing)
            }
        }
    }

    @Test(
        "have an order in which the bucket answers the same",
        arguments: [
            RetryBudgetPolicy.ratio(0.5, floor: 0.5, ttl: .seconds(2)), .throttle(maxTokens: 5, tokenRatio: 0.5),
            .quota(capacity: 20, cost: 7, costs: [.rateLimit: 3], deposit: 2), .limit(2, per: .seconds(2)),
        ])
    func histories(policy: RetryBudgetPolicy) throws {
        var generator = SeededGenerator(seed: 3)
        // 10,000 in all; half of them with operations that are made to overlap.
        let plans = (0..<2500).map { number in
            HistoryRun<Harness, Step, Input, Output>.Plan(
                object: Harness(policy),
                steps: (0..<3).map { _ in
                    (0..<4).map { _ in Step.allCases.randomElement(using: &generator) ?? .retry }
                },
                isWide: number.isMultiple(of: 2))
        }
        let histories = try #require(
            HistoryRun(plans).histories { harness in
                var last: RetryBudgetStateMachine.Withdrawal?
                return { step in harness.perform(step, &last) }
            })
        let model = Model(key: Model.Key(bucket: RetryBudgetStateMachine(policy, at: Int64(0))))
        let wrong = histories.filter { !Linearizability.holds($0, from: model) }
        #expect(wrong.count == 0, "\(wrong.first.map { "\($0)" } ?? "")")
        #expect(histories.map { $0.overlapCount() }.reduce(0, +) > 2500)
    }
}
