import RetryCore
import RetryTesting
import Testing

/// A limiter answers concurrent threads as its state machine answers sequential calls.
@Suite("Histories of a rate limiter on real threads", .timeLimit(.minutes(20)))
struct LimiterHistoryTests {
    /// The next step of a thread; it knows the last of its reservations.
    enum Step: CaseIterable, Sendable {
        case tryOne, tryTwo, reserve, reserveTwo, giveBack, look, interval, period, hold, surplus, debt, learn, left
    }

    enum Input: Sendable {
        case reserve(Int64, maxWait: Int64)
        case giveBack(RateReservation)
        case left(RateReservation)
        case settle(Int64, actual: Int64)
        case look, interval, period, hold, learn
    }

    enum Output: Sendable, Equatable {
        case nothing
        case answer(RateLimiterStateMachine.Answer)
        case isAdmitted(Bool)
        case time(Int64)
        case seen(available: Int, wait: Duration, isExhausted: Bool)
    }

    /// The state machine and the clock, one step after the other.
    struct Model: SequentialModel {
        struct Key: Hashable {
            var machine: RateLimiterStateMachine
            var now: Int64 = 0
        }

        var key: Key

        mutating func allows(_ output: Output, for input: Input) -> Bool {
            if case .isAdmitted(let isAdmitted) = output, case .reserve(let cost, let maxWait) = input {
                guard case .admitted = key.machine.reserve(cost, maxWait: maxWait, at: key.now) else {
                    return !isAdmitted
                }
                return isAdmitted
            }
            return output == answer(input)
        }

        private mutating func answer(_ input: Input) -> Output {
            switch input {
            case .reserve(let cost, let maxWait):
                return .answer(key.machine.reserve(cost, maxWait: maxWait, at: key.now))
            case .giveBack(let reservation): _ = key.machine.giveBack(reservation, at: key.now)
            case .left(let reservation): return .time(key.machine.waitLeft(reservation, at: key.now))
            case .settle(let estimate, let actual): key.machine.settle(estimate, actual: actual, at: key.now)
            case .hold: _ = key.machine.hold(until: key.now + oneSecond, at: key.now)
            case .learn: key.machine.leave(1, at: key.now)
            case .look:
                let available = key.machine.available(at: key.now)
                let wait = key.machine.wait(of: 1, at: key.now)
                return .seen(
                    available: Int(available), wait: .nanoseconds(wait), isExhausted: key.machine.isExhausted)
            case .interval: key.now += 100_000_000
            case .period: key.now += oneSecond
            }
            return .nothing
        }
    }

    /// The object of one history.
    struct Harness: Sendable {
        let clock = ManualClock()
        let limiter: CallRateLimiter

        init(_ policy: RateLimiterPolicy) {
            limiter = CallRateLimiter(policy, on: clock)
        }

        func perform(_ step: Step, _ last: inout RateReservation?) -> (Input, Output) {
            switch step {
            case .tryOne, .tryTwo:
                let cost = step == .tryOne ? 1 : 2
                return (.reserve(Int64(cost), maxWait: 0), .isAdmitted(limiter.tryAcquire(cost: cost)))
            case .reserve, .reserveTwo:
                let cost: Int64 = step == .reserve ? 1 : 2
                let answer = limiter.reserve(cost, maxWait: .max)
                if case .admitted(let reservation, _) = answer { last = reservation }
                return (.reserve(cost, maxWait: .max), .answer(answer))
            case .giveBack:
                guard let reservation = last else { return perform(.tryOne, &last) }
                last = nil
                limiter.giveBack(reservation)
                return (.giveBack(reservation), .nothing)
            case .left:
                guard let reservation = last else { return perform(.look, &last) }
                return (.left(reservation), .time(limiter.waitLeft(reservation)))
            case .look:
                let seen = limiter.snapshot()
                return (.look, .seen(available: seen.available, wait: seen.wait, isExhausted: seen.isExhausted))
            case .interval, .period:
                clock.advance(by: step == .interval ? .milliseconds(100) : .seconds(1))
                return (step == .interval ? .interval : .period, .nothing)
            case .hold:
                limiter.hold(for: .seconds(1))
                return (.hold, .nothing)
            case .surplus:
                limiter.settle(estimate: 2, actual: 1)
                return (.settle(2, actual: 1), .nothing)
            case .debt:
                limiter.settle(estimate: 1, actual: 2)
                return (.settle(1, actual: 2), .nothing)
            case .learn:
                limiter.learn(RateLimitStatus(remaining: 1))
                return (.learn, .nothing)
            }
        }
    }

    @Test("have an order in which the state machine answers the same", arguments: [RateLimiterPolicy.ten, .three])
    func histories(policy: RateLimiterPolicy) throws {
        var generator = SeededGenerator(seed: 11)
        // 10,000 in all; half of them with operations that are made to overlap.
        let plans = (0..<5_000).map { number in
            HistoryRun<Harness, Step, Input, Output>.Plan(
                object: Harness(policy),
                steps: (0..<3).map { _ in
                    (0..<4).map { _ in Step.allCases.randomElement(using: &generator) ?? .tryOne }
                },
                isWide: number.isMultiple(of: 2))
        }
        let histories = try #require(
            HistoryRun(plans).histories { harness in
                var last: RateReservation?
                return { step in harness.perform(step, &last) }
            })
        let model = Model(key: Model.Key(machine: RateLimiterStateMachine(policy, at: 0)))
        let wrong = histories.filter { !Linearizability.holds($0, from: model) }
        #expect(wrong.count == 0, "\(wrong.first.map { "\($0)" } ?? "")")
        #expect(histories.map { $0.overlapCount() }.reduce(0, +) > 5_000)
    }
}
