/// One run of an effect by the owner of its key, from the claim to the settlement.
struct BlockingEffectRun {
    private let gate: BlockingEffectGate
    private let owned: ClaimedEffect
    private let leaseEnd: Locked<Int64>
    private var ticket: EffectClaimTicket { owned.ticket }
    private var lease: Int64 { gate.settings.lease.saturatedNanoseconds }

    init(_ owned: ClaimedEffect, of gate: BlockingEffectGate) {
        self.gate = gate
        self.owned = owned
        leaseEnd = Locked(owned.claimedAt.saturatingAdd(gate.settings.lease.saturatedNanoseconds))
    }

    func run<Value>(
        _ setup: CallSetup, _ codec: EffectCodec<Value>, _ effect: (EffectContext) throws -> Value
    ) -> EffectConclusion<Value> {
        let claim = owned.claim(in: gate.store)
        let ending = attempts(setup, codec, effect)
        // From here on the outcome is reported to the store: the claim is not dropped, whatever the store answers.
        claim.finish()
        let outcome = owned.outcome(of: ending)
        return owned.conclusion(ending, settle(outcome), outcome, codec)
    }

    /// Runs the attempts.
    private func attempts<Value>(
        _ setup: CallSetup, _ codec: EffectCodec<Value>, _ effect: (EffectContext) throws -> Value
    ) -> EffectRunEnding<Value> {
        var obstacle: (any Error)?
        do {
            let driver = try BlockingDriver(owned.attempts(setup))
            let value = try driver.run(
                rejecting: { _ in nil }, onRetry: { _ in },
                operation: { attempt in
                    do {
                        try prepare(attempt)
                    } catch {
                        obstacle = error
                        throw CancelledCallError()
                    }
                    let context = owned.attemptStarts(attempt) { [leaseEnd, clock = gate.clock] in
                        Self.left(leaseEnd, clock)
                    }
                    guard let chaos = setup.chaos else { return try effect(context) }
                    return try chaos.callBlocking(
                        setup.name, sleeper: setup.sleeper, cancellation: setup.cancellation
                    ) { try effect(context) }
                })
            return .value(value, gate.settings.encode(value, codec))
        } catch {
            return .failure(error, obstacle: obstacle, isCancelled: obstacle == nil && error is CancellationError)
        }
    }

    /// Checks that the caller still owns the key.
    private func prepare(_ attempt: RetryAttempt) throws {
        let now = gate.clock.nanoseconds
        if attempt.isFirst, now.saturatingAdd(-owned.claimedAt) <= lease / 2 { return }
        let answer: EffectRenewAnswer
        do { answer = try gate.store.renew(ticket, lease: gate.settings.lease) } catch { throw StoreFailure(error) }
        switch answer {
        case .lost(let current): throw EffectError.fenced(ticket.id, own: ticket.token, current: current)
        case .renewed(let left): leaseEnd.withLock { $0 = now.saturatingAdd(min(lease, left.saturatedNanoseconds)) }
        }
    }

    private static func left(_ leaseEnd: Locked<Int64>, _ clock: RetryClock) -> Int64 {
        max(0, leaseEnd.withLock { $0 }.saturatingAdd(-clock.nanoseconds))
    }

    /// Records the outcome; a cancellation does not end this.
    private func settle(_ outcome: EffectOutcome) -> EffectSettlement.End {
        let (clock, start) = (gate.clock, gate.clock.nanoseconds)
        var random = gate.setup.random
        var settlement = owned.settlement(outcome, leaseLeft: Self.left(leaseEnd, clock))
        var step = settlement.start
        while true {
            do {
                switch step {
                case .settle(let outcome): step = settlement.answered(try gate.store.settle(ticket, outcome))
                case .look: step = settlement.found(try gate.store.record(for: ticket.id))
                case .wait(let time):
                    gate.setup.sleeper.sleep(for: .nanoseconds(time), cancellation: nil)
                    step = settlement.waited(elapsed: clock.nanoseconds.saturatingAdd(-start))
                case .end(let end): return end
                }
            } catch {
                step = settlement.failed(error, elapsed: clock.nanoseconds.saturatingAdd(-start), using: &random)
            }
        }
    }
}
