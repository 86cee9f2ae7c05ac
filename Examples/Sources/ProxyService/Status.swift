import Foundation
import RetryAsync

/// The data of the dashboard.
struct Status: Codable {
    let calls: Int
    let successes: Int
    let attempts: Int
    let retries: Int
    let ends: [String: Int]
    let circuit: Circuit
    let budget: Budget
    let upstream: Upstream
    let latency: Latency

    struct Circuit: Codable {
        let state: String
        let consecutiveFailures: Int
        let openings: Int
        let secondsLeft: Double
    }

    struct Budget: Codable {
        let balance: Double
        let granted: Int
        let refused: Int
        let isExhausted: Bool
    }

    struct Upstream: Codable {
        let isBroken: Bool
        /// The number of requests that arrived.
        let received: Int
        /// The number of requests that would have arrived without the breaker and the budget.
        let wanted: Int
    }

    /// Of the calls of the last second, in milliseconds.
    struct Latency: Codable {
        let p50: Double
        let p95: Double
    }

    init(
        _ counts: RetryMetrics.Snapshot, _ breaker: CircuitBreakerSnapshot, _ budget: RetryBudget.Snapshot,
        _ upstream: Upstream, _ latency: Latency
    ) {
        calls = counts.calls
        successes = counts.successes
        attempts = counts.attemptsMade
        retries = counts.retries
        ends = counts.ends
        circuit = Circuit(
            state: breaker.state.rawValue, consecutiveFailures: breaker.consecutiveFailures,
            openings: breaker.openings, secondsLeft: breaker.timeLeft.map { $0 / .seconds(1) } ?? 0)
        self.budget = Budget(
            balance: budget.balance, granted: budget.grants, refused: budget.refusals,
            isExhausted: budget.isExhausted)
        self.upstream = upstream
        self.latency = latency
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
