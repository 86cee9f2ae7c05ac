/// An effect whose key its caller owns: what both gates need of a run, and what needs no waiting.
package struct ClaimedEffect: Sendable {
    package let ticket: EffectClaimTicket
    package let isTakeover: Bool
    package let claimedAt: Int64
    package let policy: EffectGatePolicy
    private let pipeline: RetryPipeline
    private let state: Locked<EffectRun>

    /// Creates the run of a claim that was requested at a time of the pipeline's clock.
    package init(
        _ ticket: EffectClaimTicket, isTakeover: Bool, claimedAt: Int64, _ policy: EffectGatePolicy,
        _ pipeline: RetryPipeline
    ) {
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.claimedAt = claimedAt
        self.policy = policy
        self.pipeline = pipeline
        state = Locked(EffectRun(receiver: policy.receiver, isTakeover: isTakeover))
    }

    /// The claim, which a store that can be called at once settles as indeterminate if the run is dropped.
    package func claim(in store: (any BlockingEffectStore)?) -> Claim {
        Claim(ticket, isTakeover: isTakeover) { _ = try? store?.settle($0, .indeterminate(nil)) }
    }

    /// The pipeline of the attempts, whose errors are judged by the run, with the setup of the call.
    ///
    /// It has no chaos: that is around the effect, where the attempt has started.
    package func attempts(_ setup: CallSetup) -> RetryPipeline {
        pipeline.setup(policy.setup(setup, judgedBy: state)).chaos(nil)
    }

    /// Records that the operation is about to be called; returns its context.
    package func attemptStarts(
        _ attempt: RetryAttempt, leaseLeft: @escaping @Sendable () -> Int64
    ) -> EffectContext {
        state.withLock { $0.attemptStarts() }
        return EffectContext(ticket, isTakeover: isTakeover, attempt: attempt) { .nanoseconds(leaseLeft()) }
    }

    /// The outcome to record.
    package func outcome<Value>(of ending: EffectRunEnding<Value>) -> EffectOutcome {
        ending.outcome(else: state.withLock { $0.outcome })
    }

    /// The settlement of the claim, with the time that is left of the lease in nanoseconds.
    package func settlement(_ outcome: EffectOutcome, leaseLeft: Int64) -> EffectSettlement {
        EffectSettlement(token: ticket.token, outcome, leaseLeft: leaseLeft) { [policy] in policy.failure($0) }
    }

    /// Concludes the run when its settlement is over.
    package func conclusion<Value>(
        _ ending: EffectRunEnding<Value>, _ end: EffectSettlement.End, _ outcome: EffectOutcome,
        _ codec: EffectCodec<Value>
    ) -> EffectConclusion<Value> {
        let age = Duration.nanoseconds(max(0, pipeline.setup.clock.nanoseconds - claimedAt))
        return EffectConclusion(ending, end, outcome, (ticket, age), codec)
    }
}
