extension BlockingEffectGate {
    /// Claims the key; waits for another owner's outcome as long as the gate is set up to.
    func claim(_ id: ActionID, _ fingerprint: EffectFingerprint) throws -> (ClaimAnswer, claimedAt: Int64) {
        let end = clock.nanoseconds.saturatingAdd(settings.waitLimit.saturatedNanoseconds)
        var pause: Int64 = 1_000_000
        while true {
            if isCancelled { throw CancellationError() }
            // Read before the store is asked: the lease is then never thought to be longer than it is.
            let now = clock.nanoseconds
            let answer = try store.claim(
                id, fingerprint: fingerprint, lease: settings.lease, ifAbandoned: settings.rule)
            guard case .inProgress(_, let leaseLeft) = answer, now < end else { return (answer, now) }
            wait(for: id, atMost: min(end - now, max(1, leaseLeft.saturatedNanoseconds)), pause: pause)
            pause = min(pause * 2, 1_000_000_000)
        }
    }

    /// Waits until the owner of a key is through, or for a while, whichever comes first.
    ///
    /// The sleeper has one token to end it early: with a store that tells, it is that one, and the caller's own is
    /// looked at from time to time.
    private func wait(for id: ActionID, atMost limit: Int64, pause: Int64) {
        let sleeper = waiting.sleeper ?? .system
        guard let store = store as? any ObservableEffectStore else {
            return sleeper.sleep(for: .nanoseconds(min(limit, pause)), cancellation: waiting.cancellation)
        }
        let isSettled = CancellationToken()
        let subscription = store.subscribe(to: id) { isSettled.cancel() }
        let longest: Int64 = waiting.cancellation == nil ? .max : 50_000_000
        sleeper.sleep(for: .nanoseconds(min(limit, longest)), cancellation: isSettled)
        subscription.cancel()
    }
}
