import AsyncHTTPClient
import RetryAsync
import Shared
import SharedHTTP

extension Agent {
    /// The semantic index is down for a while; the word index is not.
    static let retrievalScript: Upstream.Script = [
        "/index/meanings": [.status(503), .status(503), .json("rain, drizzle, sleet")],
        "/index/words": [.json("rain")],
    ]

    /// Answers a query by the better index, or else by the poorer one.
    func retrieve() async throws {
        begin("Retrieval", "a query that falls back")
        let breaker = CircuitBreaker(
            "index",
            policy: CircuitBreakerPolicy(consecutiveFailures: 2, breakDuration: .seconds(1), successesToClose: 1)
        )
        let meanings = RetryPipeline(policy: .api.maxAttempts(2).backoff(.constant(.milliseconds(20)))).breaker(breaker)

        func query(_ comment: String) async throws -> String {
            let outcome = await meanings.outcome { try await client.text(upstream.url("/index/meanings")) }
            let reason = outcome.stopReason
            let answer: String
            switch reason {
            case .succeeded, .cancelled: answer = try outcome.get()
            default: answer = try await client.text(upstream.url("/index/words"))
            }
            print("    \(comment.padded(22))  \(answer)  (\(reason))")
            return answer
        }

        checks.expect("first answer", try await query("two attempts fail"), is: "rain")
        await expectRequests("/index/meanings", 2)
        checks.expect("second answer", try await query("the circuit is open"), is: "rain")
        await expectRequests("/index/meanings", 2)
        try await Task.sleep(for: .milliseconds(1_050))
        checks.expect("third answer", try await query("the index is back"), is: "rain, drizzle, sleet")
        await expectRequests("/index/meanings", 3)
        await expectRequests("/index/words", 2)
        checks.expect("circuit", breaker.state, is: .closed)
    }
}
