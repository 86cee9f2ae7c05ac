import RetryCore

/// One run of an effect by the owner of its key, from the claim to the settlement.
///
/// It belongs to the one task that makes it.
final class EffectGateRun {
    private let gate: EffectGate
    private let setup: CallSetup
    private let ticket: ClaimTicket
    private let isTakeover: Bool
    private let claimedAt: Int64
    let lease: EffectLease
    private let state: Locked<EffectRun>
    private var claim: Claim?
    /// The error that kept a due attempt from starting.
    private var obstacle: (any Error)?

    init(gate: EffectGate, setup: CallSetup, ticket: ClaimTicket, isTakeover: Bool, claimedAt: Int64) {
        self.gate = gate
        self.setup = setup
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.claimedAt = claimedAt
        lease = EffectLease(ticket, store: gate.store, duration: gate.lease, start: claimedAt, clock: gate.clock)
        state = Locked(EffectRun(receiver: gate.settings.receiver, isTakeover: isTakeover))
        claim = Claim(ticket, isTakeover: isTakeover) { [store = gate.store as? any BlockingEffectStore] ticket in
            _ = try? store?.settle(ticket, .indeterminate(nil))
        }
    }

    /// Runs the effect, and reports the outcome to the store.
    nonisolated(nonsending) func run<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> EffectConclusion<Value> {
        let lease = lease
        if gate.settings.policy.deadlineBehavior == .interrupt { lease.mustEnd(after: gate.settings.policy.deadline) }
        // No child task: the lease is kept while a cancelled effect comes to its end, too.
        let keeper = Task(executorPreference: preferredExecutor) { await lease.keep() }
        let conclusion = await withTaskCancellationHandler {
            await settled(attempts(codec, effect), codec)
        } onCancel: {
            lease.mustEnd(after: .zero)
        }
        keeper.cancel()
        await keeper.value
        return conclusion
    }

    /// Runs the attempts.
    private nonisolated(nonsending) func attempts<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> EffectRunEnding<Value> {
        let loss = lease.loss
        let isLost: @Sendable () async -> Bool = { await loss.wait() != nil }
        do {
            let value = try await withInterruption(isLost) {
                try await runAttempts(gate.pipeline.setup(gate.settings.setup(setup, judgedBy: state))) { attempt in
                    try await self.attempt(attempt, effect)
                }
            }
            guard let value else { throw CancellationError() }
            return .value(value, gate.settings.encode(value, codec))
        } catch {
            // The loss of the lease cancels the run, and not the caller.
            return .failure(error, obstacle: obstacle, isCancelled: error is CancellationError && Task.isCancelled)
        }
    }

    /// Runs one attempt, as soon as it is certain that the key is the caller's for long enough.
    private nonisolated(nonsending) func attempt<Value>(
        _ attempt: RetryAttempt, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async throws -> Value {
        do {
            try await lease.prepare(isFresh: attempt.isFirst)
            try Task.checkCancellation()
        } catch {
            // A cancelled caller gets a cancellation; a run that was cancelled otherwise gets the reason.
            if !Task.isCancelled { obstacle = error }
            throw CalledOff()
        }
        state.withLock { $0.attemptStarts() }
        guard let timeout = gate.settings.policy.attemptTimeout else { return try await effect(context(attempt)) }
        lease.attemptMustEnd(after: timeout)
        defer { lease.attemptMustEnd(after: nil) }
        let limited = RetryAttempt(
            number: attempt.number, maxAttempts: attempt.maxAttempts,
            remaining: min(timeout, attempt.remaining ?? timeout))
        let classifier = gate.setup.classifier
        let value = try await withTimeLimit(timeout.saturatedNanoseconds, clock: gate.clock, classifier: classifier) {
            try await effect(self.context(limited))
        }
        guard let value else { throw AttemptTimeoutError(timeout: timeout) }
        return value
    }

    private func context(_ attempt: RetryAttempt) -> EffectContext {
        EffectContext(ticket, isTakeover: isTakeover, attempt: attempt) { [lease] in .nanoseconds(lease.left) }
    }
}

// MARK: The settlement

extension EffectGateRun {
    private nonisolated(nonsending) func settled<Value>(
        _ ending: EffectRunEnding<Value>, _ codec: EffectCodec<Value>
    ) async -> EffectConclusion<Value> {
        // From here on the outcome is reported to the store: the claim is not dropped, whatever the store answers.
        claim.take()?.finish()
        let outcome = ending.outcome(else: state.withLock { $0.outcome })
        let end = await settle(outcome)
        let age = Duration.nanoseconds(max(0, gate.clock.nanoseconds - claimedAt))
        return EffectConclusion(ending, end, outcome, (ticket, age), codec)
    }

    /// Records the outcome; a cancellation does not end this.
    private nonisolated(nonsending) func settle(_ outcome: EffectOutcome) async -> EffectSettlement.End {
        lease.mustEnd(after: .zero)
        let settlement = EffectSettlement(
            token: ticket.token, outcome, leaseLeft: lease.left
        ) { [settings = gate.settings] in settings.failure($0) }
        let end = try? await shielded { [ticket, store = gate.store, setup = gate.setup] in
            await Self.perform(settlement, ticket, store, setup)
        }
        return end ?? .unknown(CancellationError())
    }

    private static func perform(
        _ settlement: EffectSettlement, _ ticket: ClaimTicket, _ store: any EffectStore, _ setup: CallSetup
    ) async -> EffectSettlement.End {
        let (clock, start) = (setup.clock, setup.clock.nanoseconds)
        var (settlement, random) = (settlement, setup.random)
        var step = settlement.start
        while true {
            do {
                switch step {
                case .settle(let outcome): step = settlement.answered(try await store.settle(ticket, outcome))
                case .look: step = settlement.found(try await store.record(for: ticket.id))
                case .wait(let time):
                    _ = await clock.sleepWasInterrupted(time)
                    step = settlement.waited(elapsed: clock.nanoseconds.saturatingAdd(-start))
                case .end(let end): return end
                }
            } catch {
                step = settlement.failed(error, elapsed: clock.nanoseconds.saturatingAdd(-start), using: &random)
            }
        }
    }
}
