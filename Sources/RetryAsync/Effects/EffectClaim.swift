import RetryCore

/// The claim of a key by the leading caller, which waits for an owner in another process as long as it has time.
struct EffectClaim {
    enum Claimed {
        case answered(EffectClaimAnswer, claimedAt: Int64)
        /// Another process owns the key, and the caller stops waiting for it, because of this error.
        case gaveUp(SharedRunStateMachine.ForeignOwner, any Error)
    }

    private let call: EffectCall
    private let sharedRun: SharedRun?
    private var gate: EffectGate { call.gate }

    init(_ call: EffectCall, _ sharedRun: SharedRun?) {
        self.call = call
        self.sharedRun = sharedRun
    }

    /// Claims the key.
    ///
    /// A claim is not cancelled half-way: the ownership of the key would be unknown.
    nonisolated(nonsending) func claim(after known: SharedRunStateMachine.ForeignOwner?) async throws -> Claimed {
        var foreign = known
        var wait: EffectScope.Wait?
        defer { EffectScope.endWait(wait) }
        while true {
            if let owner = foreign {
                let inProgress = owner.progress.error(for: call.id)
                if let node = call.node, wait == nil {
                    // The call would wait for itself.
                    if EffectScope.isDirectlyInside(node) { return .gaveUp(owner, inProgress) }
                    do { wait = try EffectScope.beginWait(for: node) } catch { return .gaveUp(owner, error) }
                }
                if call.end.isOver { return .gaveUp(owner, inProgress) }
                let isNotified: Bool
                // Without a clock that waits the store would be asked without end.
                do { isNotified = try await self.wait(for: owner) } catch { return .gaveUp(owner, inProgress) }
                if Task.isCancelled { return .gaveUp(owner, CancellationError()) }
                // If many callers wait, and all their times end at once, the last question of each would be one of
                // many.
                if call.end.isOver, !isNotified, !owner.nextPoll.isOver { return .gaveUp(owner, inProgress) }
            }
            try Task.checkCancellation()
            // Read before the store is asked: the gate never assumes a lease longer than it is.
            let now = Moment.now(gate.clock)
            let answer = try await ask()
            guard case .inProgress(let age, let left) = answer else {
                return .answered(answer, claimedAt: now.nanoseconds)
            }
            let owner = owner(runningFor: age, leaseLeft: left, asked: now, polls: foreign?.polls)
            await sharedRun?.foundForeign(owner)
            foreign = owner
        }
    }

    private nonisolated(nonsending) func ask() async throws -> EffectClaimAnswer {
        try await shielded { [gate, call] in
            try await gate.store.claim(
                call.id, fingerprint: call.fingerprint, lease: .nanoseconds(gate.lease),
                ifAbandoned: gate.settings.rule)
        }
    }

    private func owner(
        runningFor age: Duration, leaseLeft: Duration, asked: Moment, polls: PollSchedule?
    ) -> SharedRunStateMachine.ForeignOwner {
        var polls = polls ?? PollSchedule()
        var random = gate.setup.random
        let left = max(1, leaseLeft.saturatedNanoseconds)
        let pause = gate.store is any ObservableEffectStore ? left : min(left, polls.next(using: &random))
        let progress = EffectProgress(
            runningFor: age.saturatedNanoseconds, leaseLeft: leaseLeft.saturatedNanoseconds, asked: asked)
        let next = Moment(clock: gate.clock, nanoseconds: gate.clock.nanoseconds.saturatingAdd(pause))
        return SharedRunStateMachine.ForeignOwner(progress: progress, nextPoll: next, polls: polls)
    }

    /// Waits until the owner of the key has settled, or the store is to be asked again, or the caller's time is over.
    ///
    /// - Returns: `true` if the store is to be asked because it notified, or for a caller without time.
    /// - Throws: `ClockFailure` if the clock threw an error in place of waiting.
    private nonisolated(nonsending) func wait(
        for owner: SharedRunStateMachine.ForeignOwner
    ) async throws(ClockFailure) -> Bool {
        let limit = min(call.end.left, owner.nextPoll.left)
        let signal = await sharedRun?.pollRequest ?? Signal<Void>()
        let subscription = (gate.store as? any ObservableEffectStore)?.subscribe(to: call.id) { signal.tell(()) }
        defer { subscription?.cancel() }
        return try await signal.wait(until: gate.clock.nanoseconds.saturatingAdd(limit), on: gate.clock) != nil
    }
}
