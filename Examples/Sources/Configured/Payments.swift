import RetryAsync
import RetryFoundation
import RetryTesting
import Shared
import SharedHTTP

extension Program {
    /// Three failures, and no more of them after that.
    static let paymentScript: Upstream.Script = [
        "/pay": [.status(500), .status(500), .status(500), .json("paid")]
    ]

    /// Pays without retries; after three failures the circuit is open for 30 s.
    func pay() async throws {
        begin("Payments", "a breaker that opens after 3 failures for 30 s")
        let clock = ManualClock()
        let configuration = operations.current.configuration
        let breaker = CircuitBreaker(
            "payments", policy: configuration.circuitBreaker ?? .default, clock: RetryClock(clock),
            observer: .log { _, line in print("    \(line)") })
        let payment = RetryPipeline(policy: operations.current[.payment].policy)
            .breaker(breaker)
            .clock(RetryClock(clock))
        func pay() async -> RetryStopReason {
            await payment.outcome { try await client.text(upstream.url("/pay")) }.stopReason
        }

        for _ in 1...3 { checks.expect("end", await pay(), is: .attemptsExhausted) }
        checks.expect("circuit after 3 failures", breaker.state, is: .open)
        clock.advance(by: .milliseconds(29_999))
        checks.expect("end after 29.999 s", await pay(), is: .circuitOpen)
        checks.expect("requests", await upstream.arrivals(at: "/pay").count, is: 3)
        clock.advance(by: .milliseconds(1))
        checks.expect("circuit after 30 s", breaker.state, is: .halfOpen)
        checks.expect("end of the first probe", await pay(), is: .succeeded)
        checks.expect("end of the second probe", await pay(), is: .succeeded)
        checks.expect("circuit at the end", breaker.state, is: .closed)
        checks.expect("requests", await upstream.arrivals(at: "/pay").count, is: 5)
    }
}
