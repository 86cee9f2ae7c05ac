/// One run of an effect by the owner of its key, from the claim to the settlement.
struct BlockingEffectRun {
    let gate: BlockingEffectGate
    let ticket: ClaimTicket
    let isTakeover: Bool
    let claimedAt: Int64
    private let state: Locked<EffectRun>
    private let leaseEnd: Locked<Int64>

    init(gate: BlockingEffectGate, ticket: ClaimTicket, isTakeover: Bool, claimedAt: Int64) {
        self.gate = gate
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.claimedAt = claimedAt
        state = Locked(EffectRun(receiver: gate.settings.receiver, isTakeover: isTakeover))
        leaseEnd = Locked(claimedAt.saturatingAdd(gate.settings.lease.saturatedNanoseconds))
    }

    func run<Value>(_ codec: EffectCodec<Value>, _ effect: (EffectContext) throws -> Value) throws -> Value {
        let claim = Claim(ticket, isTakeover: isTakeover) { [store = gate.store] in
            _ = try? store.settle($0, .indeterminate(nil))
        }
        let ending = attempts(codec, effect)
        // From here on the store is told: whatever comes of that, the claim is not dropped.
        claim.finish()
        switch ending {
        case .success(let (value, bytes)):
            try settle(.succeeded(bytes))
            return value
        case .failure(let error):
            throw try settled(after: error)
        }
    }

    /// Runs the attempts; a result that cannot be written is a failure.
    private func attempts<Value>(
        _ codec: EffectCodec<Value>, _ effect: (EffectContext) throws -> Value
    ) -> Result<(Value, [UInt8]), any Error> {
        var obstacle: (any Error)?
        do {
            let driver = try BlockingDriver(
                policy: gate.settings.innerPolicy,
                surroundings: gate.settings.surroundings(gate.surroundings, judgedBy: state), guards: gate.guards,
                waiting: gate.waiting)
            let value = try driver.run(rejecting: nil) { attempt in
                do {
                    try prepare(attempt)
                } catch {
                    obstacle = error
                    throw CalledOff()
                }
                state.withLock { $0.attemptStarts() }
                return try effect(context(attempt))
            }
            return .success((value, try gate.settings.encode(value, codec, judgedBy: state)))
        } catch {
            return .failure(obstacle ?? error)
        }
    }

    /// Makes sure that the key is still ours.
    private func prepare(_ attempt: RetryAttempt) throws {
        let now = gate.clock.nanoseconds
        let lease = gate.settings.lease.saturatedNanoseconds
        if attempt.isFirst, now.saturatingAdd(-claimedAt) <= lease / 2 { return }
        let answer: RenewAnswer
        do { answer = try gate.store.renew(ticket, lease: gate.settings.lease) } catch { throw StoreFailure(error) }
        if case .lost(let current) = answer {
            throw EffectError.fenced(ticket.id, own: ticket.token, current: current)
        }
        leaseEnd.withLock { $0 = now.saturatingAdd(lease) }
    }

    private func context(_ attempt: RetryAttempt) -> EffectContext {
        EffectContext(ticket, isTakeover: isTakeover, attempt: attempt) { [leaseEnd, clock = gate.clock] in
            .nanoseconds(max(0, leaseEnd.withLock { $0 }.saturatingAdd(-clock.nanoseconds)))
        }
    }

    /// Settles a run that ended with an error; returns the error to throw.
    private func settled(after error: any Error) throws -> any Error {
        let outcome = state.withLock { $0.outcome }
        let isCancellation = error is CancellationError
        do {
            try settle(outcome)
        } catch {
            return isCancellation ? CancellationError() : error
        }
        if case .indeterminate = outcome, !isCancellation {
            return indeterminate(error)
        }
        return (error as? StoreFailure)?.underlying ?? error
    }

    /// Tells the store, again and again where it cannot be told; no cancellation ends this.
    private func settle(_ outcome: EffectOutcome) throws {
        let answer: SettleAnswer
        do {
            answer = try tellStore(outcome)
        } catch {
            _ = try? gate.store.settle(ticket, .indeterminate(gate.settings.failure(error)))
            throw indeterminate(error)
        }
        if case .fenced(let current) = answer {
            throw EffectError.fenced(ticket.id, own: ticket.token, current: current)
        }
    }

    private func tellStore(_ outcome: EffectOutcome) throws -> SettleAnswer {
        var state = RetryState(policy: EffectGateSettings.settlement)
        var random = gate.surroundings.random
        while true {
            do {
                return try gate.store.settle(ticket, outcome)
            } catch {
                let known = ErrorClassifier.default.classification(of: error) ?? .unknown
                guard case .retry(let delay) = state.attemptFailed(known, elapsed: .zero, using: &random) else {
                    throw error
                }
                (gate.waiting.sleeper ?? .system).sleep(for: delay, cancellation: nil)
                _ = state.waitEnded(elapsed: .zero)
            }
        }
    }

    private func indeterminate(_ error: any Error) -> EffectError {
        .indeterminate(
            ticket.id, token: ticket.token, age: .nanoseconds(max(0, gate.clock.nanoseconds - claimedAt)),
            lastErrorType: EffectFailure(error).type, underlying: (error as? StoreFailure)?.underlying ?? error)
    }
}
