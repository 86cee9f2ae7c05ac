import RetryCore

/// The call of one iteration of a sequence.
///
/// A class, so that it ends when the consumer drops the iteration.
@usableFromInline
final class SequenceCall {
    private let call: RetryCall
    private var hasProgress = false
    /// The time at which the source was last made, on the call's clock.
    private var madeAt: Int64 = 0

    init(_ pipeline: RetryPipeline) {
        call = RetryCall(pipeline)
    }

    /// Starts the first attempt, if the circuit breaker admits it.
    nonisolated(nonsending) func starts() async -> Bool {
        guard await begin(call) else { return false }
        call.attemptStarts()
        return true
    }

    deinit {
        if hasProgress { ends() } else { call.abandon() }
    }

    /// The error that the iteration ends with.
    var error: any Error { call.error }

    /// Records that the source was made; needed if its age decides.
    func wasMade() { madeAt = call.clock.nanoseconds }

    /// Records that an element was delivered.
    @usableFromInline func progresses() { hasProgress = true }

    /// Records that the consumer has the element: its time does not count towards the call's.
    @usableFromInline func pauses() { call.pause() }

    /// Records that the consumer asks for the next element.
    @usableFromInline func resumes() { call.resume() }

    /// Records that the source has ended, or its consumer has dropped it.
    @usableFromInline func ends() {
        if call.state.stopReason == nil { call.attemptSucceeded() }
    }

    /// Decides and waits after a failure.
    ///
    /// - Parameters:
    ///   - error: The failure.
    ///   - canResume: Pass `true` if the source can resume where it failed.
    ///   - isNewCall: Pass `true` if the attempts start again, because the source made progress.
    /// - Returns: `true` if the source is to be made again.
    nonisolated(nonsending) func goesOn(after error: any Error, canResume: Bool, isNewCall: Bool) async -> Bool {
        if isNewCall {
            let keepsGrowing = !isHealthy
            ends()
            call.restart(keepsGrowing: keepsGrowing)
            call.attemptStarts()
        }
        hasProgress = false
        guard canResume else {
            call.attemptThrew(error, stopping: .notResumable)
            return false
        }
        guard await pause(call, after: .thrown(error)) else { return false }
        call.attemptStarts()
        return true
    }

    /// A Boolean value that indicates whether the source delivered for a minute, or for ten times the last wait: then
    /// the waits start again, too.
    private var isHealthy: Bool {
        let minute: Int64 = 60_000_000_000
        let wait = call.state.previousDelay ?? 0
        return call.clock.nanoseconds.saturatingAdd(-madeAt) >= min(minute, max(1, wait.saturatingMultiply(10)))
    }
}

@available(*, unavailable)
extension SequenceCall: Sendable {}

extension RetryPolicy {
    /// Refuses settings that an iteration cannot honour: its attempts end with an element, and go on with the next.
    func checkSequence() throws(InvalidPolicyError) {
        if isPlain { return }
        try check(
            "attempt_timeout", attemptTimeout ?? .zero, attemptTimeout == nil,
            "must be left out for a sequence; give its source a timeout of its own")
        try check(
            "deadline_behavior", deadlineBehavior.rawValue, deadlineBehavior != .interrupt,
            "must be stop or truncate for a sequence; give its source a timeout of its own")
        try checkGuarantee()
    }
}
