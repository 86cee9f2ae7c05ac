import RetryCore

/// One run of an effect by the owner of its key, from the claim to the settlement.
///
/// It belongs to the one task that makes it.
final class EffectGateRun {
    private let gate: EffectGate
    private let setup: CallSetup
    private let owned: ClaimedEffect
    let lease: EffectLease
    private var claim: Claim?
    /// The error that kept a due attempt from starting.
    private var obstacle: (any Error)?

    init(_ owned: ClaimedEffect, of gate: EffectGate, setup: CallSetup) {
        self.gate = gate
        self.setup = setup
        self.owned = owned
        lease = EffectLease(
            owned.ticket, store: gate.store, duration: gate.lease, start: owned.claimedAt, clock: gate.clock)
        claim = owned.claim(in: gate.store as? any BlockingEffectStore)
    }

    /// Runs the effect, and reports the outcome to the store.
    nonisolated(nonsending) func run<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> EffectConclusion<Value> {
        let lease = lease
        let policy = gate.pipeline.policy
        if policy.deadlineBehavior == .interrupt { lease.mustEnd(after: policy.deadline) }
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
        do {
            let value = try await withCutoff(lease.loss) {
                let call = try RetryCall(checking: owned.attempts(setup))
                guard await begin(call) else { throw call.error }
                return try await runAttempts(
                    of: call, preparing: { try await self.prepare($0, call) }, rejecting: { _ in nil },
                    onRetry: { _ in }, operation: { try await self.attempt($0, effect) })
            }
            guard let value else { throw CancellationError() }
            return .value(value, gate.settings.encode(value, codec))
        } catch {
            // The loss of the lease cancels the run, and not the caller.
            return .failure(error, obstacle: obstacle, isCancelled: error is CancellationError && Task.isCancelled)
        }
    }

    /// Makes certain that the key is the caller's for long enough, unless the deadline of the call comes first.
    private nonisolated(nonsending) func prepare(
        _ attempt: RetryAttempt, _ call: RetryCall
    ) async throws -> AttemptFailure? {
        guard let limit = call.interruption else {
            try await prepare(attempt)
            return nil
        }
        let isInTime = try await withTimeLimit(limit.nanoseconds, clock: call.clock, classifier: call.classifier) {
            try await self.prepare(attempt)
            return true
        }
        return isInTime == nil ? limit.failure : nil
    }

    private nonisolated(nonsending) func prepare(_ attempt: RetryAttempt) async throws {
        do {
            try await lease.prepare(isFresh: attempt.isFirst)
            try Task.checkCancellation()
        } catch {
            // A cancelled caller gets a cancellation; a run that was cancelled otherwise gets the reason.
            if !Task.isCancelled { obstacle = error }
            throw CancelledCallError()
        }
    }

    private nonisolated(nonsending) func attempt<Value>(
        _ attempt: RetryAttempt, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async throws -> Value {
        let context = owned.attemptStarts(attempt) { [lease] in lease.left }
        lease.attemptMustEnd(after: gate.pipeline.policy.attemptTimeout)
        defer { lease.attemptMustEnd(after: nil) }
        guard let chaos = setup.chaos else { return try await effect(context) }
        return try await chaos.call(setup.name, clock: setup.clock) { try await effect(context) }
    }
}

// MARK: The settlement

extension EffectGateRun {
    private nonisolated(nonsending) func settled<Value>(
        _ ending: EffectRunEnding<Value>, _ codec: EffectCodec<Value>
    ) async -> EffectConclusion<Value> {
        // From here on the outcome is reported to the store: the claim is not dropped, whatever the store answers.
        claim.take()?.finish()
        let outcome = owned.outcome(of: ending)
        return owned.conclusion(ending, await settle(outcome), outcome, codec)
    }

    /// Records the outcome; a cancellation does not end this.
    private nonisolated(nonsending) func settle(_ outcome: EffectOutcome) async -> EffectSettlement.End {
        lease.mustEnd(after: .zero)
        let settlement = owned.settlement(outcome, leaseLeft: lease.left)
        let end = try? await shielded { [ticket = owned.ticket, store = gate.store, setup = gate.setup] in
            await Self.perform(settlement, ticket, store, setup)
        }
        return end ?? .unknown(CancellationError())
    }

    private static func perform(
        _ settlement: EffectSettlement, _ ticket: EffectClaimTicket, _ store: any EffectStore, _ setup: CallSetup
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
