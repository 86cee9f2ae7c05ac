import RetryCore

/// The calls of this process that share their runs: one for each key, by what its callers mean.
///
/// The first caller leads: it asks the store, and runs the effect if it gets the key. The others wait for what becomes
/// of it. One that waits no longer, because it was cancelled or has no time left, leaves in constant time, and the
/// leader goes on. One key's callers never hold up another key's.
actor SingleFlight {
    /// What calls must have in common to share a run.
    struct Flight: Hashable, Sendable {
        let id: ActionID
        let fingerprint: EffectFingerprint
        let rule: AbandonedClaim
    }

    private var state = FlightState()

    /// Enters a caller.
    func board(_ patience: FlightState.Patience) -> FlightState.Place { state.board(patience) }

    /// The store was asked, and another process owns the key; the caller leads.
    func foundForeign(_ owner: FlightState.ForeignOwner) { perform(state.foundForeign(owner)) }

    /// What is told when the store is to be asked again before the time.
    var nudge: Signal<Void> { state.nudge }

    /// The caller that leads owns the key, and runs the effect.
    func runs(_ owner: FlightState.OwnRun) { perform(state.runs(owner)) }

    /// The call that leads is through.
    func land(_ landing: FlightState.Landing) { perform(state.land(landing)) }

    /// A caller's time is over; `nil` if it has to wait for the answer to the question that is being asked.
    func expired(_ ticket: FlightState.Ticket) -> EffectProgress? { state.expired(ticket) }

    /// A caller waits no longer.
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

    /// How many keys are in use right now.
    static var count: Int { entries.withLock { $0.count } }
}
