// The stop reasons of an effect gate that its attempts do not have.
extension StopReason {
    /// The effect happened before, and the caller gets its recorded result.
    public static var replayed: StopReason { StopReason(kind: .replayed) }
    /// The effect failed for good before, and the caller gets that failure.
    public static var failedBefore: StopReason { StopReason(kind: .failedBefore) }
    /// The effect happened, and its result is not kept.
    public static var resultNotKept: StopReason { StopReason(kind: .resultNotKept) }
    /// Another caller runs the effect.
    public static var inProgress: StopReason { StopReason(kind: .inProgress) }
    /// The outcome of the effect is unknown.
    public static var indeterminate: StopReason { StopReason(kind: .indeterminate) }
    /// Another caller took the key over.
    public static var fenced: StopReason { StopReason(kind: .fenced) }
    /// The key stands for another request.
    public static var fingerprintMismatch: StopReason { StopReason(kind: .fingerprintMismatch) }
    /// The key would wait for itself, through other keys.
    public static var keyCycle: StopReason { StopReason(kind: .keyCycle) }
    /// The store, or the key's tenant, is full.
    public static var storeFull: StopReason { StopReason(kind: .storeFull) }
    /// The run of another caller of this process ended with an error, which the caller gets, too.
    public static var sharedFailure: StopReason { StopReason(kind: .sharedFailure) }
    /// The store failed, and the effect was not run.
    public static var storeFailed: StopReason { StopReason(kind: .storeFailed) }

    /// The code of a reason that only an effect gate has.
    var effectCode: String {
        switch kind {
        case .replayed: "replayed"
        case .failedBefore: "failed_before"
        case .resultNotKept: "result_not_kept"
        case .inProgress: "in_progress"
        case .indeterminate: "indeterminate"
        case .fenced: "fenced"
        case .fingerprintMismatch: "fingerprint_mismatch"
        case .keyCycle: "key_cycle"
        case .storeFull: "store_full"
        case .sharedFailure: "shared_failure"
        default: "store_failed"
        }
    }
}

extension ClaimAnswer {
    /// The reason to report if the effect is not to be run; `nil` if it is.
    package var stopReason: StopReason? {
        switch self {
        case .execute: nil
        case .replay(let replay):
            switch replay.ending {
            case .succeeded: .replayed
            case .succeededWithoutResult: .resultNotKept
            case .failed: .failedBefore
            }
        case .inProgress: .inProgress
        case .indeterminate: .indeterminate
        case .fingerprintMismatch: .fingerprintMismatch
        case .full: .storeFull
        }
    }
}

extension StopReason {
    /// Creates the reason to report if a key could not be claimed.
    package init(ofClaim error: any Error) {
        switch error {
        case is CancellationError: self = .cancelled
        case EffectError.keyCycle: self = .keyCycle
        case EffectError.inProgress: self = .inProgress
        default: self = .storeFailed
        }
    }
}
