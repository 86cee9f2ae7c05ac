import RetryCore

/// The calls of this process that share their runs: one for each key and each meaning of it.
///
/// The first caller leads: it asks the store, and runs the effect if it gets the key. The others wait for its outcome.
/// A caller that stops waiting, because it was cancelled or has no time left, leaves in constant time, and the leader
/// goes on. The callers of one key never hold up those of another.
actor SharedRun {
    /// The properties that calls must have in common to share a run.
    struct Identity: Hashable, Sendable {
        let id: ActionID
        let fingerprint: EffectFingerprint
        let rule: AbandonedClaimBehavior
    }

    private var state = SharedRunStateMachine()

    /// Enters a caller.
    func join(_ limit: SharedRunStateMachine.WaitLimit) -> SharedRunStateMachine.Role { state.join(limit) }

    /// Records that the store was asked, and another process owns the key; the caller leads.
    func foundForeign(_ owner: SharedRunStateMachine.ForeignOwner) { perform(state.foundForeign(owner)) }

    /// The signal that the store is to be asked again before the time.
    var pollRequest: Signal<Void> { state.pollRequest }

    /// Records that the leading caller owns the key, and runs the effect.
    func runs(_ owner: SharedRunStateMachine.OwnRun) { perform(state.runs(owner)) }

    /// Records the end of the leading call.
    func finish(_ ending: SharedRunStateMachine.Ending) { perform(state.finish(ending)) }

    /// Records that a caller's time is over; `nil` if it has to wait for the answer to the pending question.
    func expired(_ ticket: SharedRunStateMachine.WaiterID) -> EffectProgress? { state.expired(ticket) }

    /// Removes a caller that stops waiting.
    func leave(_ ticket: SharedRunStateMachine.WaiterID) { perform(state.leave(ticket)) }

    var waiterCount: Int { state.waiterCount }

    private func perform(_ notices: [SharedRunStateMachine.Notice]) {
        for notice in notices { notice.signal.tell(notice.update) }
    }
}

// MARK: One for each key

extension SharedRun {
    private struct Key: Hashable, Sendable {
        let store: StoreIdentity
        let identity: Identity
    }

    private struct Entry: Sendable {
        let sharedRun: SharedRun
        var calls = 0
    }

    /// The keys that are in use right now.
    private static let entries = Locked<[Key: Entry]>([:])

    /// Begins a call, which keeps the store alive until it has called `exit`.
    static func enter(_ store: StoreIdentity, _ identity: Identity) -> SharedRun {
        let key = Key(store: store, identity: identity)
        return entries.withLock { entries in
            let sharedRun = entries[key]?.sharedRun ?? SharedRun()
            entries[key, default: Entry(sharedRun: sharedRun)].calls += 1
            return sharedRun
        }
    }

    /// Ends a call.
    static func exit(_ store: StoreIdentity, _ identity: Identity) {
        let key = Key(store: store, identity: identity)
        entries.withLock { entries in
            guard let calls = entries[key]?.calls else { return }
            entries[key]?.calls = calls - 1
            if calls == 1 { entries[key] = nil }
        }
    }

    /// The number of keys that are in use right now.
    static var count: Int { entries.withLock { $0.count } }
}
