import RetryAsync
import RetryTesting

/// Callers that want one effect, in one process and in several, over a store that cannot always be reached.
///
/// Times are whole seconds: much falls on the same moment, and then the schedule decides what comes first.
struct OnceScenario: Sendable {
    /// The plan of one attempt.
    struct Step: Sendable {
        enum Ending: Sendable { case value, refused, rejected, lost }

        var seconds = 0
        var ending = Ending.value
        /// A Boolean value that indicates whether the attempt goes on when it is cancelled.
        var isDeaf = false
    }

    struct Caller: Sendable {
        var arrival = 0
        /// Callers of one process share a store object; all processes share what is in it.
        var process = 0
        /// The attempts; the last step is repeated.
        var steps = [Step()]
        var cancelledAt: Int?
        var waitLimit: Int?
    }

    static let lease = Duration.seconds(3)

    var callers: [Caller]
    var rule = AbandonedClaimBehavior.halt
    var receiver = EffectReceiver.mayRepeat
    var attemptTimeout: Int?
    /// The time at which the call is interrupted.
    var deadline: Int?
    /// A Boolean value that indicates whether another process claims the key at the beginning, and never settles it.
    var isAbandoned = false
    /// Of this many calls of the store, one fails before it or after it; none if zero.
    var faultEvery = 0
    /// The maximum duration of a call of the store.
    var slowness = 0
    var seed: UInt64 = 0

    private var policy: RetryPolicy {
        RetryPolicy(
            maxAttempts: 3, backoff: .constant(.seconds(1)), deadline: deadline.map { .seconds($0) },
            deadlineBehavior: .interrupt, attemptTimeout: attemptTimeout.map { .seconds($0) })
    }

    /// Lets the callers go, checks what they did, and returns what it came to.
    func run(
        on clock: ManualClock, through store: (InMemoryEffectStore, OnceTrace) -> any EffectStore
    ) async throws -> String {
        let memory = InMemoryEffectStore(.init(capacity: 4), clock: RetryClock(clock))
        let id = try ActionID("a")
        if isAbandoned { _ = memory.claim(id, lease: .seconds(2)) }
        let trace = OnceTrace(clock, faults: SeededGenerator(seed: seed), every: faultEvery, slowness: slowness)
        let stores = (0..<3).map { _ in store(memory, trace) }
        let tasks = callers.enumerated().map { number, caller in
            Task(executorPreference: DeterministicExecutor.current) {
                try await call(number, caller, stores[caller.process], clock, trace)
            }
        }
        let cancellations = zip(callers, tasks).map { caller, task in
            Task(executorPreference: DeterministicExecutor.current) {
                guard let time = caller.cancelledAt else { return }
                try await clock.sleep(until: .init(.seconds(time)))
                trace.add(.cancelled(caller: callers.count, clock.elapsed))
                task.cancel()
            }
        }
        var results: [Result<OnceResult<[UInt8]>, any Error>] = []
        for task in tasks { results.append(await task.result) }
        for cancellation in cancellations {
            cancellation.cancel()
            _ = await cancellation.result
        }
        let oracle = OnceOracle(
            scenario: self, trace: trace.events, results: results, record: memory.record(for: id),
            sleepers: clock.sleeperCount, waiters: memory.snapshot().waiters)
        try oracle.check()
        return oracle.end
    }

    private func call(
        _ number: Int, _ caller: Caller, _ store: any EffectStore, _ clock: ManualClock, _ trace: OnceTrace
    ) async throws -> OnceResult<[UInt8]> {
        if caller.arrival > 0 { try? await clock.sleep(until: .init(.seconds(caller.arrival))) }
        let limit = caller.waitLimit.map { Duration.seconds($0) }
        let gate = EffectGate(
            RetryPipeline(policy: policy).clock(RetryClock(clock)).random(.seeded(seed)), store: store,
            policy: EffectGatePolicy(
                receiver: receiver, lease: Self.lease, ifAbandoned: rule, waitingUpTo: limit))
        return try await gate.once("a", as: .bytes) { try await perform($0, number, caller, clock, trace) }
    }

    private func perform(
        _ effect: EffectContext, _ number: Int, _ caller: Caller, _ clock: ManualClock, _ trace: OnceTrace
    ) async throws -> [UInt8] {
        trace.add(.began(effect.token, caller: number, timeLeft: effect.timeLeft))
        defer { trace.add(.ended(effect.token, caller: number)) }
        let step = caller.steps[min(effect.attempt.number, caller.steps.count) - 1]
        if step.isDeaf {
            await clock.sleepDeaf(for: .seconds(step.seconds))
        } else if step.seconds > 0 {
            try await clock.sleep(for: .seconds(step.seconds))
        }
        switch step.ending {
        case .refused: throw Refused()
        case .rejected: throw Refused(classification: .permanent)
        case .lost:
            trace.add(.happened(effect.token))
            throw Lost()
        case .value:
            trace.add(.happened(effect.token))
            return [UInt8(number), UInt8(effect.attempt.number)]
        }
    }
}
