// The stop reasons of an effect gate that its attempts do not have.
extension RetryStopReason {
    /// The effect happened before, and the caller gets its recorded result.
    public static var replayed: RetryStopReason { RetryStopReason(kind: .replayed) }
    /// The effect failed for good before, and the caller gets that failure.
    public static var failedBefore: RetryStopReason { RetryStopReason(kind: .failedBefore) }
    /// The effect happened, and its result is not kept.
    public static var resultNotKept: RetryStopReason { RetryStopReason(kind: .resultNotKept) }
    /// Another caller runs the effect.
    public static var inProgress: RetryStopReason { RetryStopReason(kind: .inProgress) }
    /// The outcome of the effect is unknown.
    public static var indeterminate: RetryStopReason { RetryStopReason(kind: .indeterminate) }
    /// Another caller took the key over.
    public static var fenced: RetryStopReason { RetryStopReason(kind: .fenced) }
    /// The key stands for another request.
    public static var fingerprintMismatch: RetryStopReason { RetryStopReason(kind: .fingerprintMismatch) }
    /// The key would wait for itself, through other keys.
    public static var keyCycle: RetryStopReason { RetryStopReason(kind: .keyCycle) }
    /// The store, or the key's tenant, is full.
    public static var storeFull: RetryStopReason { RetryStopReason(kind: .storeFull) }
    /// The run of another caller of this process ended with an error, which the caller gets, too.
    public static var sharedFailure: RetryStopReason { RetryStopReason(kind: .sharedFailure) }
    /// The store failed, and the effect was not run.
    public static var storeFailed: RetryStopReason { RetryStopReason(kind: .storeFailed) }
}

extension EffectClaimAnswer {
    /// The reason to report if the effect is not to be run; `nil` if it is.
    package var stopReason: RetryStopReason? {
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

extension RetryStopReason {
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
