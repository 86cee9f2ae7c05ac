import RetryAsync
import RetryTesting

/// Everything around a gate, made to be looked at: by the clock of a schedule, for a key called "a".
struct OnceHarness: Sendable {
    let clock: ManualClock
    let memory: InMemoryEffectStore
    /// The gate's store; the one in memory by default.
    var store: any EffectStore
    let recorder = RecordingRetryObserver()
    var policy = RetryPolicy(maxAttempts: 3, backoff: .constant(.seconds(1)))
    var receiver = EffectReceiver.mayRepeat
    var lease = Duration.seconds(10)
    var rule = AbandonedClaimBehavior.halt
    var waitLimit: Duration?
    var breaker: CircuitBreaker?
    var budget: RetryBudget?

    init(_ clock: ManualClock, settings: InMemoryEffectStore.Settings = .init()) {
        self.clock = clock
        memory = InMemoryEffectStore(settings, clock: RetryClock(clock))
        store = memory
    }

    /// Runs a scenario to its end, by a clock that moves on when nothing else can happen.
    static func run<Value: Sendable>(
        seed: UInt64 = 1, _ scenario: @escaping @Sendable (OnceHarness) async throws -> Value
    ) throws -> Value {
        let clock = ManualClock()
        return try DeterministicExecutor.run(seed: seed, clock: clock, jobLimit: 100_000) {
            try await scenario(OnceHarness(clock))
        }
    }

    var gate: EffectGate {
        EffectGate(
            RetryPipeline(policy: policy)
                .breaker(breaker)
                .budget(budget)
                .observer(recorder.observer)
                .clock(RetryClock(clock))
                .random(.seeded(1)), store: store,
            policy: EffectGatePolicy(receiver: receiver, lease: lease, ifAbandoned: rule, waitingUpTo: waitLimit))
    }

    /// Runs an effect that throws these errors in turn and then returns, and returns what came of it.
    func once(_ errors: (any Error)..., key: String = "a") async -> Attempted {
        let script = FaultScript<String>(steps: errors.map { .fail($0) } + [.succeed("done")], clock: nil)
        return await attempt(key) { _ in try await script() }.counting(script.calls)
    }

    /// Runs an effect, and returns what came of it.
    func attempt(
        _ key: String = "a", _ effect: @Sendable (EffectContext) async throws -> String
    ) async -> Attempted {
        do {
            return Attempted(result: .success(try await gate.once(key, as: .utf8, effect: effect)))
        } catch {
            return Attempted(result: .failure(error))
        }
    }

    /// Starts a call that can be cancelled.
    func start(
        _ key: String = "a", _ effect: @escaping @Sendable (EffectContext) async throws -> String
    ) -> Task<Attempted, Never> {
        Task(executorPreference: DeterministicExecutor.current) { await attempt(key, effect) }
    }

    func state(_ key: String = "a") -> EffectRecord.State? {
        (try? ActionID(key)).flatMap { memory.record(for: $0)?.state }
    }

    /// Claims the key for another process.
    func claimElsewhere(lease: Duration = .seconds(10), ifAbandoned: AbandonedClaimBehavior = .halt) throws
        -> EffectClaimTicket
    {
        let id = try ActionID("a")
        guard case .execute(let token, _) = memory.claim(id, lease: lease, ifAbandoned: ifAbandoned) else {
            throw Impossible()
        }
        return EffectClaimTicket(id, token)
    }

    struct Attempted: Sendable {
        let result: Result<OnceResult<String>, any Error>
        var calls = 0

        func counting(_ calls: Int) -> Attempted { Attempted(result: result, calls: calls) }

        var value: String? { try? result.get().value }
        var isReplay: Bool? { try? result.get().isReplay }
        var error: (any Error)? { if case .failure(let error) = result { error } else { nil } }

        /// The name of the case of the gate's error.
        var problem: String? {
            switch error as? EffectError {
            case nil: nil
            case .inProgress: "in progress"
            case .indeterminate: "indeterminate"
            case .fingerprintMismatch: "fingerprint mismatch"
            case .storeFull: "full"
            case .fenced: "fenced"
            case .failedBefore: "failed before"
            case .resultNotKept: "not kept"
            case .keyCycle: "key cycle"
            }
        }
    }
}
