/// Decides what the owner of a key settles, from what became of its attempts.
///
/// Both gates ask it. It is pure: it knows no store and no clock.
///
/// - Once an attempt may have had its effect, or an earlier owner's may have, only a success settles the key; every
///   other end is indeterminate.
/// - An attempt that may have had its effect is followed by another one only if the receiver drops what it has seen.
/// - An attempt that began and was never judged, because the call was cancelled, may have had its effect.
package struct EffectRun: Sendable {
    private let receiver: EffectReceiver
    /// Whether some attempt, or an earlier owner's, may have had its effect.
    package private(set) var mayHaveHappened: Bool
    /// Whether an attempt runs, or was never judged.
    package private(set) var isAttempting = false
    private var isFinal = false
    private var failure: EffectFailure?

    /// Creates the run of a claim.
    package init(receiver: EffectReceiver, isTakeover: Bool) {
        self.receiver = receiver
        mayHaveHappened = isTakeover
    }

    /// The operation is about to be called.
    package mutating func attemptStarts() {
        isAttempting = true
    }

    /// The operation failed; returns whether it may be called again.
    ///
    /// - Parameters:
    ///   - certainty: Whether it had its effect.
    ///   - isFinal: Whether the request itself is wrong, by the receiver's own verdict or the caller's.
    ///   - failure: What is stored of its error.
    /// - Returns: Whether another attempt is safe; whether it makes sense is the policy's to say.
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

    /// What to settle where the call ends without a value.
    package var outcome: EffectOutcome {
        if isAttempting || mayHaveHappened { return .indeterminate(failure) }
        if isFinal, let failure { return .failedFinal(failure) }
        return .failedBeforeEffect
    }
}
