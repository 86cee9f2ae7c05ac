import RetryCore

/// The call that an iteration of a sequence is.
///
/// An iteration that its consumer leaves has ended, too: hence a class, which learns of it.
@usableFromInline
final class SequenceCall {
    private let policy: RetryPolicy
    private let surroundings: Surroundings
    /// Whether the source can go on where it failed; asked by the call's condition.
    private let gate: Locked<Bool>
    private var call: RetryCall
    private var hasProgress = false

    init(_ policy: RetryPolicy, _ given: Surroundings) {
        let gate = Locked(true)
        let condition = given.condition
        let surroundings = Surroundings(
            name: given.name, classifier: given.classifier,
            condition: .where { error in gate.withLock { $0 } && condition?.contains(error) ?? true },
            observer: given.observer, onRetry: given.onRetry, clock: given.clock, random: given.random)
        self.policy = policy
        self.surroundings = surroundings
        self.gate = gate
        call = RetryCall(policy: policy, surroundings: surroundings)
        call.attemptStarts()
    }

    deinit {
        if hasProgress { ends() } else { call.abandon() }
    }

    /// The error that the iteration ends with.
    var error: any Error { call.error }

    /// An element was handed on.
    @usableFromInline func progresses() { hasProgress = true }

    /// The source has ended, or its consumer has had enough of it.
    @usableFromInline func ends() {
        if call.state.stopReason == nil { call.attemptSucceeded() }
    }

    /// Decides and waits after a failure; whether the source is to be made again.
    ///
    /// What cannot be resumed fails for good, whatever its class is. A new call begins where the last one got further.
    nonisolated(nonsending) func goesOn(after error: any Error, canResume: Bool, isNewCall: Bool) async -> Bool {
        gate.withLock { $0 = canResume }
        if isNewCall {
            ends()
            call = RetryCall(policy: policy, surroundings: surroundings)
            call.attemptStarts()
        }
        hasProgress = false
        guard canResume else {
            if call.attemptFailed(.thrown(error), isCancelled: Task.isCancelled) != nil { call.abandon() }
            return false
        }
        guard await pause(call, after: .thrown(error)) else { return false }
        call.attemptStarts()
        return true
    }
}

@available(*, unavailable)
extension SequenceCall: Sendable {}

extension RetryPolicy {
    /// Refuses what an iteration cannot do: its attempts end with an element, and go on with the next.
    func checkSequence() throws(PolicyError) {
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
