import RetryAsync
import RetryTesting

/// Workers that want one effect at the same time, and what must hold whatever the order of their steps.
struct EffectScenario: Sendable {
    /// The behaviour of a worker that gets the key.
    enum Habit: Sendable {
        case succeeds
        case givesBack
        /// Never settles, like a process that is killed.
        case dies
    }

    /// The plan of a worker.
    struct Worker: Sendable {
        var habit = Habit.succeeds
        var seconds = 0
        var rule = AbandonedClaimBehavior.halt
    }

    static let lease = 2

    var workers: [Worker]

    /// All that happened, in order.
    enum Happening: Sendable, Equatable {
        case began(FencingToken, isTakeover: Bool)
        case settled(FencingToken, EffectOutcome, EffectSettleAnswer)
        case replayed([UInt8])
        case halted
        case gaveUp
        case told
    }

    /// Lets the workers go, checks what they did, and returns what it came to.
    func run(_ store: some EffectStore & ObservableEffectStore, _ clock: ManualClock) async throws -> String {
        let log = Log<Happening>()
        let id = try ActionID("key")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in workers {
                group.addTask { try await work(worker, id, store, clock, log) }
            }
            try await group.waitForAll()
        }
        try check(log.events, try await store.record(for: id))
        return end(of: log.events)
    }

    private func work(
        _ worker: Worker, _ id: ActionID, _ store: some EffectStore & ObservableEffectStore, _ clock: ManualClock,
        _ log: Log<Happening>
    ) async throws {
        for _ in 0..<3 {
            await Task.yield()
            let answer = try await store.claim(
                id, fingerprint: .none, lease: .seconds(Self.lease), ifAbandoned: worker.rule)
            await Task.yield()
            switch answer {
            case .execute(let token, let isTakeover):
                log.add(.began(token, isTakeover: isTakeover))
                return try await settle(worker, EffectClaimTicket(id, token), store, clock, log)
            case .replay(let replay):
                if case .succeeded(let bytes) = replay.ending { log.add(.replayed(bytes)) }
                return
            case .inProgress: await wait(for: id, store, clock, log)
            default: return log.add(.halted)
            }
        }
        log.add(.gaveUp)
    }

    private func settle(
        _ worker: Worker, _ ticket: EffectClaimTicket, _ store: some EffectStore, _ clock: ManualClock,
        _ log: Log<Happening>
    ) async throws {
        if worker.seconds > 0 { try await clock.sleep(for: .seconds(worker.seconds)) }
        await Task.yield()
        let outcome: EffectOutcome
        switch worker.habit {
        case .succeeds: outcome = .succeeded([UInt8(truncatingIfNeeded: ticket.token.rawValue)])
        case .givesBack: outcome = .failedBeforeEffect
        case .dies: return
        }
        log.add(.settled(ticket.token, outcome, try await store.settle(ticket, outcome)))
    }

    /// Waits for the owner's outcome, or for a second, whichever comes first.
    private func wait(
        for id: ActionID, _ store: some ObservableEffectStore, _ clock: ManualClock, _ log: Log<Happening>
    ) async {
        let sleeper = Task(executorPreference: DeterministicExecutor.current) {
            try? await clock.sleep(for: .seconds(1))
        }
        let subscription = store.subscribe(to: id) {
            log.add(.told)
            sleeper.cancel()
        }
        await sleeper.value
        subscription.cancel()
    }
}
