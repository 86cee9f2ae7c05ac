import RetryCore

/// The calls of this process that share their runs, by what they mean: one table for each store.
///
/// The first caller leads, and the others wait for what becomes of it. That a caller waits no longer, because it was
/// cancelled or has no time left, is its own affair: the one that leads goes on.
actor SingleFlight {
    /// What calls must have in common to share a run.
    struct Flight: Hashable, Sendable {
        let id: ActionID
        let fingerprint: EffectFingerprint
        let rule: AbandonedClaim
    }

    /// What those who wait are told.
    enum Landing: Sendable {
        /// The effect is settled, with this result.
        case result([UInt8], age: Duration)
        /// The call that led ended with an error that is everybody's.
        case failed(any Error)
        /// What became of the call that led is its own affair: somebody else has to ask the store.
        case askAgain
    }

    /// Where the key of the effect that runs is led from, in the tasks of that effect.
    @TaskLocal static var led: [Lead] = []

    /// A flight, and the table that it is in.
    struct Lead: Sendable, Equatable {
        let table: ObjectIdentifier
        let flight: Flight
    }

    // Keeps the store's address from being used again.
    private let store: any EffectStore
    private let identity: ObjectIdentifier
    private var waiters: [Flight: [Signal<Landing>]] = [:]

    private init(_ store: any EffectStore, _ identity: ObjectIdentifier) {
        self.store = store
        self.identity = identity
    }

    /// Enters a caller, and returns whether it leads; one that does not is told by `waiter`, once.
    func board(_ flight: Flight, _ waiter: Signal<Landing>) -> Bool {
        guard waiters[flight] != nil else {
            waiters[flight] = []
            return true
        }
        waiters[flight]?.append(waiter)
        return false
    }

    /// Lets somebody go who waits no longer.
    func leave(_ flight: Flight, _ waiter: Signal<Landing>) {
        waiters[flight]?.removeAll { $0 === waiter }
    }

    /// The call that led is through: tells all who wait for it.
    func land(_ flight: Flight, _ landing: Landing) {
        for waiter in waiters.removeValue(forKey: flight) ?? [] { waiter.tell(landing) }
    }
}

// MARK: One table for each store

extension SingleFlight {
    private struct Entry: Sendable {
        let table: SingleFlight
        var calls = 0
    }

    /// The tables of the stores that are in use right now.
    private static let tables = Locked<[ObjectIdentifier: Entry]>([:])

    /// Begins a call, and returns the table of its store; `nil` for a store that is a value, and so cannot be told from
    /// another.
    static func enter(_ store: any EffectStore) -> SingleFlight? {
        guard type(of: store) is AnyClass else { return nil }
        let identity = ObjectIdentifier(store as AnyObject)
        return tables.withLock { tables in
            let table = tables[identity]?.table ?? SingleFlight(store, identity)
            tables[identity, default: Entry(table: table)].calls += 1
            return table
        }
    }

    /// Ends a call.
    nonisolated func exit() {
        Self.tables.withLock { [identity] tables in
            tables[identity]?.calls -= 1
            if tables[identity]?.calls == 0 { tables[identity] = nil }
        }
    }

    /// How many stores are in use right now.
    static var tableCount: Int { tables.withLock { $0.count } }

    /// Whether the current task is one of the effect that a call with this meaning runs.
    nonisolated func isLed(_ flight: Flight) -> Bool {
        Self.led.contains(Lead(table: identity, flight: flight))
    }

    /// The effects that the current task runs in, and this one.
    nonisolated func leads(_ flight: Flight) -> [Lead] { Self.led + [Lead(table: identity, flight: flight)] }
}
