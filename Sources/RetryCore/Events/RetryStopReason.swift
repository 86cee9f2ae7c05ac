/// The reason why a call ended.
///
/// ```swift
/// switch outcome.stopReason {
/// case .succeeded: …
/// case .deadlineExceeded: …
/// case .classLimit(.rateLimit): …
/// default: …
/// }
/// ```
public struct RetryStopReason: Sendable, Hashable {
    package enum Kind: Int, Sendable, CaseIterable {
        case succeeded, cancelled, immediateFailure, permanent, classLimit, attemptsExhausted, circuitOpen, rejected
        case deadlineExceeded, budgetExhausted, abandoned, hintTooLong, notResumable, waitFailed, nestedRetry
        // Of calls of an effect gate.
        case replayed, failedBefore, resultNotKept, inProgress, indeterminate, fenced, fingerprintMismatch, keyCycle
        case storeFull, sharedFailure, storeFailed

        /// The name of the event.
        package var code: String {
            switch self {
            case .succeeded: "success"
            case .cancelled: "cancelled"
            case .immediateFailure: "immediate_fail"
            case .permanent: "permanent_fail"
            case .classLimit: "max_unknown_attempts_exceeded"
            case .attemptsExhausted: "max_attempts_exceeded"
            case .circuitOpen: "circuit_open"
            case .rejected: "rejected"
            case .deadlineExceeded: "deadline_exceeded"
            case .budgetExhausted: "budget_exhausted"
            case .abandoned: "abandoned"
            case .hintTooLong: "hint_too_long"
            case .notResumable: "not_resumable"
            case .waitFailed: "wait_failed"
            case .nestedRetry: "nested_retry"
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
            case .storeFailed: "store_failed"
            }
        }
    }

    let kind: Kind
    /// The class whose limit was used up, for ``classLimit(_:)``.
    public let limitedClass: ErrorClass?

    init(kind: Kind, limitedClass: ErrorClass? = nil) {
        self.kind = kind
        self.limitedClass = limitedClass
    }

    /// The operation returned a value that was accepted.
    public static var succeeded: RetryStopReason { RetryStopReason(kind: .succeeded) }
    /// The caller cancelled the call, or the operation said that it was cancelled.
    public static var cancelled: RetryStopReason { RetryStopReason(kind: .cancelled) }
    /// The policy ends at the first failure.
    public static var immediateFailure: RetryStopReason { RetryStopReason(kind: .immediateFailure) }
    /// The failure's class is never retried, or the server said never to come back.
    public static var permanent: RetryStopReason { RetryStopReason(kind: .permanent) }
    /// The retries of one class are used up.
    public static func classLimit(_ errorClass: ErrorClass) -> RetryStopReason {
        RetryStopReason(kind: .classLimit, limitedClass: errorClass)
    }
    /// All attempts of the policy are used up.
    public static var attemptsExhausted: RetryStopReason { RetryStopReason(kind: .attemptsExhausted) }
    /// The circuit breaker rejects every attempt: the call fails fast.
    public static var circuitOpen: RetryStopReason { RetryStopReason(kind: .circuitOpen) }
    /// A guard rejects every attempt, and names no reason of its own.
    public static var rejected: RetryStopReason { RetryStopReason(kind: .rejected) }
    /// The deadline has passed, or the next wait would not fit before it.
    public static var deadlineExceeded: RetryStopReason { RetryStopReason(kind: .deadlineExceeded) }
    /// The retry budget is empty.
    public static var budgetExhausted: RetryStopReason { RetryStopReason(kind: .budgetExhausted) }
    /// A manual loop was left after a failure, without a decision.
    public static var abandoned: RetryStopReason { RetryStopReason(kind: .abandoned) }

    /// The server's hint is longer than the policy allows.
    public static var hintTooLong: RetryStopReason { RetryStopReason(kind: .hintTooLong) }
    /// A sequence failed behind an element from which its source cannot be resumed.
    public static var notResumable: RetryStopReason { RetryStopReason(kind: .notResumable) }
    /// The clock threw an error in place of waiting.
    public static var waitFailed: RetryStopReason { RetryStopReason(kind: .waitFailed) }
    /// A call around this one is repeating its attempt already, or a call within it asked not to be repeated.
    public static var nestedRetry: RetryStopReason { RetryStopReason(kind: .nestedRetry) }

    /// The name of the event that reports this end, such as `"max_attempts_exceeded"`.
    public var code: String { reported.code }

    /// The kind that telemetry reports: one for all classes but the unknown.
    var reported: Kind { kind == .classLimit && limitedClass != .unknown ? .attemptsExhausted : kind }
}

extension RetryStopReason: CustomStringConvertible {
    /// The code, with the class whose limit was used up where the code does not name it.
    public var description: String {
        guard let limitedClass, limitedClass != .unknown else { return code }
        return "\(code) (\(limitedClass))"
    }
}
