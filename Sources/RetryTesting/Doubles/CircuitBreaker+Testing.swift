public import RetryCore

/// A circuit breaker on a manual clock, with everything that happened to its state.
///
/// ```swift
/// let bench = BreakerBench(policy: .default)
/// bench.trip()                                   // the service is down
/// #expect(throws: CircuitOpenError.self) { try bench.breaker.call { 1 } }
/// bench.elapseBreak()                            // the break is over
/// #expect(bench.run(.success, .success) == [.admitted, .admitted])
/// #expect(bench.states == [.open, .halfOpen, .closed])
/// ```
public final class BreakerBench: Sendable {
    /// The breaker under test.
    public let breaker: CircuitBreaker
    /// The clock that the breaker reads.
    public let clock: ManualClock
    private let recorder: BreakerRecorder

    /// Creates a breaker whose circuit is closed.
    ///
    /// - Parameters:
    ///   - name: The name of the breaker.
    ///   - policy: What opens and closes the circuit.
    ///   - clock: The clock that the breaker reads.
    ///   - seed: Decides the jitter of the breaks.
    ///   - observer: Sees the state change, after this bench.
    public init(
        _ name: String = "test", policy: CircuitBreakerPolicy = .default, clock: ManualClock = ManualClock(),
        seed: UInt64 = 1, observer: CircuitBreakerObserver = []
    ) {
        let recorder = BreakerRecorder()
        self.clock = clock
        self.recorder = recorder
        breaker = CircuitBreaker(
            name, policy: policy, clock: RetryClock(clock), random: .seeded(seed),
            observer: [recorder.observer, observer])
    }

    /// Everything that happened to the state, in order.
    public var events: [CircuitBreakerEvent] { recorder.events }

    /// The states that the circuit has gone to, in order.
    public var states: [CircuitState] { recorder.states }

    /// Opens the circuit at once, as the policy's rules would.
    public func trip() {
        breaker.trip()
    }

    /// Moves the clock to the end of the break; does nothing if the circuit is not open.
    public func elapseBreak() {
        if let left = breaker.snapshot.timeLeft { clock.advance(by: left) }
    }

    /// What became of one scripted call.
    public enum Answer: Sendable, Hashable {
        /// The call was let through, and ended as the script says.
        case admitted
        /// The call was turned away.
        case rejected
    }

    /// Makes one call after the other, each of which ends as the script says.
    ///
    /// - Parameters:
    ///   - results: How the calls end.
    ///   - duration: How long each takes on the clock.
    /// - Returns: What became of each call.
    @discardableResult
    public func run(_ results: BreakerResult..., taking duration: Duration = .zero) -> [Answer] {
        results.map { result in
            guard let permit = breaker.tryAcquire() else { return .rejected }
            clock.advance(by: duration)
            permit.finish(result)
            return .admitted
        }
    }
}

/// Keeps the state changes of any number of breakers, for a test to look at.
public final class BreakerRecorder: Sendable {
    private let recorded = Locked<[CircuitBreakerEvent]>([])

    /// Creates a recorder that has seen nothing.
    public init() {}

    /// Keeps the events that it is handed.
    public var observer: CircuitBreakerObserver {
        CircuitBreakerObserver { event in self.recorded.withLock { $0.append(event) } }
    }

    /// The events in the order in which they came.
    public var events: [CircuitBreakerEvent] { recorded.withLock { $0 } }

    /// The states that were gone to, in order.
    public var states: [CircuitState] { events.compactMap { $0.change?.to } }

    /// Forgets what was seen.
    public func reset() {
        recorded.withLock { $0 = [] }
    }
}
