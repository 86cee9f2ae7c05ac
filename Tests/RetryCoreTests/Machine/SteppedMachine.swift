import RetryCore

/// The state machine of one call, moved manually; a class, so that an expectation can hold a step.
final class SteppedMachine {
    private var state: RetryStateMachine
    private var generator = DrawCounter()

    init(_ policy: RetryPolicy) {
        state = RetryStateMachine(policy: policy)
    }

    var attempt: Int { state.attempt }
    var stopReason: RetryStopReason? { state.stopReason }
    /// The number of draws; each draw gives the most of its range.
    var draws: Int { generator.draws }

    func fail(_ failure: ErrorClassification = .transient, at elapsed: Duration = .zero) -> RetryDecision {
        state.attemptFailed(failure, elapsed: elapsed, using: &generator)
    }

    func wait(until elapsed: Duration = .zero) -> Bool {
        state.waitEnded(elapsed: elapsed)
    }

    func cancel() {
        state.cancelled()
    }
}
