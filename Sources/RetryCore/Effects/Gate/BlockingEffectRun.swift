/// One run of an effect by the owner of its key, from the claim to the settlement.
struct BlockingEffectRun {
    let gate: BlockingEffectGate
    let ticket: ClaimTicket
    let isTakeover: Bool
    let claimedAt: Int64
    private let setup: CallSetup
    private let state: Locked<EffectRun>
    private let leaseEnd: Locked<Int64>

    init(
        gate: BlockingEffectGate, setup: CallSetup, ticket: ClaimTicket, isTakeover: Bool, claimedAt: Int64
    ) {
        self.gate = gate
        self.setup = setup
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.claimedAt = claimedAt
        state = Locked(EffectRun(receiver: gate.settings.receiver, isTakeover: isTakeover))
        leaseEnd = Locked(claimedAt.saturatingAdd(gate.settings.lease.saturatedNanoseconds))
    }

    func run<Value>(
        _ codec: EffectCodec<Value>, _ effect: (EffectContext) throws -> Value
    ) -> EffectConclusion<Value> {
        let claim = Claim(ticket, isTakeover: isTakeover) { [store = gate.store] in
            _ = try? store.settle($0, .indeterminate(nil))
        }
        let ending = attempts(codec, effect)
        // From here on the outcome is reported to the store: the claim is not dropped, whatever the store answers.
        claim.finish()
        let outcome = ending.outcome(else: state.withLock { $0.outcome })
        let end = settle(outcome)
        let age = Duration.nanoseconds(max(0, gate.clock.nanoseconds - claimedAt))
        return EffectConclusion(ending, end, outcome, (ticket, age), codec)
    }

    /// Runs the attempts.
    private func attempts<Value>(
        _ codec: EffectCodec<Value>, _ effect: (EffectContext) throws -> Value
    ) -> EffectRunEnding<Value> {
        var obstacle: (any Error)?
        do {
            let driver = try BlockingDriver(gate.pipeline.setup(gate.settings.setup(setup, judgedBy: state)))
            let value = try driver.run(
                rejecting: { _ in nil }, onRetry: { _ in },
                operation: { attempt in
                    do {
                        try prepare(attempt)
                    } catch {
                        obstacle = error
                        throw CalledOff()
                    }
                    state.withLock { $0.attemptStarts() }
                    return try effect(context(attempt))
                })
            return .value(value, gate.settings.encode(value, codec))
        } catch {
            return .failure(error, obstacle: obstacle, isCancelled: obstacle == nil && error is CancellationError)
        }
    }

    /// Checks that the caller still owns the key.
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
            .nanoseconds(Self.left(leaseEnd, clock))
        }
    }

    private static func left(_ leaseEnd: Locked<Int64>, _ clock: RetryClock) -> Int64 {
        max(0, leaseEnd.withLock { $0 }.saturatingAdd(-clock.nanoseconds))
    }

    /// Records the outcome; a cancellation does not end this.
    private func settle(_ outcome: EffectOutcome) -> EffectSettlement.End {
        let (clock, start) = (gate.clock, gate.clock.nanoseconds)
        var random = gate.setup.random
        var settlement = EffectSettlement(
            token: ticket.token, outcome, leaseLeft: Self.left(leaseEnd, clock)
        ) { [settings = gate.settings] in settings.failure($0) }
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
