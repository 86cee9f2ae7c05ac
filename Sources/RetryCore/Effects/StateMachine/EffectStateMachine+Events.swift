extension EffectStateMachine {
    /// Claims the key.
    ///
    /// - Parameters:
    ///   - fingerprint: The fingerprint of the caller's request.
    ///   - lease: The time for which the caller owns it without a renewal, in nanoseconds.
    ///   - rule: The treatment of a claim whose lease expired without settlement.
    ///   - now: The time on the store's clock.
    ///   - nextToken: Makes the next token of the store; called only if the caller gets the key.
    /// - Returns: The answer for the caller.
    public mutating func claim(
        fingerprint: EffectFingerprint, lease: Int64, ifAbandoned rule: AbandonedClaimBehavior, now: Int64,
        nextToken: () -> FencingToken
    ) -> EffectClaimAnswer {
        if phase == .absent || phase == .released || isExpired(now: now) {
            return run(fingerprint, lease, now, nextToken(), isTakeover: false)
        }
        if fingerprint != self.fingerprint {
            return .fingerprintMismatch(recorded: self.fingerprint, given: fingerprint)
        }
        switch phase {
        case .succeeded:
            if case .failure(let reason) = body {
                return .replay(EffectReplay(.succeededWithoutResult(reason), age: age(now)))
            }
            return .replay(EffectReplay(.succeeded(result ?? []), age: age(now)))
        case .failed: return .replay(EffectReplay(.failed(failure ?? EffectFailure(type: "")), age: age(now)))
        case .running where now < until:
            return .inProgress(runningFor: age(now), leaseLeft: leaseLeft(now))
        case .running where rule == .halt: enter(.abandoned)
        case .absent, .released, .running, .abandoned, .indeterminate: break
        }
        if rule == .takeOver { return run(fingerprint, lease, now, nextToken(), isTakeover: true) }
        return .indeterminate(token, age: age(now), lastErrorType: failure?.type)
    }

    /// Extends the lease of the owner; a longer one stays as it is.
    ///
    /// - Parameters:
    ///   - token: The caller's token.
    ///   - lease: The new lease from now, in nanoseconds.
    ///   - now: The time on the store's clock.
    /// - Returns: The answer for the caller.
    public mutating func renew(token: FencingToken, lease: Int64, now: Int64) -> EffectRenewAnswer {
        guard phase == .running, token == self.token else { return .lost(current: current(now)) }
        extend(until: now.saturatingAdd(max(0, lease)))
        return .renewed(leaseLeft: leaseLeft(now))
    }

    /// Records the outcome of the effect, if the key is still the caller's.
    ///
    /// - Parameters:
    ///   - token: The caller's token.
    ///   - outcome: The outcome of the effect.
    ///   - retention: The time for which the store keeps settled records, in nanoseconds.
    ///   - now: The time on the store's clock.
    /// - Returns: The answer for the caller.
    public mutating func settle(
        token: FencingToken, _ outcome: EffectOutcome, retention: Int64, now: Int64
    ) -> EffectSettleAnswer {
        guard token == self.token, !isExpired(now: now) else { return .fenced(current: current(now)) }
        switch phase {
        case .running, .abandoned: break
        case .indeterminate, .succeeded, .failed, .released:
            return outcome == settled ? .alreadyRecorded : .fenced(current: current(now))
        case .absent: return .fenced(current: nil)
        }
        switch outcome {
        case .succeeded(let bytes):
            enter(.succeeded, body: .result(bytes), since: now, until: now.saturatingAdd(retention))
        case .succeededWithoutResult(let reason):
            enter(.succeeded, body: .failure(reason), since: now, until: now.saturatingAdd(retention))
        case .failedFinal(let failure):
            enter(.failed, body: .failure(failure), since: now, until: now.saturatingAdd(retention))
        case .failedBeforeEffect:
            enter(.released, since: now, until: now.saturatingAdd(min(retention, Self.releaseMemory)))
        case .indeterminate(let failure):
            enter(.indeterminate, body: failure.map { .failure($0) } ?? .none, since: since, until: .max)
        }
        return .recorded
    }

    /// Records a verdict about an effect whose outcome is unknown, which failed, or whose result is not kept.
    ///
    /// - Parameters:
    ///   - expectedToken: The token of the record that the verdict is about.
    ///   - verdict: The verdict about the effect.
    ///   - retention: The time for which the store keeps settled records, in nanoseconds.
    ///   - now: The time on the store's clock.
    /// - Returns: The answer for the caller.
    public mutating func reconcile(
        expectedToken: FencingToken, _ verdict: EffectVerdict, retention: Int64, now: Int64
    ) -> EffectReconcileAnswer {
        switch phase {
        case .running where now >= until, .abandoned, .indeterminate: break
        case .failed where now < until: break
        // It is known that the effect happened: only its result is missing.
        case .succeeded where now < until && result == nil && verdict != .didNotHappen: break
        case .absent, .running, .succeeded, .failed, .released: return .notIndeterminate
        }
        guard token == expectedToken else { return .otherToken(current: token) }
        switch verdict {
        case .happened(let bytes):
            enter(.succeeded, body: .result(bytes), since: now, until: now.saturatingAdd(retention))
        case .didNotHappen: self = EffectStateMachine()
        }
        return .reconciled
    }

    private mutating func run(
        _ fingerprint: EffectFingerprint, _ lease: Int64, _ now: Int64, _ token: FencingToken, isTakeover: Bool
    ) -> EffectClaimAnswer {
        own(token, fingerprint: fingerprint)
        enter(.running, since: now, until: now.saturatingAdd(max(0, lease)))
        return .execute(token, isTakeover: isTakeover)
    }

    /// The outcome that was settled, to distinguish a repeated settlement from another one.
    private var settled: EffectOutcome? {
        switch phase {
        case .absent, .running, .abandoned: nil
        case .indeterminate: .indeterminate(failure)
        case .succeeded: failure.map { .succeededWithoutResult($0) } ?? .succeeded(result ?? [])
        case .failed: failure.map { .failedFinal($0) }
        case .released: .failedBeforeEffect
        }
    }

    /// Returns the token for answers to late callers; `nil` if there is no record any more.
    private func current(_ now: Int64) -> FencingToken? {
        phase == .absent || isExpired(now: now) ? nil : token
    }
}
