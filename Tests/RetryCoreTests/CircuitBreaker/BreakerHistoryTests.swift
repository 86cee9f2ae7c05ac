import RetryCore
import RetryTesting
import Testing

/// The time that a thread's next operation sees: told, so that the model can be told the same.
private enum Moment {
    @TaskLocal static var now = Duration.zero

    struct Clock: _Concurrency.Clock {
        typealias Duration = Swift.Duration
        typealias Instant = ManualClock.Instant
        var now: Instant { Instant(Moment.now) }
        var minimumResolution: Duration { .nanoseconds(1) }
        func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
    }
}

enum BreakerStep: Sendable {
    case admit(at: Duration)
    case finish(AttemptResult, at: Duration)
    case state(at: Duration)
    case reset
    case isolate
    case release
}

enum BreakerInput: Sendable {
    case admit(at: Duration)
    case finish(CircuitBreakerStateMachine.Admission, AttemptResult, at: Duration)
    case state(at: Duration)
    case reset
    case isolate
    case release
    case nothing
}

enum BreakerOutput: Sendable, Equatable {
    case admitted(generation: UInt64, probe: UInt64)
    case rejected
    case state(CircuitBreaker.State)
    case done

    init(_ admission: CircuitBreakerStateMachine.Admission?) {
        self = admission.map { .admitted(generation: $0.generation, probe: $0.probe) } ?? .rejected
    }
}

/// The pure machine: what the shared breaker must look like to any number of threads.
extension CircuitBreakerStateMachine: SequentialModel {
    typealias Input = BreakerInput
    typealias Output = BreakerOutput

    var key: CircuitBreakerStateMachine { self }

    mutating func allows(_ output: BreakerOutput, for input: BreakerInput) -> Bool {
        var generator = SeededGenerator(seed: 0)
        switch input {
        case .admit(let now): return BreakerOutput(admit(at: now, using: &generator)) == output
        case .finish(let admission, let result, let now): finish(admission, result, at: now, using: &generator)
        case .state(let now): return .state(state(at: now)) == output
        case .reset: reset()
        case .isolate: isolate()
        case .release: release()
        case .nothing: break
        }
        return true
    }
}

@Suite("Histories of a breaker that threads share", .timeLimit(.minutes(20)))
struct BreakerHistoryTests {
    private static let policies = [
        CircuitBreakerPolicy(consecutiveFailures: 2, breakDuration: .seconds(3)),
        CircuitBreakerPolicy(consecutiveFailures: 1, breakDuration: .seconds(1), successesToClose: 1),
        CircuitBreakerPolicy(consecutiveFailures: 9, breakDuration: .seconds(2))
            .failureRatio(0.5, ofLast: 4, minimumCalls: 2).halfOpen(probes: 2, successes: 2, lease: .seconds(2)),
        CircuitBreakerPolicy(consecutiveFailures: 3, breakDuration: .seconds(2))
            .failureRatio(0.5, within: .seconds(10), minimumCalls: 3),
    ]

    private typealias Run = HistoryRun<CircuitBreaker, BreakerStep, BreakerInput, BreakerOutput>

    private func plan(_ number: Int) -> Run.Plan {
        var random = SeededGenerator(seed: UInt64(number))
        let breaker = CircuitBreaker("history", policy: Self.policies[number % 4], clock: RetryClock(Moment.Clock()))
        let steps = (0..<3).map { _ in
            (0..<8).map { step in
                let now = Duration.seconds(step + Int.random(in: 0...1, using: &random))
                switch Int.random(in: 0..<16, using: &random) {
                case 0..<6: return BreakerStep.admit(at: now)
                case 6..<10: return .finish(.failure(.transient), at: now)
                case 10..<12: return .finish(.success, at: now)
                case 12: return .finish(.neutral, at: now)
                case 13: return .state(at: now)
                case 14: return .reset
                default: return step.isMultiple(of: 2) ? .isolate : .release
                }
            }
        }
        return Run.Plan(object: breaker, steps: steps, isWide: number.isMultiple(of: 2))
    }

    /// Returns the steps of one thread with a breaker: it ends its own calls, in order.
    private static func worker(_ breaker: CircuitBreaker) -> (BreakerStep) -> (BreakerInput, BreakerOutput) {
        var running: [CircuitBreakerStateMachine.Admission] = []
        return { step in
            switch step {
            case .admit(let now):
                let admission = Moment.$now.withValue(now) { breaker.admit() }
                if let admission { running.append(admission) }
                return (.admit(at: now), BreakerOutput(admission))
            case .finish(let result, let now):
                guard !running.isEmpty else { return (.nothing, .done) }
                let admission = running.removeFirst()
                Moment.$now.withValue(now) { breaker.finish(admission, result) }
                return (.finish(admission, result, at: now), .done)
            case .state(let now):
                return (.state(at: now), .state(Moment.$now.withValue(now) { breaker.state }))
            case .reset:
                breaker.reset()
                return (.reset, .done)
            case .isolate:
                breaker.control { machine, _, _ in machine.isolate() }
                return (.isolate, .done)
            case .release:
                breaker.control { machine, _, _ in machine.release() }
                return (.release, .done)
            }
        }
    }

    @Test("of 10,000, each is one of the pure machine's")
    func linearizable() throws {
        let plans = (0..<10_000).map(plan)
        let histories = try #require(Run(plans).histories(Self.worker))
        var overlapping = 0
        for (plan, history) in zip(plans, histories) {
            overlapping += history.overlapCount() > 0 ? 1 : 0
            let holds = Linearizability.holds(history, from: CircuitBreakerStateMachine(policy: plan.object.policy))
            #expect(holds, "\(history.sorted { $0.begin < $1.begin })")
            if !holds { return }
        }
        #expect(overlapping >= plans.count / 2)
        print("breaker histories: \(histories.count), overlapping \(overlapping)")
    }
}
