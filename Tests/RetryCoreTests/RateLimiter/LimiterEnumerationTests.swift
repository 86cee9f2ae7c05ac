import RetryCore
import Testing

/// Every sequence of inputs up to a length, against a plain model that remembers each call.
@Suite("Every short walk of a rate limiter", .timeLimit(.minutes(20)))
struct LimiterEnumerationTests {
    enum Input: CaseIterable {
        case one, two, three, oneNow, giveBack, half, interval, period
    }

    /// The calls and their starts, in milliseconds.
    struct Model {
        struct Call {
            var start: Int64
            var cost: Int64
        }

        let isExact: Bool
        var calls: [Call] = []
        var now: Int64 = 0

        /// The earliest start, not before any call's, at which no window holds more than the limiter admits.
        func start(_ cost: Int64) -> Int64 {
            var start = max(now, calls.last?.start ?? .min)
            for (index, call) in calls.enumerated() {
                let sum = calls[index...].map(\.cost).reduce(cost, +)
                if isExact {
                    // At most 3 in (start − 1000, start].
                    if sum > 3 { start = max(start, call.start + 1_000) }
                } else {
                    // At most 3, and one for each 100 ms, from this call on.
                    start = max(start, call.start + 100 * (sum - 3))
                }
            }
            return start
        }
    }

    @Test("answers as a model that remembers each call", arguments: [RateLimiterPolicy.ten, .three])
    func walks(policy: RateLimiterPolicy) {
        var walks = 0
        func walk(_ bench: LimiterBench, _ model: Model, _ last: [RateReservation], _ depth: Int) {
            guard depth > 0 else {
                walks += 1
                return
            }
            for input in Input.allCases {
                let bench = bench.copy
                var (model, last) = (model, last)
                switch input {
                case .one, .two, .three, .oneNow:
                    let cost: Int64 = input == .two ? 2 : input == .three ? 3 : 1
                    let start = model.start(cost)
                    let mayWait = input != .oneNow || start == model.now
                    let answer = bench.reserve(cost, maxWait: input == .oneNow ? 0 : .max)
                    guard answer?.wait == (mayWait ? start - model.now : nil) else {
                        Issue.record("\(input) after \(model): \(String(describing: answer))")
                        return
                    }
                    if let answer {
                        model.calls.append(Model.Call(start: start, cost: cost))
                        last.append(answer.reservation)
                    }
                case .giveBack:
                    guard let reservation = last.popLast() else { continue }
                    let returned = bench.giveBack(reservation)
                    let before = (1...3).map(model.start)
                    model.calls.removeLast()
                    // One that is lost must have no effect any more.
                    guard returned || before == (1...3).map(model.start) else {
                        Issue.record("not given back after \(model)")
                        return
                    }
                case .half: (bench.now, model.now) = (bench.now + 50, model.now + 50)
                case .interval: (bench.now, model.now) = (bench.now + 100, model.now + 100)
                case .period: (bench.now, model.now) = (bench.now + 1_000, model.now + 1_000)
                }
                walk(bench, model, last, depth - 1)
            }
        }
        walk(LimiterBench(policy), Model(isExact: policy == .three), [], 6)
        #expect(walks > 100_000)
    }

    @Test("admits no more than its rate and its burst in any window, at random costs and times", arguments: 0..<200)
    func windows(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        let isExact = seed.isMultiple(of: 2)
        let bench = LimiterBench(isExact ? .three : .ten)
        var calls: [Model.Call] = []
        for _ in 0..<300 {
            bench.now += Int64.random(in: 0...200, using: &generator)
            let cost = Int64.random(in: 1...3, using: &generator)
            if let wait = bench.wait(cost, maxWait: 500) {
                calls.append(Model.Call(start: bench.now + wait, cost: cost))
            }
        }
        #expect(zip(calls, calls.dropFirst()).allSatisfy { $0.start <= $1.start }, "out of order")
        for (index, first) in calls.enumerated() {
            var sum: Int64 = 0
            for call in calls[index...] {
                sum += call.cost
                let most =
                    isExact ? (call.start - first.start < 1_000 ? 3 : .max) : 3 + (call.start - first.start) / 100
                #expect(sum <= most)
            }
        }
    }
}
