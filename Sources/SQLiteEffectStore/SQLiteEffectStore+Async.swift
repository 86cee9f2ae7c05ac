#if SQLite
public import RetryCore

// The asynchronous requirements, for tasks: none of them blocks its thread.
extension SQLiteEffectStore {
    /// Claims a key, as `EffectStore` requires.
    public func claim(
        _ id: ActionID, fingerprint: EffectFingerprint = .none, lease: Duration,
        ifAbandoned rule: AbandonedClaimBehavior = .halt
    ) async throws -> EffectClaimAnswer {
        try await queue.async { store in
            try store.claim(id, fingerprint: fingerprint, lease: lease.clampedNanoseconds, ifAbandoned: rule)
        }
    }

    /// Extends the lease of a claim, as `EffectStore` requires.
    public func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
        try await queue.async(.urgent) { try $0.renew(ticket, lease: lease.clampedNanoseconds) }
    }

    /// Records the outcome of an effect, as `EffectStore` requires.
    public func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
        if case .succeeded(let result) = outcome { try checkLength(result) }
        return try await queue.async(.urgent) { try $0.settle(ticket, outcome) }
    }

    /// Records a verdict, as `EffectStore` requires.
    public func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> EffectReconcileAnswer {
        if case .happened(let result) = verdict { try checkLength(result) }
        return try await queue.async { try $0.reconcile(id, expectedToken: expectedToken, verdict) }
    }

    /// Returns the record of a key, as `EffectStore` requires.
    public func record(for id: ActionID) async throws -> EffectRecord? {
        try await queue.async { try $0.record(for: id) }
    }
}
#endif
