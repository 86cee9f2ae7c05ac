import RetryCore
import RetryTesting
import Testing

@Suite("A breaker that rejects retries alone", .timeLimit(.minutes(20)))
struct RetriesOnlyTests {
    private static let failure = AttemptResult.failure(.transient)
    private static let policy = CircuitBreakerPolicy.unstable.rejects(.retries)

    private func admits(_ breaker: CircuitBreaker, isRetry: Bool) -> Bool {
        guard let permit = breaker.tryAcquire(isRetry: isRetry) else { return false }
        permit.neutral()
        return true
    }

    @Test("lets first attempts pass an open circuit, and rejects retries with the time left")
    func open() throws {
        let bench = CircuitBreakerTestBench(policy: Self.policy)
        bench.run(Self.failure, Self.failure, Self.failure)
        #expect(bench.breaker.state == .open)
        bench.clock.advance(by: .seconds(20))
        #expect(admits(bench.breaker, isRetry: false))
        #expect(!admits(bench.breaker, isRetry: true))
        let error = #expect(throws: CircuitOpenError.self) {
            let permit = try bench.breaker.acquire(isRetry: true)
            permit.succeed()
        }
        #expect(error == CircuitOpenError(name: "test", retryAfter: .seconds(40), state: .open))
        #expect(try bench.breaker.call { 42 } == 42)
    }

    @Test("rejects every attempt without that setting")
    func all() {
        let bench = CircuitBreakerTestBench(policy: .unstable)
        bench.trip()
        #expect(!admits(bench.breaker, isRetry: false) && !admits(bench.breaker, isRetry: true))
        #expect(CircuitBreakerPolicy.default.rejects == .all)
    }

    @Test("counts nothing of the attempts that pass an open circuit")
    func uncounted() {
        let bench = CircuitBreakerTestBench(policy: Self.policy.hintOpens())
        bench.trip()
        let before = bench.breaker.machine
        bench.run(.success, .success, .success, Self.failure, .failure(.rateLimit(after: .seconds(200))), .neutral)
        #expect(bench.breaker.machine == before)
        #expect(bench.events.count == 1)
    }

    @Test("takes first attempts as probes after the break, as many as there may be, and lets the others pass")
    func halfOpen() throws {
        let bench = CircuitBreakerTestBench(policy: Self.policy)
        bench.trip()
        bench.elapseBreak()
        let probe = try #require(bench.breaker.ticket())
        #expect(bench.breaker.snapshot.state == .halfOpen && bench.breaker.snapshot.inFlight == 1)
        #expect(!admits(bench.breaker, isRetry: true))
        bench.run(Self.failure, .success, .success)
        #expect(bench.breaker.snapshot.probeSuccesses == 0 && bench.breaker.snapshot.probeFailures == 0)
        probe.succeed()
        bench.run(.success)
        #expect(bench.breaker.state == .closed)
        #expect(admits(bench.breaker, isRetry: true))
    }

    @Test("a retry can be a probe too")
    func retryAsProbe() {
        let bench = CircuitBreakerTestBench(policy: Self.policy)
        bench.trip()
        bench.elapseBreak()
        #expect(admits(bench.breaker, isRetry: true))
        bench.run(Self.failure)
        #expect(bench.breaker.state == .open)
    }

    @Test("rejects everything while it is isolated or forced open")
    func manual() {
        let bench = CircuitBreakerTestBench(policy: Self.policy)
        let isolation = bench.breaker.isolate()
        #expect(!admits(bench.breaker, isRetry: false) && !admits(bench.breaker, isRetry: true))
        isolation.end()
        bench.breaker.forceOpen()
        #expect(!admits(bench.breaker, isRetry: false) && !admits(bench.breaker, isRetry: true))
        bench.breaker.reset()
        #expect(admits(bench.breaker, isRetry: true))
    }

    @Test("lets first attempts pass the moment at which calls that hang open the circuit")
    func slowCalls() {
        let bench = CircuitBreakerTestBench(
            policy: Self.policy.slowCallRatio(0.5, slowerThan: .seconds(1), within: .seconds(60), minimumCalls: 2))
        let hanging = (0..<2).compactMap { _ in bench.breaker.ticket() }
        bench.clock.advance(by: .seconds(2))
        #expect(admits(bench.breaker, isRetry: false))
        #expect(bench.breaker.state == .open)
        #expect(!admits(bench.breaker, isRetry: true))
        withExtendedLifetime(hanging) {}
    }
}
