/// An attempt took longer than the policy allows one to take, and was cancelled.
///
/// It is a transient failure. A call throws it only if no attempt failed with an error of the operation.
public struct AttemptTimeoutError: SelfClassifyingError, TimeLimitError, Hashable, CustomStringConvertible {
    /// The policy's attempt timeout.
    public let timeout: Duration
    /// Always transient.
    public var classification: ErrorClassification { .transient }

    var limit: Duration { timeout }

    /// Creates the error.
    public init(timeout: Duration) { self.timeout = timeout }

    /// A description of the failure and its remedy.
    public var description: String {
        "The attempt was cancelled after its timeout of \(timeout). Raise the policy's attempt timeout if that is "
            + "too short for this operation."
    }
}

/// The deadline of a call passed before its first attempt ended.
///
/// A call throws it only if no attempt failed with an error of the operation.
public struct DeadlineExceededError: SelfClassifyingError, TimeLimitError, Hashable, CustomStringConvertible {
    /// The policy's deadline.
    public let deadline: Duration
    /// Always transient.
    public var classification: ErrorClassification { .transient }

    var limit: Duration { deadline }

    /// Creates the error.
    public init(deadline: Duration) { self.deadline = deadline }

    /// A description of the failure and its remedy.
    public var description: String {
        "The call was cancelled at its deadline of \(deadline). Raise the policy's deadline if that is too short "
            + "for this operation."
    }
}
