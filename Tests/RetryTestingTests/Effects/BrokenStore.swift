import RetryCore
import RetryTesting

/// A store that breaks one promise and keeps the others as far as it can.
final class BrokenStore: ObservableEffectStore {
    enum Fault: CaseIterable {
        case ownsForAll, splitClaim, splitTakeover, splitSettlement, losesRace, splitCapacity
        case hidesRecords, readHalts, cutsResults, cutsLongResults, cutsMessages
        case ignoresFingerprints, perKeyTokens, mergesTwins, joinsTenant
        case recordsAgain, overwrites, noFence, keepsReleased, refusesLateOwners
        case alwaysTakesOver, neverTakesOver, shortensLeases, refusesLongLeases
        case ignoresVerdicts, verdictOfAnyToken, verdictOnAnything, keepsFailures, keepsUnkept, forgetsVerdicts
        case neverForgets, forgetsLive, noLengthLimit, noCapacity, neverMakesRoom, noQuota
        case neverTells, tellsTwice, tellsCancelled, tellsEarly
    }

    private struct State: Sendable {
        var fullKeys: Set<ActionID> = []
        var texts: [String: ActionID] = [:]
        var tokenCounts: [ActionID: Int64] = [:]
        var tokens: [EffectClaimTicket: FencingToken] = [:]
        var reconciled: Set<ActionID> = []
        var count = 0
    }

    private let fault: Fault
    private let settings: EffectStoreConformance.Settings
    private let store: InMemoryEffectStore
    private let state = Locked(State())

    init(_ fault: Fault, _ settings: EffectStoreConformance.Settings, _ clock: RetryClock) {
        self.fault = fault
        self.settings = settings
        let isUnbounded = fault == .noCapacity || fault == .splitCapacity
        store = InMemoryEffectStore(
            .init(
                capacity: isUnbounded ? 1_000 : settings.capacity ?? 1_000,
                tenantQuota: fault == .noQuota ? nil : settings.tenantQuota,
                retention: fault == .neverForgets ? .seconds(1_000_000) : settings.retention,
                maxResultBytes: fault == .noLengthLimit ? 100_000 : settings.maxResultBytes ?? 100_000),
            clock: clock)
    }

    // MARK: Claims

    func claim(
        _ id: ActionID, fingerprint: EffectFingerprint, lease: Duration, ifAbandoned rule: AbandonedClaimBehavior
    ) async throws -> EffectClaimAnswer {
        let id = real(id)
        if fault == .refusesLongLeases, lease > .seconds(1_000_000) { throw EffectStoreError.unavailable(reason: "") }
        if fault == .neverMakesRoom, state.withLock({ !$0.fullKeys.isEmpty }), store.record(for: id) == nil {
            return .full(count: 2, limit: 2)
        }
        let before = store.record(for: id)
        let count = state.withLock { $0.count }
        switch fault {
        case .splitClaim, .splitTakeover, .splitCapacity: await Task.yield()
        default: break
        }
        let answer = store.claim(
            id, fingerprint: fault == .ignoresFingerprints ? .none : fingerprint, lease: lease,
            ifAbandoned: fault == .alwaysTakesOver ? .takeOver : fault == .neverTakesOver ? .halt : rule)
        return broken(answer, id, before: before, count: count)
    }

    private func broken(_ answer: EffectClaimAnswer, _ id: ActionID, before: EffectRecord?, count: Int)
        -> EffectClaimAnswer
    {
        let token = store.record(for: id)?.token ?? FencingToken(0)
        switch (fault, answer) {
        case (.forgetsVerdicts, .replay) where state.withLock { $0.reconciled.contains(id) }:
            return .execute(token, isTakeover: false)
        case (.ownsForAll, .inProgress): return .execute(token, isTakeover: false)
        case (.splitClaim, .inProgress) where before == nil: return .execute(token, isTakeover: false)
        case (.splitTakeover, .inProgress) where before?.state.isUnknown == true:
            return .execute(token, isTakeover: true)
        case (.splitCapacity, .execute):
            if let capacity = settings.capacity, count >= capacity { return .full(count: count, limit: capacity) }
            state.withLock { $0.count += 1 }
        case (.cutsResults, .replay(let replay)):
            if case .succeeded(let bytes) = replay.ending, bytes.count < 1_000 {
                return .replay(.init(.succeeded(bytes.dropLast()), age: replay.age))
            }
        case (.perKeyTokens, .execute(let token, let isTakeover)):
            return state.withLock { state in
                state.tokenCounts[id, default: 0] += 1
                let own = FencingToken(state.tokenCounts[id, default: 0])
                state.tokens[EffectClaimTicket(id, own)] = token
                return .execute(own, isTakeover: isTakeover)
            }
        case (.neverMakesRoom, .full): state.withLock { _ = $0.fullKeys.insert(id) }
        default: break
        }
        return answer
    }

    // MARK: What owners and others do

    func renew(_ ticket: EffectClaimTicket, lease: Duration) async throws -> EffectRenewAnswer {
        let answer = store.renew(real(ticket), lease: lease)
        if fault == .shortensLeases, case .renewed = answer { return .renewed(leaseLeft: lease) }
        return answer
    }

    func settle(_ ticket: EffectClaimTicket, _ outcome: EffectOutcome) async throws -> EffectSettleAnswer {
        var ticket = real(ticket)
        let before = store.record(for: ticket.id)
        switch fault {
        case .noFence: ticket = EffectClaimTicket(ticket.id, before?.token ?? ticket.token)
        case .refusesLateOwners where before?.state.isUnknown == true: return .fenced(current: before?.token)
        case .splitSettlement, .losesRace: await Task.yield()
        default: break
        }
        var answer = try store.settle(ticket, broken(outcome))
        if case .fenced = answer, before?.token == ticket.token {
            if fault == .overwrites { answer = .recorded }
            if fault == .losesRace, before?.state.isUnknown == true { answer = .recorded }
            if fault == .splitSettlement, case .running = before?.state { answer = .recorded }
        }
        if fault == .recordsAgain, answer == .alreadyRecorded { answer = .recorded }
        return answer
    }

    private func broken(_ outcome: EffectOutcome) -> EffectOutcome {
        switch (fault, outcome) {
        case (.keepsReleased, .failedBeforeEffect): .failedFinal(EffectFailure(type: "Released"))
        case (.cutsLongResults, .succeeded(let bytes)): .succeeded(Array(bytes.prefix(65_535)))
        case (.cutsMessages, .failedFinal(let failure)):
            .failedFinal(EffectFailure(type: failure.type, code: failure.code))
        default: outcome
        }
    }

    func reconcile(
        _ id: ActionID, expectedToken: FencingToken, verdict: EffectVerdict
    ) async throws -> EffectReconcileAnswer {
        let ticket = real(EffectClaimTicket(id, expectedToken))
        if fault == .ignoresVerdicts { return .reconciled }
        let token = fault == .verdictOfAnyToken ? store.record(for: ticket.id)?.token ?? ticket.token : ticket.token
        switch (fault, store.record(for: ticket.id)?.state) {
        case (.keepsFailures, .failed), (.keepsUnkept, .succeededWithoutResult): return .notIndeterminate
        default: state.withLock { _ = $0.reconciled.insert(ticket.id) }
        }
        let answer = try store.reconcile(ticket.id, expectedToken: token, verdict: verdict)
        return fault == .verdictOnAnything && answer == .notIndeterminate ? .reconciled : answer
    }

    func record(for id: ActionID) async throws -> EffectRecord? {
        let id = real(id)
        let record = store.record(for: id)
        switch fault {
        case .hidesRecords: return nil
        case .readHalts where record?.state.isUnknown == true:
            _ = store.claim(id, fingerprint: record?.fingerprint ?? .none, lease: .seconds(1))
            return store.record(for: id)
        case .forgetsLive where record.map { $0.age >= settings.retention } == true: return nil
        default: return record
        }
    }

    func subscribe(to id: ActionID, _ notify: @escaping @Sendable () -> Void) -> EffectSubscription {
        switch fault {
        case .neverTells: return EffectSubscription {}
        case .tellsEarly:
            notify()
            return EffectSubscription {}
        case .tellsTwice:
            return store.subscribe(to: id) {
                notify()
                notify()
            }
        case .tellsCancelled:
            _ = store.subscribe(to: id, notify)
            return EffectSubscription {}
        default: return store.subscribe(to: id, notify)
        }
    }

    // MARK: Keys and tokens

    private func real(_ id: ActionID) -> ActionID {
        let text = String(decoding: id.key, as: UTF8.self)
        switch fault {
        case .mergesTwins where id.tenant.isEmpty:
            return state.withLock { state in
                if let known = state.texts[text] { return known }
                state.texts[text] = id
                return id
            }
        case .joinsTenant where !id.tenant.isEmpty: return (try? ActionID(text + ":" + id.tenant)) ?? id
        default: return id
        }
    }

    private func real(_ ticket: EffectClaimTicket) -> EffectClaimTicket {
        let id = real(ticket.id)
        let token = state.withLock { $0.tokens[EffectClaimTicket(id, ticket.token)] }
        return EffectClaimTicket(id, token ?? ticket.token)
    }
}

extension EffectRecord.State {
    fileprivate var isUnknown: Bool { if case .indeterminate = self { true } else { false } }
}
