import RetryCore

/// The bench of a rule: creates stores, moves their time, and reports problems.
struct ConformanceBench: Sendable {
    let kit: EffectStoreConformance
    let clock = ManualClock()

    var lease: Duration { kit.unit }
    var retention: Duration { kit.unit * 10 }

    /// Creates a store.
    func store(
        capacity: Int? = nil, tenantQuota: Int? = nil, maxResultBytes: Int? = nil
    ) async throws -> ConformanceStore {
        let settings = EffectStoreConformance.Settings(
            retention: retention, capacity: capacity, tenantQuota: tenantQuota, maxResultBytes: maxResultBytes)
        guard let store = try await kit.makeStore(settings, RetryClock(clock)) else {
            throw ConformanceSkip(reason: "no such settings")
        }
        return ConformanceStore(store: store, lease: lease)
    }

    /// Lets time pass for the store.
    func pass(_ duration: Duration) async throws {
        switch kit.time {
        case .manual: clock.advance(by: duration)
        case .external(let advance): try await advance(duration)
        case .fixed: throw ConformanceSkip(reason: "time does not move")
        }
    }
}

/// A store, with short forms of its claims.
struct ConformanceStore: Sendable {
    let store: any EffectStore
    let lease: Duration

    static let request = EffectFingerprint(of: "request".utf8)

    func claim(
        _ key: some EffectKey, _ rule: AbandonedClaimBehavior = .halt, as fingerprint: EffectFingerprint = request,
        lease: Duration? = nil
    ) async throws -> EffectClaimAnswer {
        try await store.claim(
            key.actionID(), fingerprint: fingerprint, lease: lease ?? self.lease, ifAbandoned: rule)
    }

    /// Claims a key that must be free, or abandoned if the claim takes over.
    func own(
        _ key: some EffectKey, _ rule: AbandonedClaimBehavior = .halt, lease: Duration? = nil
    ) async throws -> EffectClaimTicket {
        let answer = try await claim(key, rule, lease: lease)
        guard case .execute(let token, _) = answer else {
            throw ConformanceProblem(text: "a claim of a key that can be had is answered with \(answer)")
        }
        return EffectClaimTicket(try key.actionID(), token)
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
        try await store.settle(ticket, outcome)
    }

    /// Claims a key and settles it.
    @discardableResult
    func settled(_ key: some EffectKey, _ outcome: EffectOutcome) async throws -> EffectClaimTicket {
        let ticket = try await own(key)
        try expect(await settle(ticket, outcome), .recorded, "settling \(outcome) by the owner")
        return ticket
    }

    func renew(_ ticket: EffectClaimTicket, _ lease: Duration? = nil) async throws -> EffectRenewAnswer {
        try await store.renew(ticket, lease: lease ?? self.lease)
    }

    func reconcile(
        _ ticket: EffectClaimTicket, _ verdict: EffectVerdict, token: FencingToken? = nil
    ) async throws -> EffectReconcileAnswer {
        try await store.reconcile(ticket.id, expectedToken: token ?? ticket.token, verdict: verdict)
    }

    func state(_ key: some EffectKey) async throws -> EffectRecord.State? {
        try await store.record(for: key.actionID())?.state
    }
}

/// Throws the problem unless `isRight`.
func expect(_ isRight: Bool, _ problem: @autoclosure () -> String) throws {
    if !isRight { throw ConformanceProblem(text: problem()) }
}

/// Throws the problem unless an answer is the right one.
func expect<Answer: Equatable>(_ answer: Answer, _ right: Answer, _ what: String) throws {
    if answer != right { throw ConformanceProblem(text: "\(what) is answered with \(answer), and not \(right)") }
}

extension EffectClaimAnswer {
    var isInProgress: Bool { if case .inProgress = self { true } else { false } }
    var isIndeterminate: Bool { if case .indeterminate = self { true } else { false } }
    var isFull: Bool { if case .full = self { true } else { false } }

    /// The ending of the effect, if this is a replay.
    var ending: EffectReplay.Ending? { if case .replay(let replay) = self { replay.ending } else { nil } }

    /// The token, if the caller must run the effect.
    var token: FencingToken? { if case .execute(let token, _) = self { token } else { nil } }

    var isTakeover: Bool { if case .execute(_, true) = self { true } else { false } }
}

extension EffectRenewAnswer {
    var isRenewed: Bool { if case .renewed = self { true } else { false } }
}

extension EffectSettleAnswer {
    var isFenced: Bool { if case .fenced = self { true } else { false } }
}

extension EffectRecord.State {
    var isRunning: Bool { if case .running = self { true } else { false } }
    var isIndeterminate: Bool { if case .indeterminate = self { true } else { false } }
}
