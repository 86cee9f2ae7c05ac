import RetryCore

/// One run of an effect by the owner of its key, from the claim to the settlement.
///
/// It belongs to the one task that makes it.
final class EffectGateRun {
    private let gate: EffectGate
    private let ticket: ClaimTicket
    private let isTakeover: Bool
    private let claimedAt: Int64
    private let lease: EffectLease
    private let state: Locked<EffectRun>
    private var claim: Claim?
    /// What kept an attempt from starting that was due.
    private var obstacle: (any Error)?

    init(gate: EffectGate, ticket: ClaimTicket, isTakeover: Bool, claimedAt: Int64) {
        self.gate = gate
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.claimedAt = claimedAt
        lease = EffectLease(ticket, store: gate.store, duration: gate.lease, start: claimedAt, clock: gate.clock)
        state = Locked(EffectRun(receiver: gate.settings.receiver, isTakeover: isTakeover))
        claim = Claim(ticket, isTakeover: isTakeover) { [store = gate.store as? any BlockingEffectStore] ticket in
            _ = try? store?.settle(ticket, .indeterminate(nil))
        }
    }

    /// Runs the effect, and tells the store what became of it.
    ///
    /// - Returns: The value with the bytes that are its own in the store.
    nonisolated(nonsending) func run<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> Result<(Value, [UInt8]), any Error> {
        let lease = lease
        // No child task: the lease is kept while a cancelled effect comes to its end, too.
        let keeper = Task(executorPreference: preferredExecutor) { await lease.keep() }
        let result = await settled(attempts(codec, effect))
        keeper.cancel()
        await keeper.value
        return result
    }

    /// Runs the attempts; a result that cannot be written is a failure.
    private nonisolated(nonsending) func attempts<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> Result<(Value, [UInt8]), any Error> {
        let loss = lease.loss
        let isLost: @Sendable () async -> Bool = { await loss.wait() != nil }
        do {
            let value = try await withInterruption(isLost) {
                try await runAttempts(
                    gate.attemptPolicy, gate.settings.surroundings(gate.surroundings, judgedBy: state), gate.guards,
                    rejecting: nil
                ) { attempt in
                    try await self.attempt(attempt, effect)
                }
            }
            guard let value else { return .failure(CancellationError()) }
            return .success((value, try gate.settings.encode(value, codec, judgedBy: state)))
        } catch {
            return .failure(error)
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
            // Whoever is cancelled is told so; or why, if it was not the caller that did it.
            if !Task.isCancelled { obstacle = error }
            throw CalledOff()
        }
        state.withLock { $0.attemptStarts() }
        guard let timeout = gate.settings.policy.attemptTimeout else { return try await effect(context(attempt)) }
        let limited = RetryAttempt(
            number: attempt.number, maxAttempts: attempt.maxAttempts,
            remaining: min(timeout, attempt.remaining ?? timeout))
        let value = try await withTimeLimit(timeout.saturatedNanoseconds, clock: gate.clock) {
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
        _ ending: Result<(Value, [UInt8]), any Error>
    ) async -> Result<(Value, [UInt8]), any Error> {
        // From here on the store is told: whatever comes of that, the claim is not dropped.
        claim.take()?.finish()
        switch ending {
        case .success(let (_, bytes)):
            do { try await settle(.succeeded(bytes)) } catch { return .failure(error) }
            return ending
        case .failure(let error): return .failure(await settled(after: error))
        }
    }

    /// Settles a run that ended with an error; returns the error to throw.
    private nonisolated(nonsending) func settled(after thrown: any Error) async -> any Error {
        let outcome = state.withLock { $0.outcome }
        // The loss of the lease cancels the run, and not the caller.
        let isCancelled = thrown is CancellationError && Task.isCancelled
        do { try await settle(outcome) } catch { return isCancelled ? thrown : error }
        let error = isCancelled ? thrown : obstacle ?? thrown
        if case .indeterminate = outcome, !(error is CancellationError) { return indeterminate(error) }
        return (error as? StoreFailure)?.underlying ?? error
    }

    /// Tells the store, again and again where it cannot be told; no cancellation ends this.
    private nonisolated(nonsending) func settle(_ outcome: EffectOutcome) async throws {
        let answer: SettleAnswer
        do {
            answer = try await tellStore(outcome)
        } catch {
            let failure = gate.settings.failure(error)
            _ = try? await shielded { [ticket, store = gate.store] in
                try await store.settle(ticket, .indeterminate(failure))
            }
            throw indeterminate(error)
        }
        if case .fenced(let current) = answer {
            throw EffectError.fenced(ticket.id, own: ticket.token, current: current)
        }
    }

    private nonisolated(nonsending) func tellStore(_ outcome: EffectOutcome) async throws -> SettleAnswer {
        try await shielded { [ticket, store = gate.store, clock = gate.clock, random = gate.surroundings.random] in
            try await retry(policy: EffectGateSettings.settlement, clock: clock, random: random) {
                try await store.settle(ticket, outcome)
            }
        }
    }

    private func indeterminate(_ error: any Error) -> EffectError {
        .indeterminate(
            ticket.id, token: ticket.token, age: .nanoseconds(max(0, gate.clock.nanoseconds - claimedAt)),
            lastErrorType: EffectFailure(error).type, underlying: (error as? StoreFailure)?.underlying ?? error)
    }
}
