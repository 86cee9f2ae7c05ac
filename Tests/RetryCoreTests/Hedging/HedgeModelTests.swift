import RetryCore
import RetryTesting
import Testing

/// The state machine beside a plain model that keeps the whole history.
@Suite("Hedged calls beside a model", .timeLimit(.minutes(20)))
struct HedgeModelTests {
    private enum Input: Sendable {
        case time(Int64)
        case started, suppressed, timer, cancelled
        case failed(Int, HedgeStateMachine.Failure)
        case succeeded(Int)
    }

    /// The machine and the model, with the same inputs.
    private struct Pair {
        var machine: HedgeStateMachine
        var model: HedgeModel
        var now: Int64 = 0
        var step: HedgeStep

        init(maxAttempts: Int, delay: Int64?, expectedTime: Int64 = 0, maxHint: Int64 = 20, deadline: Int64 = .max) {
            let policy = HedgePolicy(
                delay.map { .fixed(.nanoseconds($0)) } ?? .never, maxAttempts: maxAttempts,
                maxHint: .nanoseconds(maxHint))
            machine = HedgeStateMachine(policy: policy, delay: delay, expectedTime: expectedTime)
            model = HedgeModel(
                maxAttempts: maxAttempts, delay: delay, expectedTime: expectedTime, maxHint: maxHint,
                deadline: deadline == .max ? 1 << 60 : deadline)
            step = machine.begins(at: 0, deadline: deadline)
            _ = model.step(at: 0)
        }

        /// Returns a sentence about the first difference.
        mutating func take(_ input: Input) -> String? {
            let before = model.starts.count
            let wasOver = machine.end != nil
            switch input {
            case .time(let time):
                now += time
                return nil
            case .timer: step = machine.timerFired(at: now)
            case .started:
                model.started(at: now)
                step = machine.started(at: now)
            case .suppressed:
                model.suppressed(at: now)
                step = machine.suppressed(at: now)
            case .cancelled:
                model.cancelled()
                step = machine.cancelled(at: now)
            case .failed(let attempt, let failure):
                model.failed(attempt, failure, at: now)
                step = machine.failed(attempt, failure, at: now)
            case .succeeded(let attempt):
                model.succeeded(attempt)
                step = machine.succeeded(attempt, at: now)
            }
            let expected = model.step(at: now)
            if step != expected { return "\(input): \(step), expected \(expected)" }
            return fault(before, wasOver)
        }

        private func fault(_ before: Int, _ wasOver: Bool) -> String? {
            if machine.startCount != model.starts.count { return "\(machine.startCount) starts" }
            if wasOver, machine.startCount > before { return "a start after the end" }
            if machine.deadlineSuppressions != model.suppressedByDeadline { return "deadline" }
            if machine.isStarting != model.asksForStart { return "asks for a start" }
            for attempt in 0...6 where machine.isRunning(attempt) != model.running.contains(attempt) {
                return "attempt \(attempt) runs: \(machine.isRunning(attempt))"
            }
            return machine.runningCount == model.running.count ? nil : "\(machine.runningCount) run"
        }
    }

    private static let hints: [RetryHint?] = [
        nil, nil, .after(.zero), .after(.nanoseconds(3)), .after(.nanoseconds(9)), .after(.nanoseconds(21)),
        .after(.nanoseconds(-4)), .never,
    ]

    @Test("random walks agree with the model", arguments: 0..<10)
    func walks(part: UInt64) {
        for seed in part * 1000..<(part + 1) * 1000 {
            var random = SeededGenerator(seed: seed)
            let maxAttempts = Int.random(in: 1...5, using: &random)
            var pair = Pair(
                maxAttempts: maxAttempts, delay: [nil, 0, 1, 4, 10].randomElement(using: &random) ?? nil,
                expectedTime: Int64.random(in: 0...6, using: &random),
                deadline: Bool.random(using: &random) ? .max : Int64.random(in: -2...40, using: &random))
            var inputs: [Input] = []
            for _ in 0..<40 {
                let input = Self.input(pair, using: &random)
                inputs.append(input)
                if let fault = pair.take(input) {
                    Issue.record("seed \(seed): \(fault) after \(inputs)")
                    return
                }
            }
            #expect(pair.machine.startCount <= maxAttempts)
        }
    }

    private static func input(_ pair: Pair, using random: inout SeededGenerator) -> Input {
        let attempt = Int.random(in: 0...pair.model.starts.count + 1, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<5:
            if case .wait(let time?) = pair.step, Bool.random(using: &random) { return .time(max(0, time - pair.now)) }
            return .time(Int64.random(in: 0...5, using: &random))
        case 5..<8: return .timer
        case 8..<12: return .started
        case 12: return .suppressed
        case 13..<18:
            let failure = hints.randomElement(using: &random).map { HedgeStateMachine.Failure.retryable($0) }
            return .failed(attempt, Int.random(in: 0..<12, using: &random) == 0 ? .fatal : failure ?? .fatal)
        case 18: return Int.random(in: 0..<3, using: &random) == 0 ? .succeeded(attempt) : .timer
        default: return Int.random(in: 0..<6, using: &random) == 0 ? .cancelled : .timer
        }
    }

    @Test("all short walks agree with the model", arguments: [nil, 0, 2] as [Int64?])
    func enumeration(delay: Int64?) {
        let inputs: [Input] = [
            .time(1), .timer, .started, .suppressed, .cancelled, .succeeded(1), .succeeded(2),
            .failed(1, .retryable()), .failed(2, .retryable()), .failed(1, .retryable(.after(.nanoseconds(3)))),
            .failed(1, .retryable(.never)), .failed(2, .fatal),
        ]
        var count = 0
        func walk(_ pair: Pair, _ depth: Int, _ path: [Int]) -> Bool {
            if depth == 0 { return true }
            for index in inputs.indices {
                var next = pair
                count += 1
                if let fault = next.take(inputs[index]) {
                    Issue.record("\(fault) after \((path + [index]).map { inputs[$0] })")
                    return false
                }
                if !walk(next, depth - 1, path + [index]) { return false }
            }
            return true
        }
        for deadline in [Int64.max, 3] {
            #expect(walk(Pair(maxAttempts: 2, delay: delay, expectedTime: 1, deadline: deadline), 4, []))
            // The same from the moment at which the primary runs.
            var running = Pair(maxAttempts: 3, delay: delay, expectedTime: 1, deadline: deadline)
            _ = running.take(.started)
            #expect(walk(running, 4, []))
        }
        #expect(count == 4 * (12 + 144 + 1728 + 20_736))
    }
}
