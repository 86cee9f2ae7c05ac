import RetryAsync
import RetryTesting
import Testing

@Suite("Asynchronous calls through a breaker", .timeLimit(.minutes(20)))
struct BreakerCallTests {
    private final class NotSendable {
        var count = 0
    }

    private struct Handle: ~Copyable {
        let number: Int
    }

    @Test("record their outcomes, and are rejected while the circuit is open")
    func calls() async throws {
        let bench = CircuitBreakerTestBench(policy: .unstable)
        #expect(try await bench.breaker.call { () async in 1 } == 1)
        for _ in 0..<3 {
            await #expect(throws: TransientError.self) {
                try await bench.breaker.call { () async throws in throw TransientError() }
            }
        }
        let error = await #expect(throws: CircuitOpenError.self) {
            try await bench.breaker.call { () async in Issue.record("the operation ran") }
        }
        #expect(error == CircuitOpenError(name: "test", retryAfter: .seconds(60), state: .open))
    }

    @Test("count a rejected value, which is returned all the same")
    func rejection() async throws {
        let bench = CircuitBreakerTestBench()
        let unavailable = { (status: borrowing Int) -> ErrorClassification? in status >= 500 ? .serverError : nil }
        let status = try await bench.breaker.call(rejecting: unavailable) { () async in 503 }
        #expect(status == 503 && bench.breaker.snapshot.consecutiveFailures == 1)
        _ = try await bench.breaker.call(rejecting: unavailable) { () async in 200 }
        #expect(bench.breaker.snapshot.consecutiveFailures == 0)
    }

    @Test("are neutral when they are cancelled, whatever they throw")
    func cancellation() async {
        let bench = CircuitBreakerTestBench(policy: .default.halfOpen(successes: 1))
        bench.trip()
        bench.elapseBreak()
        let started = Task {
            try await bench.breaker.call { () async throws in
                withUnsafeCurrentTask { $0?.cancel() }
                throw TransientError()
            }
        }
        _ = await started.result
        #expect(bench.breaker.state == .halfOpen)
        #expect(bench.breaker.snapshot.inFlight == 0 && bench.breaker.snapshot.probeFailures == 0)
        await #expect(throws: CancellationError.self) {
            try await bench.breaker.call { () async throws in throw CancellationError() }
        }
        #expect(bench.breaker.snapshot.inFlight == 0 && bench.breaker.snapshot.probeSuccesses == 0)
    }

    @MainActor
    @Test("stay on the caller's actor, with its state and values that cannot be copied")
    func isolation() async throws {
        let breaker = CircuitBreaker("main")
        let mine = NotSendable()
        let handle = try await breaker.call { () async throws in
            MainActor.assertIsolated()
            mine.count += 1
            return Handle(number: mine.count)
        }
        #expect(handle.number == 1)
    }

    @Test("are made by a protected function")
    func protected() async throws {
        let bench = CircuitBreakerTestBench(policy: .unstable)
        let half = bench.breaker.protect(Self.half)
        #expect(try await half(42) == 21)
        for _ in 0..<3 { _ = try? await half(1) }
        await #expect(throws: CircuitOpenError.self) { try await half(42) }
    }

    @Sendable private static func half(_ number: Int) async throws -> Int {
        if number.isMultiple(of: 2) { return number / 2 }
        throw TransientError("\(number) is odd")
    }
}
