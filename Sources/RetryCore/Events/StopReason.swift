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
public struct StopReason: Sendable, Hashable {
    enum Kind: UInt8, Sendable {
        case succeeded, cancelled, immediateFailure, permanent, classLimit, attemptsExhausted, circuitOpen,
            deadlineExceeded, budgetExhausted, abandoned, hintTooLong, notResumable, waitFailed
        // Of calls of an effect gate.
        case replayed, failedBefore, resultNotKept, inProgress, indeterminate, fenced, fingerprintMismatch, keyCycle,
            storeFull, sharedFailure, storeFailed
    }

    let kind: Kind
    /// The class whose limit was used up, for ``classLimit(_:)``.
    public let limitedClass: ErrorClass?

    init(kind: Kind, limitedClass: ErrorClass? = nil) {
        self.kind = kind
        self.limitedClass = limitedClass
    }

    /// The operation returned a value that was accepted.
    public static var succeeded: StopReason { StopReason(kind: .succeeded) }
    /// The caller cancelled the call, or the operation said that it was cancelled.
    public static var cancelled: StopReason { StopReason(kind: .cancelled) }
    /// The policy ends at the first failure.
    public static var immediateFailure: StopReason { StopReason(kind: .immediateFailure) }
    /// The failure's class is never retried, or the server said never to come back.
    public static var permanent: StopReason { StopReason(kind: .permanent) }
    /// The retries of one class are used up.
    public static func classLimit(_ errorClass: ErrorClass) -> StopReason {
        StopReason(kind: .classLimit, limitedClass: errorClass)
    }
    /// All attempts of the policy are used up.
    public static var attemptsExhausted: StopReason { StopReason(kind: .attemptsExhausted) }
    /// The circuit breaker rejects every attempt: the call fails fast.
    public static var circuitOpen: StopReason { StopReason(kind: .circuitOpen) }
    /// The deadline has passed, or the next wait would not fit before it.
    public static var deadlineExceeded: StopReason { StopReason(kind: .deadlineExceeded) }
    /// The retry budget is empty.
    public static var budgetExhausted: StopReason { StopReason(kind: .budgetExhausted) }
    /// A manual loop was left after a failure, without a decision.
    public static var abandoned: StopReason { StopReason(kind: .abandoned) }

    /// The server's hint is longer than the policy allows.
    public static var hintTooLong: StopReason { StopReason(kind: .hintTooLong) }
    /// A sequence failed behind an element from which its source cannot be resumed.
    public static var notResumable: StopReason { StopReason(kind: .notResumable) }
    /// The clock threw an error in place of waiting.
    public static var waitFailed: StopReason { StopReason(kind: .waitFailed) }

    /// The name of the event that reports this end, such as `"max_attempts_exceeded"`.
    public var code: String {
        switch kind {
        case .succeeded: "success"
        case .cancelled: "cancelled"
        case .immediateFailure: "immediate_fail"
        case .permanent: "permanent_fail"
        case .classLimit: limitedClass == .unknown ? "max_unknown_attempts_exceeded" : "max_attempts_exceeded"
        case .attemptsExhausted: "max_attempts_exceeded"
        case .circuitOpen: "circuit_open"
        case .deadlineExceeded: "deadline_exceeded"
        case .budgetExhausted: "budget_exhausted"
        case .abandoned: "abandoned"
        case .hintTooLong: "hint_too_long"
        case .notResumable: "not_resumable"
        case .waitFailed: "wait_failed"
        default: effectCode
        }
    }
}

extension StopReason: CustomStringConvertible {
    /// The code, with the class whose limit was used up where the code does not name it.
    public var description: String {
        guard let limitedClass, limitedClass != .unknown else { return code }
        return "\(code) (\(limitedClass))"
    }
}
