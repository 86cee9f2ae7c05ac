import RetryCore
import RetryTesting

/// Calls with retries through one breaker, to a service that fails a share of the attempts by chance.
///
/// Ten calls a second for 1,000 s, in a Poisson process. An attempt takes 50 ms; a call has four of them, with full
/// jitter from 200 ms on. A call that finds the circuit open ends.
struct ChanceStorm {
    private let failing: Double
    private var breaker: CircuitBreakerStateMachine?
    private var generator = SeededGenerator(seed: 2026)
    private var queue = SimulationQueue()
    private var attempts: [(number: Int, admission: CircuitBreakerStateMachine.Admission?)] = []
    private var result = StormResult()

    static func run(_ policy: CircuitBreakerPolicy?, failing: Double) -> StormResult {
        var storm = ChanceStorm(policy, failing)
        storm.run()
        return storm.result
    }

    private init(_ policy: CircuitBreakerPolicy?, _ failing: Double) {
        breaker = policy.map { CircuitBreakerStateMachine(policy: $0) }
        self.failing = failing
    }

    private mutating func run() {
        queue.add(.call, at: generator.exponential(0.1))
        while let event = queue.next() {
            switch event.kind {
            case .call where event.time >= 1_000: break
            case .call:
                result.calls += 1
                start(1, at: event.time)
                queue.add(.call, at: event.time + generator.exponential(0.1))
            case .answer: answer(event.id, at: event.time)
            default: start(event.id, at: event.time)
            }
        }
    }

    /// Starts an attempt, unless the breaker rejects it.
    private mutating func start(_ number: Int, at time: Double) {
        var admission: CircuitBreakerStateMachine.Admission?
        if breaker != nil {
            admission = breaker?.admit(at: .seconds(time), isRetry: number > 1, using: &generator)
            if admission == nil { return }
        }
        result.attempts += 1
        attempts.append((number, admission))
        queue.add(.answer, attempts.count - 1, at: time + 0.05)
    }

    private mutating func answer(_ id: Int, at time: Double) {
        let (number, admission) = attempts[id]
        let isSuccess = generator.share() >= failing
        if let admission {
            breaker?.finish(
                admission, isSuccess ? .success : .failure(.serverError), at: .seconds(time), using: &generator)
        }
        if isSuccess {
            result.successes += 1
        } else if number < 4 {
            let wait = generator.share() * 0.2 * Double(1 << (number - 1))
            queue.add(.arrival, number + 1, at: time + wait)
        }
    }
}
