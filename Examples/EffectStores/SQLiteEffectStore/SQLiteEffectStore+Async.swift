public import RetryCore

// The asynchronous requirements, which a task gets: none of them blocks its thread.
extension SQLiteEffectStore {
    /// Claims a key, as `EffectStore` demands.
    public func claim(
        _ id: ActionID, fingerprint: EffectFingerprint = .none, lease: Duration,
        ifAbandoned rule: AbandonedClaim = .halt
    ) async throws -> ClaimAnswer {
        try await queue.async { store in
            try store.claim(id, fingerprint: fingerprint, lease: lease.clampedNanoseconds, ifAbandoned: rule)
        }
    }

    /// Extends the lease of a claim, as `EffectStore` demands.
    public func renew(_ ticket: ClaimTicket, lease: Duration) async throws -> RenewAnswer {
        try await queue.async(.urgent) { try $0.renew(ticket, lease: lease.clampedNanoseconds) }
    }

    /// Records how an effect ended, as `EffectStore` demands.
    public func settle(_ ticket: ClaimTicket, _ outcome: EffectOutcome) async throws -> SettleAnswer {
        if case .succeeded(let result) = outcome { try checkLength(result) }
        return try await queue.async(.urgent) { try $0.settle(ticket, outcome) }
    }

    /// Records a verdict, as `EffectStore` demands.
    public func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> ReconcileAnswer {
        if case .happened(let result) = verdict { try checkLength(result) }
        return try await queue.async { try $0.reconcile(id, expectedToken: expectedToken, verdict) }
    }

    /// Returns what is known of a key, as `EffectStore` demands.
    public func record(for id: ActionID) async throws -> EffectRecord? {
        try await queue.async { try $0.record(for: id) }
    }
}
