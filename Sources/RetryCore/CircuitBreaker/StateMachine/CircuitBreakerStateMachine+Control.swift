// States that are set manually.
extension CircuitBreakerStateMachine {
    /// Rejects every call until ``release()`` was called as often as this method.
    public mutating func isolate() {
        let before = toldState
        isolations += 1
        if isolations == 1 { beginGeneration() }
        tell(from: before, .isolated)
    }

    /// Ends one isolation; the last one restores the underlying state, with its counts cleared.
    public mutating func release() {
        change = nil
        guard isolations > 0 else { return }
        let before = toldState
        isolations -= 1
        guard isolations == 0 else { return }
        beginGeneration()
        clearCounts()
        tell(from: before, .released)
    }

    /// Rejects every call until ``reset()``.
    public mutating func forceOpen() {
        force(.forcedOpen)
    }

    /// Admits and counts every call, until ``reset()``.
    public mutating func forceClosed() {
        force(.forcedClosed)
    }

    /// Admits every call and counts nothing, until ``reset()``.
    public mutating func disable() {
        force(.disabled)
    }

    private mutating func force(_ forced: Phase) {
        let before = toldState
        close()
        phase = forced
        tell(from: before, .forced)
    }

    /// Closes the circuit, clears its counts and ends a forced state; isolations stay.
    public mutating func reset() {
        let before = toldState
        close()
        tell(from: before, .reset)
    }

    /// Opens the circuit as a rule would.
    package mutating func trip(at now: Int64, using generator: inout some RandomNumberGenerator) {
        change = nil
        guard phase == .closed || phase == .halfOpen else { return }
        see(now)
        open(.forced, using: &generator)
    }
}
