import RetryAsync
import RetryTesting

/// Callers that share a breaker and a budget, and what must be true of them at any moment and in the end.
final class GuardHarness: Sendable {
    private struct Tally: Sendable {
        var attempts = 0
        var retries = 0
        var starts = 0
        var stops: [String: Int] = [:]
        /// The probes under way, by the generation in which they were admitted.
        var probes: [UInt64: Int] = [:]
        var problems: [String] = []
    }

    private let clock: ManualClock
    private let breaker: CircuitBreaker
    private let budget: RetryBudget
    private let limit: Int
    private let probeLimit: Int
    private let recorder = RecordingCircuitBreakerObserver()
    private let tally = Locked(Tally())

    init(_ generator: inout SeededGenerator, on clock: ManualClock) {
        self.clock = clock
        limit = generator.pick(1, 2, 100)
        probeLimit = generator.pick(1, 1, 2)
        let policy = CircuitBreakerPolicy(
            consecutiveFailures: generator.pick(1, 2, 3), breakDuration: .seconds(generator.pick(1, 3)),
            successesToClose: generator.pick(1, 2)
        ).halfOpen(probes: probeLimit, allowedFailures: 0, lease: .seconds(1_000))
        breaker = CircuitBreaker("service", policy: policy, clock: clock.retryClock, observer: recorder.observer)
        budget = RetryBudget(.limit(limit, per: .seconds(1_000)), on: clock)
    }

    /// Makes one call, as the generator says.
    func call(_ number: Int, _ generator: SeededGenerator) async {
        var generator = generator
        var policy = RetryPolicy.every(.seconds(generator.pick(0, 1, 2)), generator.pick(1, 2, 4))
            .whenRejected(generator.pick(.stop, .stop, .wait))
        if generator.pick(true, false) {
            let behavior: DeadlineBehavior = generator.pick(.stop, .truncate, .interrupt)
            policy = policy.deadline(.seconds(generator.pick(2, 5)), behavior)
        }
        if generator.pick(true, false, false) { policy = policy.attemptTimeout(.seconds(1)) }
        let events = Log<RetryEvent>()
        let isSeen = generator.pick(true, true, false)
        let executor = RetryPipeline(policy: policy)
            .breaker(breaker)
            .budget(budget)
            .observer(
                isSeen ? RetryObserver { events.add($0) } : nil
            )
            .clock(clock.retryClock)
        let starts = Log<Void>()
        let steps = (0..<4).map { _ in
            (seconds: generator.pick(0, 0, 1, 2), fails: generator.pick(true, true, false))
        }
        let task = Task(executorPreference: DeterministicExecutor.current) {
            try await executor.execute {
                starts.add(())
                let step = steps[(starts.count - 1) % steps.count]
                try await self.attempt(isRetry: starts.count > 1, seconds: step.seconds, fails: step.fails)
            }
        }
        if generator.pick(true, false, false) {
            try? await clock.sleep(for: .seconds(generator.pick(0, 1, 2, 4)))
            task.cancel()
        }
        let result = await task.result
        check(result, events.events, attempts: starts.count, most: policy.maxAttempts, isSeen: isSeen)
    }

    private func attempt(isRetry: Bool, seconds: Int, fails: Bool) async throws {
        let seen = breaker.snapshot
        tally.withLock { tally in
            tally.attempts += 1
            tally.retries += isRetry ? 1 : 0
            guard seen.state == .halfOpen else {
                if seen.state != .closed { tally.problems.append("an attempt while the circuit is \(seen.state)") }
                return
            }
            tally.probes[seen.generation, default: 0] += 1
            if tally.probes[seen.generation, default: 0] > probeLimit { tally.problems.append("too many probes") }
        }
        defer {
            if seen.state == .halfOpen { tally.withLock { $0.probes[seen.generation, default: 0] -= 1 } }
        }
        if seconds > 0 { try await clock.sleep(for: .seconds(seconds)) }
        if fails { throw Fault(1) }
    }

    private func check(
        _ result: Result<Void, any Error>, _ events: [RetryEvent], attempts: Int, most: Int, isSeen: Bool
    ) {
        tally.withLock { tally in
            func require(_ isRight: Bool, _ rule: String) {
                if !isRight { tally.problems.append("\(rule): \(result), \(events.map(\.code))") }
            }
            require(attempts <= most, "no more attempts than the policy has")
            if case .failure(let error) = result, error is CircuitOpenError {
                require(attempts == 0, "the circuit's error only where there is none of the operation")
            }
            guard isSeen else {
                tally.stops["unseen", default: 0] += 1
                return
            }
            let stops = events.filter { $0.stopReason != nil }
            require(stops.count == 1 && events.last?.stopReason != nil, "one end, and it is the last event")
            require(events.map(\.number) == Array(1..<events.count + 1), "events are numbered")
            require(events.filter { $0.kind == .attempt }.count == attempts, "each attempt is told")
            tally.stops[stops.first?.code ?? "none", default: 0] += 1
        }
    }

    /// Throws if anything was not as it must be, and returns how the calls ended.
    func finish() throws -> [String] {
        let counted = budget.snapshot()
        let states = recorder.events.compactMap(\.change)
        let tally = tally.withLock { tally in
            if counted.retries != tally.retries {
                tally.problems.append("\(tally.retries) retries started, \(counted.retries) paid for")
            }
            if tally.retries > limit { tally.problems.append("\(tally.retries) retries, \(limit) allowed") }
            if (breaker.snapshot.inFlight ?? 0) != 0 { tally.problems.append("a permit is lost") }
            if clock.sleeperCount != 0 { tally.problems.append("a task sleeps") }
            if recorder.events.map(\.number) != (0..<recorder.events.count).map({ UInt64($0 + 1) }) {
                tally.problems.append("the breaker's events are numbered")
            }
            if zip(states, states.dropFirst()).contains(where: { $0.to != $1.from }) {
                tally.problems.append("a change begins where the last one ended")
            }
            return tally
        }
        if let problem = tally.problems.first { throw Broken(what: problem) }
        return Array(tally.stops.keys)
    }

    struct Broken: Error { var what: String }
}
