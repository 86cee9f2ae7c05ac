import RetryCore

/// The calls of this process that share their runs: one for each key and each meaning of it.
///
/// The first caller leads: it asks the store, and runs the effect if it gets the key. The others wait for its outcome.
/// A caller that stops waiting, because it was cancelled or has no time left, leaves in constant time, and the leader
/// goes on. The callers of one key never hold up those of another.
actor SingleFlight {
    /// The properties that calls must have in common to share a run.
    struct Flight: Hashable, Sendable {
        let id: ActionID
        let fingerprint: EffectFingerprint
        let rule: AbandonedClaim
    }

    private var state = FlightState()

    /// Enters a caller.
    func board(_ patience: FlightState.Patience) -> FlightState.Place { state.board(patience) }

    /// Records that the store was asked, and another process owns the key; the caller leads.
    func foundForeign(_ owner: FlightState.ForeignOwner) { perform(state.foundForeign(owner)) }

    /// The signal that the store is to be asked again before the time.
    var nudge: Signal<Void> { state.nudge }

    /// Records that the leading caller owns the key, and runs the effect.
    func runs(_ owner: FlightState.OwnRun) { perform(state.runs(owner)) }

    /// Records the end of the leading call.
    func land(_ landing: FlightState.Landing) { perform(state.land(landing)) }

    /// Records that a caller's time is over; `nil` if it has to wait for the answer to the pending question.
    func expired(_ ticket: FlightState.Ticket) -> EffectProgress? { state.expired(ticket) }

    /// Removes a caller that stops waiting.
    func leave(_ ticket: FlightState.Ticket) { perform(state.leave(ticket)) }

    var waiterCount: Int { state.waiterCount }

    private func perform(_ notices: [FlightState.Notice]) {
        for notice in notices { notice.signal.tell(notice.news) }
    }
}

// MARK: One for each key

extension SingleFlight {
    private struct Key: Hashable, Sendable {
        let store: StoreIdentity
        let flight: Flight
    }

    private struct Entry: Sendable {
        let flights: SingleFlight
        var calls = 0
    }

    /// The keys that are in use right now.
    private static let entries = Locked<[Key: Entry]>([:])

    /// Begins a call, which keeps the store alive until it has called `exit`.
    static func enter(_ store: StoreIdentity, _ flight: Flight) -> SingleFlight {
        let key = Key(store: store, flight: flight)
        return entries.withLock { entries in
            let flights = entries[key]?.flights ?? SingleFlight()
            entries[key, default: Entry(flights: flights)].calls += 1
            return flights
        }
    }

    /// Ends a call.
    static func exit(_ store: StoreIdentity, _ flight: Flight) {
        let key = Key(store: store, flight: flight)
        entries.withLock { entries in
            guard let calls = entries[key]?.calls else { return }
            entries[key]?.calls = calls - 1
            if calls == 1 { entries[key] = nil }
        }
    }

    /// The number of keys that are in use right now.
    static var count: Int { entries.withLock { $0.count } }
}
