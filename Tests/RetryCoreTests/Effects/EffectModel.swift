import RetryCore

/// A second implementation of the table of events, in another way: as a history that is read from its end.
struct EffectModel {
    enum Entry: Equatable {
        case claimed(Int64, fingerprint: Int, leaseEnd: Int64, at: Int64)
        case toldHalted
        case settled(EffectOutcome, at: Int64)
        case reconciled(EffectVerdict, at: Int64)
    }

    static let retention: Int64 = 100
    static let lease: Int64 = 10

    private(set) var history: [Entry] = []
    private(set) var now: Int64 = 0
    private(set) var lastToken: Int64 = 0

    mutating func pass(_ time: Int64) { now += time }

    /// The claim that counts, and what came after it; `nil` for a key that is free.
    private var current: (token: Int64, fingerprint: Int, leaseEnd: Int64, at: Int64, after: ArraySlice<Entry>)? {
        guard
            let start = history.lastIndex(where: { if case .claimed = $0 { true } else { false } }),
            case .claimed(let token, let fingerprint, let leaseEnd, let at) = history[start]
        else { return nil }
        return (token, fingerprint, leaseEnd, at, history[(start + 1)...])
    }

    /// The final word on the key, if it was said and is not forgotten.
    private enum Word {
        case free
        case happened([UInt8], Int64)
        case happenedWithoutResult(EffectFailure, Int64)
        case failed(EffectFailure, Int64)
        case unknown
        case none
    }

    private var word: Word {
        guard let current else { return .free }
        switch current.after.last {
        case nil: return current.leaseEnd <= now ? .unknown : .none
        case .toldHalted: return .unknown
        case .settled(.succeeded(let bytes), let at), .reconciled(.happened(let bytes), let at):
            return now - at >= Self.retention ? .free : .happened(bytes, at)
        case .settled(.succeededWithoutResult(let failure), let at):
            return now - at >= Self.retention ? .free : .happenedWithoutResult(failure, at)
        case .settled(.failedFinal(let failure), let at):
            return now - at >= Self.retention ? .free : .failed(failure, at)
        case .settled(.indeterminate, _): return .unknown
        case .settled(.failedBeforeEffect, _), .reconciled(.didNotHappen, _), .claimed: return .free
        }
    }

    mutating func claim(_ fingerprint: Int, _ rule: AbandonedClaimBehavior, print: (Int) -> EffectFingerprint)
        -> EffectClaimAnswer
    {
        if case .free = word { return begin(fingerprint, isTakeover: false) }
        guard let current else { return begin(fingerprint, isTakeover: false) }
        if current.fingerprint != fingerprint {
            return .fingerprintMismatch(recorded: print(current.fingerprint), given: print(fingerprint))
        }
        switch word {
        case .happened(let bytes, let at): return .replay(.init(.succeeded(bytes), age: .nanoseconds(now - at)))
        case .happenedWithoutResult(let failure, let at):
            return .replay(.init(.succeededWithoutResult(failure), age: .nanoseconds(now - at)))
        case .failed(let failure, let at): return .replay(.init(.failed(failure), age: .nanoseconds(now - at)))
        case .none:
            return .inProgress(
                runningFor: .nanoseconds(now - current.at), leaseLeft: .nanoseconds(current.leaseEnd - now))
        case .unknown, .free:
            if rule == .takeOver { return begin(fingerprint, isTakeover: true) }
            if current.after.isEmpty { history.append(.toldHalted) }
            var type: String?
            if case .settled(.indeterminate(let failure), _) = current.after.last { type = failure?.type }
            return .indeterminate(
                FencingToken(current.token), age: .nanoseconds(now - current.at), lastErrorType: type)
        }
    }

    private mutating func begin(_ fingerprint: Int, isTakeover: Bool) -> EffectClaimAnswer {
        lastToken += 1
        history.append(.claimed(lastToken, fingerprint: fingerprint, leaseEnd: now + Self.lease, at: now))
        return .execute(FencingToken(lastToken), isTakeover: isTakeover)
    }

    /// The token in the answer to a late caller.
    private var shownToken: FencingToken? {
        guard let current else { return nil }
        switch current.after.last {
        case .reconciled(.didNotHappen, _): return nil
        case .settled(.failedBeforeEffect, let at):
            return now - at >= Self.retention ? nil : FencingToken(current.token)
        default: break
        }
        if case .free = word { return nil }
        return FencingToken(current.token)
    }

    mutating func settle(_ token: Int64, _ outcome: EffectOutcome) -> EffectSettleAnswer {
        guard let current, current.token == token, let shownToken else { return .fenced(current: shownToken) }
        switch current.after.last {
        case nil, .toldHalted:
            history.append(.settled(outcome, at: now))
            return .recorded
        case .settled(outcome, _): return .alreadyRecorded
        case .reconciled(.happened(let bytes), _) where outcome == .succeeded(bytes): return .alreadyRecorded
        default: return .fenced(current: shownToken)
        }
    }

    mutating func renew(_ token: Int64) -> EffectRenewAnswer {
        guard let current, current.token == token, current.after.isEmpty else { return .lost(current: shownToken) }
        let index = history.count - 1
        let end = max(current.leaseEnd, now + Self.lease)
        history[index] = .claimed(token, fingerprint: current.fingerprint, leaseEnd: end, at: current.at)
        return .renewed(leaseLeft: .nanoseconds(end - now))
    }

    mutating func reconcile(_ token: Int64, _ verdict: EffectVerdict) -> EffectReconcileAnswer {
        guard let current else { return .notIndeterminate }
        switch word {
        case .unknown, .failed: break
        case .happenedWithoutResult where verdict != .didNotHappen: break
        default: return .notIndeterminate
        }
        if current.token != token { return .otherToken(current: FencingToken(current.token)) }
        history.append(.reconciled(verdict, at: now))
        return .reconciled
    }

    /// The state of the key, in a few words.
    var state: String {
        switch word {
        case .free: "nothing"
        case .none: "running"
        case .unknown: "indeterminate"
        case .happened(let bytes, _): "succeeded \(bytes)"
        case .happenedWithoutResult(let failure, _): "succeeded, but \(failure)"
        case .failed(let failure, _): "failed \(failure)"
        }
    }
}
