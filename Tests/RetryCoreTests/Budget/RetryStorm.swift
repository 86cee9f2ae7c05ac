import RetryCore
import RetryTesting

/// Clients that call a server which fails a share of its calls, by chance; each client has a budget of its own.
///
/// Arrivals are a Poisson process, each leg over the network takes a time of mean 10 ms, with no wait between attempts.
struct RetryStorm {
    var clients = 100
    var callsPerSecond = 10.0
    var seconds = 20.0
    var failing: Double
    var retries = 3

    /// Runs all clients, one after the other: they share nothing.
    func run(_ policy: RetryBudgetPolicy) -> StormResult {
        var generator = SeededGenerator(seed: 2022)
        var result = StormResult()
        for _ in 0..<clients { run(policy, &generator, &result) }
        return result
    }

    private func run(_ policy: RetryBudgetPolicy, _ generator: inout SeededGenerator, _ result: inout StormResult) {
        var bucket = RetryBudgetStateMachine(policy)
        var queue = SimulationQueue()
        var attempts: [(number: Int, payment: RetryBudgetStateMachine.Withdrawal?)] = []
        func send(_ number: Int, _ payment: RetryBudgetStateMachine.Withdrawal?, at time: Double) {
            result.attempts += 1
            attempts.append((number, payment))
            let legs = generator.exponential(0.01) + generator.exponential(0.01)
            queue.add(.answer, attempts.count - 1, at: time + legs)
        }
        queue.add(.call, at: generator.exponential(1 / callsPerSecond))
        while let event = queue.next() {
            let now = Int64(event.time * 1e9)
            if event.kind == .call {
                guard event.time < seconds else { continue }
                result.calls += 1
                bucket.requestStarted(at: now)
                send(1, nil, at: event.time)
                queue.add(.call, at: event.time + generator.exponential(1 / callsPerSecond))
                continue
            }
            let (number, payment) = attempts[event.id]
            if generator.share() >= failing {
                result.successes += 1
                bucket.succeeded(after: payment)
            } else if number > retries {
                bucket.failed()
            } else if let payment = bucket.withdraw(.transient, at: now) {
                send(number + 1, payment, at: event.time)
            }
        }
    }
}
