import RetryAsync
import RetryTesting
import Testing

@Suite("A guard inside of a call with guards", .timeLimit(.minutes(20)))
struct InnerGuardTests {
    private let clock = ManualClock(autoAdvance: true)

    private func breaker(_ policy: CircuitBreakerPolicy) -> CircuitBreaker {
        CircuitBreaker("service", policy: policy, clock: clock.retryClock)
    }

    private func call(_ policy: RetryPolicy, _ breaker: CircuitBreaker) -> Call {
        Call(policy: policy, breaker: breaker, clock: clock)
    }

    @Test("does not hide the service's own error", arguments: CallForm.allCases)
    func inner(_ form: CallForm) async throws {
        let inner = breaker(CircuitBreakerPolicy(consecutiveFailures: 1))
        let attempts = Log<Int>()
        let call = Call(policy: .immediate(2), clock: clock)
        await #expect(throws: Fault(1)) {
            try await call.run(form) {
                try inner.call {
                    attempts.add(1)
                    throw Fault(1)
                }
            }
        }
        #expect(attempts.count == 1)
        // If the service was never called, the rejection is the error.
        inner.trip()
        await #expect(throws: CircuitOpenError.self) {
            try await Call(policy: .immediate(2), clock: clock).run(form) { try inner.call { 7 } }
        }
    }

    @Test("is the error of the call if it rejects every attempt: the last one", arguments: CallForm.allCases)
    func rejectionsAlone(_ form: CallForm) async throws {
        let attempts = Log<Int>()
        await #expect(throws: Rejected(2)) {
            try await Call(policy: .immediate(2), clock: clock).run(form) {
                attempts.add(1)
                throw Rejected(attempts.count)
            }
        }
    }

    private struct Rejected: AttemptRejectedError, Equatable {
        let number: Int
        var retryAfter: Duration? { nil }

        init(_ number: Int) { self.number = number }
    }

    @Test("is neutral where a guard further in rejects the attempt", arguments: CallForm.allCases, [false, true])
    func innerRejection(_ form: CallForm, isWrapped: Bool) async throws {
        let outer = breaker(.default)
        outer.trip()
        clock.advance(by: .seconds(60))
        let inner = CircuitBreaker("inner", clock: clock.retryClock)
        inner.trip()
        for _ in 0..<3 {
            await #expect(throws: (any Error).self) {
                try await call(.immediate(2), outer).run(form) {
                    do {
                        try inner.call {}
                    } catch {
                        throw isWrapped ? Wrapper(wrappedError: error) : error
                    }
                }
            }
        }
        // No request was made: nothing is known of the outer service.
        #expect(outer.state == .halfOpen && outer.snapshot.probeSuccesses == 0)
    }

    @Test("is neutral for its own calls, too, where a guard further in rejects one")
    func innerRejectionOfACall() throws {
        let outer = breaker(CircuitBreakerPolicy(consecutiveFailures: 1))
        let inner = CircuitBreaker("inner", clock: clock.retryClock)
        inner.trip()
        #expect(throws: Wrapper.self) {
            try outer.call {
                do { try inner.call {} } catch { throw Wrapper(wrappedError: error) }
            }
        }
        #expect(outer.state == .closed && outer.snapshot.consecutiveFailures == 0)
    }

    @Test(
        "is neutral where a gate further in does not run the effect",
        arguments: CallForm.allCases.filter { $0 != .timed })
    func innerGate(_ form: CallForm) async throws {
        let still = ManualClock().retryClock
        let store = InMemoryEffectStore(clock: still)
        let gate = EffectGate(RetryPipeline().clock(still), store: store)
        _ = try store.claim(ActionID("in progress"), lease: .seconds(10_000))
        await #expect(throws: EffectError.self) { try await gate.once("unknown", as: .nothing) { _ in throw Fault(1) } }
        let outer = breaker(.default)
        outer.trip()
        clock.advance(by: .seconds(60))
        for key in ["in progress", "unknown"] {
            for _ in 0..<3 {
                await #expect(throws: EffectError.self) {
                    try await call(.immediate(1), outer).run(form) {
                        _ = try await gate.once(key, as: .nothing) { _ in }
                    }
                }
            }
        }
        #expect(outer.state == .halfOpen && outer.snapshot.probeSuccesses == 0)
        let full = InMemoryEffectStore(.init(capacity: 1), clock: still)
        _ = try full.claim(ActionID("a"), lease: .seconds(10_000))
        let closed = breaker(CircuitBreakerPolicy(consecutiveFailures: 1))
        await #expect(throws: EffectError.self) {
            try await call(.immediate(1), closed).run(form) {
                _ = try await EffectGate(RetryPipeline().clock(still), store: full).once("b", as: .nothing) { _ in }
            }
        }
        #expect(closed.state == .closed && closed.snapshot.consecutiveFailures == 0)
    }

    @Test("hears of the attempt of a gate further in, whose error says only that its outcome is unknown")
    func innerGatesAttempt() async throws {
        let still = ManualClock().retryClock
        let gate = EffectGate(RetryPipeline().clock(still), store: InMemoryEffectStore(clock: still))
        for (error, failures) in [(Fault(1), 1), (Fault(2, .permanent), 0)] {
            let outer = breaker(.default)
            await #expect(throws: EffectError.self) {
                try await outer.call { try await gate.once("\(error.number)", as: .nothing) { _ in throw error } }
            }
            #expect(outer.snapshot.consecutiveFailures == failures)
        }
    }
}
