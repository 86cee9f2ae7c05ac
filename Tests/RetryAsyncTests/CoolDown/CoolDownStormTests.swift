import RetryAsync
import RetryTesting
import Testing

/// 50 callers with 40 calls each, on a service that bears 10 calls a second and answers 429 with 2 s: 200 s at best.
@Suite("A cool-down gate in a storm", .timeLimit(.minutes(20)))
struct CoolDownStormTests {
    struct Result: Sendable {
        let requestsPerUse: Double
        let time: Double
        let requests: [Duration]
    }

    private func storm(_ pipeline: @escaping @Sendable (ManualClock) -> RetryPipeline) throws -> Result {
        let results = Locked<Result?>(nil)
        _ = try DeterministicExecutor.explore(seeds: 1..<2, jobLimit: 1_000_000) { clock in
            let server = ThrottlingServer(rate: 10, retryAfter: .seconds(2), on: clock)
            let pipeline = pipeline(clock).clock(clock.retryClock)
            await withTaskGroup { group in
                for _ in 0..<50 {
                    group.addTask {
                        for _ in 0..<40 { try? await pipeline { try await server.answer() } }
                    }
                }
            }
            let end = server.state.withLock { $0 }
            results.withLock {
                $0 = Result(
                    requestsPerUse: Double(end.requests.count) / Double(end.useful),
                    time: clock.elapsed / .seconds(1) / (Double(end.useful) / 10), requests: end.requests)
            }
            return "done"
        }
        return try #require(results.withLock { $0 })
    }

    private static let policy = RetryPolicy.immediate(100)

    @Test("the pace is known: next to no 429, and no time lost")
    func knownPace() throws {
        let result = try storm { clock in
            RetryPipeline(policy: Self.policy)
                .coolDown(CoolDownGate(CoolDownPolicy(maxWait: .seconds(600)).paced(10, per: .seconds(1)), on: clock))
        }
        #expect(result.requestsPerUse <= 1.05, "\(result.requestsPerUse)")
        #expect(result.time <= 1.05, "\(result.time)")
        let after = result.requests.filter { $0 > .seconds(2.1) }
        for (index, time) in after.enumerated() where index >= 11 { #expect(time - after[index - 11] >= .seconds(1)) }
    }

    @Test("the pace is learned")
    func learnedPace() throws {
        let result = try storm { clock in
            RetryPipeline(policy: Self.policy).coolDown(
                CoolDownGate(CoolDownPolicy(maxWait: .seconds(600)), on: clock))
        }
        #expect(result.requestsPerUse <= 1.1, "\(result.requestsPerUse)")
        #expect(result.time <= 1.4, "\(result.time)")
    }

    @Test("a limiter holds by itself when the service throttles, and paces at its own limit")
    func limiter() throws {
        let result = try storm { clock in
            let policy = RateLimiterPolicy.tokenBucket(10, per: .seconds(1), burst: 10, maxWait: .seconds(600))
            return RetryPipeline(policy: Self.policy).limiter(CallRateLimiter(policy, on: clock))
        }
        #expect(result.requestsPerUse <= 1.05, "\(result.requestsPerUse)")
        #expect(result.time <= 1.05, "\(result.time)")
    }

    @Test("while the gate is closed, the service gets no more requests than were in flight")
    func requestsInTheHold() throws {
        let result = try storm { clock in
            RetryPipeline(policy: Self.policy).coolDown(
                CoolDownGate(CoolDownPolicy(maxWait: .seconds(600)), on: clock))
        }
        // Ten callers had an answer before the first 429, and had started their second call.
        #expect(result.requests.filter { $0 <= .milliseconds(40) }.count <= 60)
        #expect(result.requests.filter { $0 > .milliseconds(40) && $0 < .seconds(2) }.isEmpty)
    }

    @Test("without a gate each caller learns for itself, and the service gets twice the requests")
    func without() throws {
        let result = try storm { _ in RetryPipeline(policy: Self.policy) }
        #expect(result.requestsPerUse > 1.5, "\(result.requestsPerUse)")
    }
}
