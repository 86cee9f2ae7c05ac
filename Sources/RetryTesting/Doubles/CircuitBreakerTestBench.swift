public import RetryCore

/// A circuit breaker on a manual clock that records every change of its state.
///
/// ```swift
/// let bench = CircuitBreakerTestBench(policy: .default)
/// bench.trip()                                   // the service is down
/// #expect(throws: CircuitOpenError.self) { try bench.breaker.call { 1 } }
/// bench.elapseBreak()                            // the break is over
/// #expect(bench.run(.success, .success) == [.admitted, .admitted])
/// #expect(bench.states == [.open, .halfOpen, .closed])
/// ```
public final class CircuitBreakerTestBench: Sendable {
    /// The breaker under test.
    public let breaker: CircuitBreaker
    /// The clock that the breaker reads.
    public let clock: ManualClock
    private let recorder: RecordingCircuitBreakerObserver

    /// Creates a breaker whose circuit is closed.
    ///
    /// - Parameters:
    ///   - name: The name of the breaker.
    ///   - policy: The rules by which the circuit opens and closes.
    ///   - clock: The clock that the breaker reads.
    ///   - seed: The seed for the jitter of the breaks.
    ///   - observer: Receives every change of the state, after this bench.
    public init(
        _ name: String = "test", policy: CircuitBreakerPolicy = .default, clock: ManualClock = ManualClock(),
        seed: UInt64 = 1, observer: CircuitBreakerObserver = []
    ) {
        let recorder = RecordingCircuitBreakerObserver()
        self.clock = clock
        self.recorder = recorder
        breaker = CircuitBreaker(
            name, policy: policy, clock: RetryClock(clock), random: .seeded(seed),
            observer: [recorder.observer, observer])
    }

    /// The changes of the state, in order.
    public var events: [CircuitBreakerEvent] { recorder.events }

    /// The states after each change, in order.
    public var states: [CircuitBreaker.State] { recorder.states }

    /// Opens the circuit at once, as the policy's rules would.
    public func trip() {
        breaker.trip()
    }

    /// Moves the clock to the end of the break; does nothing if the circuit is not open.
    public func elapseBreak() {
        if let left = breaker.snapshot.timeLeft { clock.advance(by: left) }
    }

    /// The result of one scripted call.
    public enum Answer: Sendable, Hashable {
        /// The call was admitted, and had the scripted outcome.
        case admitted
        /// The call was rejected.
        case rejected
    }

    /// Makes one call after the other, each with its scripted outcome.
    ///
    /// - Parameters:
    ///   - results: The outcomes of the calls.
    ///   - duration: The time that each takes on the clock.
    /// - Returns: The result of each call.
    @discardableResult
    public func run(_ results: AttemptResult..., taking duration: Duration = .zero) -> [Answer] {
        results.map { result in
            guard let permit = breaker.tryAcquire() else { return .rejected }
            clock.advance(by: duration)
            permit.finish(result)
            return .admitted
        }
    }
}
