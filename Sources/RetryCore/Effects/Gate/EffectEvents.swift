/// The events of one call of a gate: those of its attempts, and one terminal event when its outcome is recorded.
///
/// The attempts end before the settlement. Their terminal event is held back until the settlement is over, and reports
/// the caller's result: an effect that succeeded and whose claim was fenced is no success.
package final class EffectEvents: Sendable {
    private struct State: Sendable {
        var number = 0
        var ending: RetryEvent?
    }

    private let observer: RetryObserver
    private let setup: CallSetup
    private let policy: RetryPolicy
    private let call = RetryEvent.nextCall()
    private let start: Int64
    private let state = Locked(State())

    /// Creates the events of a call that begins; `nil` without an observer.
    package init?(_ setup: CallSetup, policy: RetryPolicy) {
        guard let observer = setup.observer else { return nil }
        self.observer = observer
        self.setup = setup
        self.policy = policy
        start = setup.clock.nanoseconds
    }

    /// The setup of the attempts, whose events pass through this object.
    package var ofAttempts: CallSetup {
        setup.observed(by: RetryObserver(interest: observer.interest) { self.receive($0) })
    }

    /// Reports the end of the call.
    ///
    /// - Parameters:
    ///   - reason: The reason of the end; `nil` for the reason of the attempts.
    ///   - result: The result or the error of the call.
    package func end<Value>(_ reason: RetryStopReason?, _ result: Result<OnceResult<Value>, any Error>) {
        var error: (any Error)?
        if case .failure(let thrown) = result { error = thrown }
        end(reason, error: error)
    }

    private func end(_ reason: RetryStopReason?, error: (any Error)?) {
        let (number, ending) = state.withLock { ($0.number + 1, $0.ending) }
        if let ending, reason == nil || reason == ending.stopReason { return observer.deliver(ending) }
        observer.deliver(
            RetryEvent(
                call: call, number: number, .stop(reason ?? .storeFailed), of: setup, policy.storage,
                attempt: ending?.attempt ?? 0, nil, error, includesMessage: observer.includesMessages, after: ending,
                elapsed: max(0, setup.clock.nanoseconds.saturatingAdd(-start))))
    }

    private func receive(_ event: RetryEvent) {
        var event = event
        event.call = call
        if event.stopReason != nil {
            state.withLock { $0.ending = event }
        } else {
            state.withLock { $0.number = event.number }
            observer.deliver(event)
        }
    }
}
