extension BlockingEffectGate {
    /// Claims the key; waits for another owner's outcome up to the gate's limit.
    func claim(
        _ id: ActionID, _ fingerprint: EffectFingerprint, _ node: EffectScope.Node?
    ) throws -> (EffectClaimAnswer, claimedAt: Int64) {
        let end = clock.nanoseconds.saturatingAdd((settings.waitLimit ?? .zero).saturatedNanoseconds)
        var polls = PollSchedule()
        var random = setup.random
        var wait: EffectScope.Wait?
        defer { EffectScope.endWait(wait) }
        while true {
            if isCancelled { throw CancellationError() }
            // Read before the store is asked: the gate never assumes a lease longer than it is.
            let now = clock.nanoseconds
            let answer = try store.claim(
                id, fingerprint: fingerprint, lease: settings.lease, ifAbandoned: settings.rule)
            guard case .inProgress(_, let leaseLeft) = answer else { return (answer, now) }
            if let node, wait == nil {
                // The call would wait for itself.
                if EffectScope.isDirectlyInside(node) { return (answer, now) }
                wait = try EffectScope.beginWait(for: node)
            }
            if now >= end { return (answer, now) }
            let limit = min(end - now, max(1, leaseLeft.saturatedNanoseconds))
            self.wait(for: id, atMost: limit, pause: polls.next(using: &random))
        }
    }

    /// Waits until the owner of a key has settled, or until a time is over, whichever comes first.
    ///
    /// The sleeper has one token to end it early: with a store that notifies, it is the subscription's, and the
    /// caller's own token is polled.
    private func wait(for id: ActionID, atMost limit: Int64, pause: Int64) {
        let sleeper = setup.sleeper
        guard let store = store as? any ObservableEffectStore else {
            return sleeper.sleep(for: .nanoseconds(min(limit, pause)), cancellation: setup.cancellation)
        }
        let isSettled = RetryCancellationToken()
        let subscription = store.subscribe(to: id) { isSettled.cancel() }
        let longest: Int64 = setup.cancellation == nil ? .max : 50_000_000
        sleeper.sleep(for: .nanoseconds(min(limit, longest)), cancellation: isSettled)
        subscription.cancel()
    }
}
