/// The state machine of one run: decides what the owner of a key settles, from the outcomes of its attempts.
///
/// Both gates ask it. It is pure: it uses no store and no clock.
///
/// - Once an attempt may have had its effect, or an earlier owner's may have, only a success settles the key; every
///   other end is indeterminate.
/// - An attempt that may have had its effect is followed by another one only if the receiver deduplicates by key.
/// - An attempt that began and was never judged, because the call was cancelled, may have had its effect.
package struct EffectRun: Sendable {
    private let receiver: EffectReceiver
    /// A Boolean value that indicates whether some attempt, or an earlier owner's, may have had its effect.
    package private(set) var mayHaveHappened: Bool
    /// A Boolean value that indicates whether an attempt is running, or was never judged.
    package private(set) var isAttempting = false
    private var isFinal = false
    private var failure: EffectFailure?

    /// Creates the run of a claim.
    package init(receiver: EffectReceiver, isTakeover: Bool) {
        self.receiver = receiver
        mayHaveHappened = isTakeover
    }

    /// Records that the operation is about to be called.
    package mutating func attemptStarts() {
        isAttempting = true
    }

    /// Records that the operation failed; returns whether it may be called again.
    ///
    /// - Parameters:
    ///   - certainty: The certainty that it had no effect.
    ///   - isFinal: Pass `true` if the request itself is wrong, by the receiver's own verdict or the caller's.
    ///   - failure: The stored part of its error.
    /// - Returns: `true` if another attempt is safe; whether it is useful is the policy's decision.
    package mutating func attemptFailed(
        _ certainty: ExecutionCertainty, isFinal: Bool, failure: EffectFailure
    ) -> Bool {
        isAttempting = false
        self.isFinal = isFinal
        self.failure = failure
        if certainty == .notExecuted { return true }
        mayHaveHappened = true
        return receiver == .deduplicates
    }

    /// The outcome to settle if the call ends without a value.
    package var outcome: EffectOutcome {
        if isAttempting || mayHaveHappened { return .indeterminate(failure) }
        if isFinal, let failure { return .failedFinal(failure) }
        return .failedBeforeEffect
    }
}
