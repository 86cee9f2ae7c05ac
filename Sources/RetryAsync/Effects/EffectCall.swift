import RetryCore

/// One call of a gate.
struct EffectCall: Sendable {
    /// The caller's result, and the reason of the call's end: `nil` for the reason of its attempts.
    typealias Ended<Value> = (result: Result<OnceResult<Value>, any Error>, reason: RetryStopReason?)

    let gate: EffectGate
    let id: ActionID
    let fingerprint: EffectFingerprint
    let events: EffectEvents?
    private let store: StoreIdentity?
    private let start: Int64

    init(_ gate: EffectGate, _ id: ActionID, _ fingerprint: EffectFingerprint) {
        self.gate = gate
        self.id = id
        self.fingerprint = fingerprint
        events = EffectEvents(gate.setup, policy: gate.pipeline.policy)
        store = StoreIdentity(gate.store)
        start = gate.clock.nanoseconds
    }

    /// The time until which the call waits for an owner in another process.
    var end: Moment {
        Moment(clock: gate.clock, nanoseconds: start.saturatingAdd(gate.waitLimit.saturatedNanoseconds))
    }

    var node: EffectScope.Node? { store.map { EffectScope.Node($0, id) } }

    /// Runs the effect, or gets the outcome of another caller's run.
    nonisolated(nonsending) func run<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value
    ) async -> Ended<Value> {
        guard let store, let node, !EffectScope.isDirectlyInside(node) else {
            return await lead(codec, effect, nil, nil).ended
        }
        do { try EffectScope.checkNesting(node) } catch { return (.failure(error), .keyCycle) }
        let identity = SharedRun.Identity(id: id, fingerprint: fingerprint, rule: gate.settings.rule)
        let sharedRun = SharedRun.enter(store, identity)
        defer { SharedRun.exit(store, identity) }
        var place = await sharedRun.join(.init(end: end, waitsForOwnProcess: gate.waitsForOwnProcess))
        while true {
            switch place {
            case .leads(let known):
                let (ended, ending) = await lead(codec, effect, sharedRun, known)
                await sharedRun.finish(ending)
                return ended
            case .refused(let progress): return (.failure(progress.error(for: id)), .inProgress)
            case .waits(let ticket, let signal):
                let update: SharedRunStateMachine.Update
                do { update = try await wait(ticket, signal, sharedRun, for: node) } catch {
                    return (.failure(error), RetryStopReason(ofClaim: error))
                }
                switch update {
                case .leads(let owner): place = .leads(owner)
                case .inProgress(let progress): return (.failure(progress.error(for: id)), .inProgress)
                case .ended(let ending): return shared(ending, codec)
                }
            }
        }
    }

    /// Waits for the leading call.
    private nonisolated(nonsending) func wait(
        _ ticket: SharedRunStateMachine.WaiterID, _ signal: Signal<SharedRunStateMachine.Update>,
        _ sharedRun: SharedRun,
        for node: EffectScope.Node
    ) async throws -> SharedRunStateMachine.Update {
        let wait: EffectScope.Wait?
        do { wait = try EffectScope.beginWait(for: node) } catch {
            await sharedRun.leave(ticket)
            throw error
        }
        defer { EffectScope.endWait(wait) }
        // A caller without time waits for the answer to the pending question.
        var limit = gate.waitsForOwnProcess || end.isOver ? .max : end.nanoseconds
        while true {
            if let update = try? await signal.wait(until: limit, on: gate.clock) { return update }
            if Task.isCancelled {
                await sharedRun.leave(ticket)
                throw CancellationError()
            }
            if let progress = await sharedRun.expired(ticket) { return .inProgress(progress) }
            limit = .max
        }
    }

    /// Returns the result of a caller that shared a run.
    private func shared<Value>(_ ending: SharedRunStateMachine.Ending, _ codec: EffectCodec<Value>) -> Ended<Value> {
        switch ending {
        case .happened(let replay): replayed(replay, codec)
        case .failed(let error, let reason): (.failure(error), reason ?? .sharedFailure)
        case .gaveUp(let owner): (.failure(owner.progress.error(for: id)), .inProgress)
        case .askAgain: (.failure(CancellationError()), .cancelled)
        }
    }

    /// Returns the result of an effect that was settled before.
    private func replayed<Value>(_ replay: EffectReplay, _ codec: EffectCodec<Value>) -> Ended<Value> {
        EffectClaimAnswer.replay(replay).result(for: id, codec)
    }
}

// MARK: The leading caller

extension EffectCall {
    /// Claims the key, and runs the effect if the claim succeeds.
    ///
    /// - Parameters:
    ///   - codec: The codec of the recorded result.
    ///   - effect: The effect.
    ///   - sharedRun: The callers that share the run; `nil` if there are none.
    ///   - known: The owner in another process that is known already.
    /// - Returns: The result of the caller, and the result of the callers that wait for it.
    private nonisolated(nonsending) func lead<Value>(
        _ codec: EffectCodec<Value>, _ effect: nonisolated(nonsending) (EffectContext) async throws -> Value,
        _ sharedRun: SharedRun?, _ known: SharedRunStateMachine.ForeignOwner?
    ) async -> (ended: Ended<Value>, SharedRunStateMachine.Ending) {
        let claimed: EffectClaim.Claimed
        do { claimed = try await EffectClaim(self, sharedRun).claim(after: known) } catch {
            let reason = RetryStopReason(ofClaim: error)
            return ((.failure(error), reason), reason == .storeFailed ? .failed(error, reason) : .askAgain)
        }
        switch claimed {
        case .gaveUp(let owner, let error): return ((.failure(error), RetryStopReason(ofClaim: error)), .gaveUp(owner))
        case .answered(.execute(let token, let isTakeover), let claimedAt):
            let owned = ClaimedEffect(
                EffectClaimTicket(id, token), isTakeover: isTakeover, claimedAt: claimedAt, gate.settings, gate.pipeline
            )
            let run = EffectGateRun(owned, of: gate, setup: events?.ofAttempts ?? gate.setup)
            await sharedRun?.runs(
                .init(claimedAt: Moment(clock: gate.clock, nanoseconds: claimedAt)) { [lease = run.lease] in
                    lease.left
                })
            return concluded(await inScope(isolation: #isolation) { await run.run(codec, effect) })
        case .answered(.replay(let replay), _):
            let ending: SharedRunStateMachine.Ending
            if case .failed = replay.ending {
                let answer = EffectClaimAnswer.replay(replay)
                ending = .failed(answer.error(for: id) ?? CancellationError(), answer.stopReason)
            } else {
                ending = .happened(replay)
            }
            return (replayed(replay, codec), ending)
        case .answered(let answer, _):
            let error = answer.error(for: id) as (any Error)? ?? CancellationError()
            return ((.failure(error), answer.stopReason), .failed(error, answer.stopReason))
        }
    }

    /// Runs the effect in its scope, so that calls within it detect cycles.
    private func inScope<Value>(
        isolation: isolated (any Actor)?,
        _ body: nonisolated(nonsending) () async -> EffectConclusion<Value>
    ) async -> EffectConclusion<Value> {
        guard let node else { return await body() }
        let inside = EffectScope.begin(node)
        defer { EffectScope.end(inside) }
        return await EffectScope.$runs.withValue(inside) {
            _ = isolation  // keeps the closure on the actor
            return await body()
        }
    }

    private func concluded<Value>(
        _ conclusion: EffectConclusion<Value>
    ) -> (ended: Ended<Value>, SharedRunStateMachine.Ending) {
        let ended = (result: conclusion.result, reason: conclusion.reason)
        if let kept = conclusion.kept { return (ended, .happened(EffectReplay(kept, age: .zero))) }
        guard case .failure(let error) = conclusion.result else { return (ended, .askAgain) }
        let isOwn = conclusion.reason == .cancelled || conclusion.reason == .fenced
        return (ended, isOwn ? .askAgain : .failed(error, conclusion.reason))
    }
}
