import RetryCore
import RetryTesting
import Testing

/// Callers of a shared breaker that give up, by a time limit or by a cancellation.
@Suite("Callers that give up on a call", .timeLimit(.minutes(20)))
struct TimeLimitTests {
    private static let hung = CircuitBreakerPolicy.default
        .slowCallRatio(0.5, slowerThan: .seconds(2), within: .seconds(60), minimumCalls: 4)

    @Test("a caller with a tiny deadline opens no circuit that others share")
    func tinyDeadline() {
        let bench = CircuitBreakerTestBench()
        for _ in 0..<100 { bench.run(.cutOff(after: .milliseconds(1)), taking: .milliseconds(1)) }
        #expect(bench.breaker.state == .closed)
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
    }

    @Test("a caller with a tiny deadline gives the place of a probe back")
    func tinyDeadlineOfAProbe() {
        let bench = CircuitBreakerTestBench()
        bench.trip()
        bench.elapseBreak()
        #expect(bench.run(.cutOff(after: .milliseconds(1)), .success, .success) == [.admitted, .admitted, .admitted])
        #expect(bench.breaker.state == .closed)
    }

    @Test(
        "a time limit counts from 100 ms on, from the threshold for slow calls, or from the setting",
        arguments: [
            (CircuitBreakerPolicy.default, Duration.milliseconds(100)), (hung, .seconds(2)),
            (hung.timeoutsCount(from: .milliseconds(20)), .milliseconds(20)),
            (.default.timeoutsCount(from: .seconds(5)), .seconds(5)),
        ])
    func shortestTimeout(policy: CircuitBreakerPolicy, shortest: Duration) {
        let bench = CircuitBreakerTestBench(policy: policy)
        bench.run(.cutOff(after: shortest - .nanoseconds(1)))
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
        bench.run(.cutOff(after: shortest))
        #expect(bench.breaker.snapshot.consecutiveFailures == 1)
        for _ in 0..<4 { bench.run(.cutOff(after: .seconds(Int64.max))) }
        #expect(bench.breaker.state == .open)
    }

    @Test("every time limit counts where the policy says so")
    func everyTimeout() {
        let bench = CircuitBreakerTestBench(policy: .default.timeoutsCount(from: .zero))
        for time in [Duration.zero, .nanoseconds(1), .milliseconds(1), .seconds(1), .seconds(1)] {
            bench.run(.cutOff(after: time))
        }
        #expect(bench.breaker.state == .open)
    }

    @Test("a time limit that counts is a transient failure, which is one only where that class is")
    func classOfATimeLimit() {
        let bench = CircuitBreakerTestBench(policy: .default.failures(.only(.serverError)))
        bench.run(.failure(.serverError), .cutOff(after: .seconds(1)))
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
        let neutral = CircuitBreakerTestBench(policy: .default.failures(.only(.serverError)).otherClasses(.neutral))
        neutral.run(.failure(.serverError), .cutOff(after: .seconds(1)))
        #expect(neutral.breaker.snapshot.consecutiveFailures == 1)
    }

    @Test("a service that hangs opens its circuit although every caller cancels")
    func cancelledCallsThatHang() {
        for result in [AttemptResult.neutral, .cutOff(after: .milliseconds(1_999))] {
            let bench = CircuitBreakerTestBench(policy: Self.hung)
            // Slow by the breaker's own clock, whatever the caller's limit was.
            bench.run(result, result, result, taking: .seconds(2))
            #expect(bench.breaker.snapshot.slowCalls == CircuitBreaker.CallCounts(calls: 3, failures: 3))
            #expect(bench.breaker.snapshot.consecutiveFailures == 0)
            bench.run(result, taking: .seconds(2))
            #expect(bench.breaker.state == .open)
            #expect(bench.events.last?.change?.cause == .slowCalls)
        }
    }

    @Test("a call that was cancelled before it was slow counts for nothing")
    func cancelledInTime() {
        let bench = CircuitBreakerTestBench(policy: Self.hung)
        for _ in 0..<10 { bench.run(.neutral, taking: .milliseconds(1_999)) }
        #expect(bench.breaker.snapshot.slowCalls == CircuitBreaker.CallCounts())
        #expect(bench.breaker.snapshot.inFlight == 0)
    }

    @Test("a cancelled call is neutral for the windows of failures, however long it ran")
    func otherWindows() {
        let bench = CircuitBreakerTestBench(
            policy: Self.hung.failureRatio(0.5, ofLast: 10, minimumCalls: 2)
                .failureRatio(0.5, within: .seconds(60), minimumCalls: 2))
        bench.run(.neutral, .neutral, taking: .seconds(9))
        #expect(bench.breaker.snapshot.lastCalls == CircuitBreaker.CallCounts())
        #expect(bench.breaker.snapshot.recentCalls == CircuitBreaker.CallCounts())
    }

    @Test("a probe that is cancelled after the threshold for slow calls has failed")
    func cancelledProbe() {
        let bench = CircuitBreakerTestBench(policy: Self.hung)
        bench.trip()
        bench.elapseBreak()
        bench.run(.neutral, taking: .milliseconds(1_999))
        #expect(bench.breaker.state == .halfOpen)
        bench.run(.neutral, taking: .seconds(2))
        #expect(bench.breaker.state == .open)
        #expect(bench.events.last?.change?.cause == .probeFailed)
    }

    @Test("permits and tickets take a time limit")
    func permits() throws {
        let bench = CircuitBreakerTestBench()
        let permit = try bench.breaker.acquire()
        permit.finish(.cutOff(after: .seconds(1)))
        let ticket = try #require(bench.breaker.ticket())
        #expect(ticket.finish(.cutOff(after: .seconds(1))))
        #expect(!ticket.finish(.success))
        #expect(bench.breaker.snapshot.consecutiveFailures == 2)
    }
}
