/// An error of an effect gate: the effect was not run, or its outcome needs more than the effect's own error.
public enum EffectError: Error, Sendable, CustomStringConvertible {
    /// Another caller runs the effect: since this long, and for this long at least.
    case inProgress(ActionID, runningFor: Duration, leaseLeft: Duration)
    /// The outcome of the effect is unknown (indeterminate).
    ///
    /// Find out the outcome at the receiver, then record it by `reconcile` with this token. Only the caller that ran
    /// the effect gets the underlying error.
    case indeterminate(
        ActionID, token: FencingToken, age: Duration, lastErrorType: String?, underlying: (any Error)?)
    /// The key has been used for another request.
    case fingerprintMismatch(ActionID, recorded: EffectFingerprint, given: EffectFingerprint)
    /// The store, or the key's tenant, has reached its limit of records.
    case storeFull(ActionID, count: Int, limit: Int)
    /// Another caller took the key over before this caller's settlement.
    case fenced(ActionID, own: FencingToken, current: FencingToken?)
    /// An earlier caller's run ended with a failure that is final.
    ///
    /// An operator clears the record by `reconcile`, with the token that `record(for:)` returns.
    case failedBefore(ActionID, EffectFailure, age: Duration)
    /// The effect happened, and its result is not kept: it was too long for the store, or could not be encoded.
    ///
    /// It is never run again. Look the result up at the receiver; `reconcile` adds it to the record.
    case resultNotKept(ActionID, EffectFailure, age: Duration)
    /// The call is made from within an effect that the key's own effect waits for, through these keys: it would wait
    /// forever.
    case keyCycle(ActionID, through: [ActionID])

    /// The event, and the remedy.
    public var description: String {
        switch self {
        case .inProgress(let id, let age, let left):
            "Effect \(id) is being run, since \(age); its lease ends in \(left). Wait for its outcome, or ask later."
        case .indeterminate(let id, let token, let age, let type, let underlying):
            "The outcome of effect \(id) is unknown: claimed \(age) ago by token \(token)"
                + (underlying.map { ", it ended with \(EffectFailure($0))" } ?? type.map { ", it ended with \($0)" }
                    ?? "") + ". Find out at its receiver, and reconcile with that token."
        case .fingerprintMismatch(let id, let recorded, let given):
            "The key of effect \(id) was used for another request: recorded \(recorded), given \(given). Use a key of "
                + "its own for every request."
        case .storeFull(let id, let count, let limit):
            "There is no room for effect \(id): \(count) records of \(limit). Raise the limit, or keep records for a "
                + "shorter time."
        case .fenced(let id, let own, let current):
            "Effect \(id) is not this caller's any more: its token is \(own), and the record's is "
                + "\(current.map { "\($0)" } ?? "gone"). Give the effect a longer lease."
        case .failedBefore(let id, let failure, let age):
            "Effect \(id) failed for good \(age) ago: \(failure). Reconcile it with its token to clear the record."
        case .resultNotKept(let id, let failure, let age):
            "Effect \(id) happened \(age) ago, and its result was not kept: \(failure). Look it up at the receiver."
        case .keyCycle(let id, let others):
            "Effect \(id) waits for itself, through effect \(others.map { "\($0)" }.joined(separator: " and effect ")). "
                + "Let none of them run another one whose effect runs it."
        }
    }
}

extension EffectError: SelfClassifyingError {
    /// A conflict if another caller runs the effect, or a cycle, which is not retried; transient if the store is full;
    /// else permanent.
    public var classification: ErrorClassification {
        switch self {
        case .inProgress: .concurrency
        case .keyCycle: .concurrency.hint(.never)
        case .storeFull: .transient
        case .indeterminate, .fingerprintMismatch, .fenced, .failedBefore, .resultNotKept: .permanent
        }
    }
}

/// For an effect that runs another one, the error states whether that one was run.
extension EffectError: ExecutionAwareError {
    /// Not executed if the gate refused to run the effect, or if it failed for good before; else unknown.
    public var execution: ExecutionCertainty {
        switch self {
        case .inProgress, .fingerprintMismatch, .storeFull, .failedBefore, .keyCycle: .notExecuted
        case .indeterminate, .fenced, .resultNotKept: .unknown
        }
    }
}

/// A circuit breaker around a gate hears of the attempts alone: what a store remembers says nothing of the service.
extension EffectError: GuardedCallError {
    package var attemptError: (any Error)? {
        if case .indeterminate(_, _, _, _, let underlying) = self { underlying } else { nil }
    }
}
