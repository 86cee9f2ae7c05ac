/// Everything that is known of a call that has ended.
///
/// ```swift
/// let outcome = await api.outcome { try await client.user(id) }
/// print(outcome.stopReason, outcome.attempts, outcome.elapsed)
/// let user = try outcome.get()
/// ```
@frozen
public struct RetryOutcome<Value: ~Copyable>: ~Copyable {
    /// The value or the error that the call ended with.
    @frozen
    public enum Ending: ~Copyable {
        /// The operation's value; a rejected one if the retries ended before one was accepted.
        case value(Value)
        /// The error that the call would have thrown.
        case error(any Error)

        consuming func get() throws -> Value {
            switch consume self {
            case .value(let value): return value
            case .error(let error): throw error
            }
        }
    }

    /// The value or the error that the call ended with.
    public let ending: Ending
    /// The reason why the call ended.
    public let stopReason: RetryStopReason
    /// The number of attempts that were started.
    public let attempts: Int
    /// The number of requests that the call may stand for so far, at most: its attempts, times the attempts of the calls
    /// around it that repeat theirs.
    public let amplification: Int
    /// The time from the call's begin to its end.
    public let elapsed: Duration
    /// The attempts in order; of a call with more than 512 of them, the first 64 and the last 448.
    public let timeline: [AttemptRecord]
    /// The error that a fallback replaced; `nil` if none did.
    ///
    /// The stop reason and the attempts are those of the failure.
    public let replacedError: (any Error)?

    /// A Boolean value that indicates whether a fallback replaced the failure of the call, by a value or by its own error.
    public var fellBack: Bool { replacedError != nil }

    package init(ending: consuming Ending, call: RetryCall) {
        self.ending = ending
        self.stopReason = call.state.stopReason ?? .abandoned
        let timeline = call.timeline ?? AttemptTimeline()
        self.attempts = timeline.count
        self.amplification = Int(Int64(timeline.count).saturatingMultiply(Int64(CallScope.amplification)))
        self.elapsed = .nanoseconds(call.elapsed)
        self.timeline = timeline.records
        replacedError = nil
    }

    /// Returns the value, or throws the error.
    ///
    /// - Throws: The error that the call would have thrown.
    public consuming func get() throws -> Value {
        try ending.get()
    }
}

extension RetryOutcome: Copyable where Value: Copyable {}
extension RetryOutcome.Ending: Copyable where Value: Copyable {}
extension RetryOutcome: Sendable where Value: Sendable & ~Copyable {}
extension RetryOutcome.Ending: Sendable where Value: Sendable & ~Copyable {}

extension RetryOutcome where Value: Copyable {
    /// The same outcome with the ending of a fallback.
    package func replaced(by ending: Ending) -> RetryOutcome { RetryOutcome(self, endsWith: ending) }

    private init(_ failed: RetryOutcome, endsWith ending: Ending) {
        (self.ending, replacedError) = (ending, failed.error)
        (stopReason, attempts, amplification) = (failed.stopReason, failed.attempts, failed.amplification)
        (elapsed, timeline) = (failed.elapsed, failed.timeline)
    }

    /// The value, if the call ended with one.
    public var value: Value? {
        if case .value(let value) = ending { value } else { nil }
    }
}

extension RetryOutcome where Value: ~Copyable {
    /// The error, if the call ended with one.
    public var error: (any Error)? {
        switch ending {
        case .value: nil
        case .error(let error): error
        }
    }
}

/// One attempt of a call, as its timeline shows it.
public struct AttemptRecord: Sendable {
    /// The number of the attempt, from 1.
    public let attempt: Int
    /// The class of its failure; `nil` if it succeeded or was cancelled.
    public let errorClass: ErrorClass?
    /// The error that it threw; `nil` if it returned a value.
    public let error: (any Error)?
    /// The server's word about when to come back.
    public let hint: RetryHint?
    /// The time from the call's begin to the end of this attempt.
    public let elapsed: Duration
    /// The wait that followed; `nil` if no retry did.
    public let delay: Duration?
}
