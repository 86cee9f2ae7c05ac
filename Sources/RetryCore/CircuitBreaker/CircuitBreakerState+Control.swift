// What somebody does by hand.
extension CircuitBreakerState {
    /// Turns every call away until ``release()`` was called as often as this.
    public mutating func isolate() {
        let before = toldState
        isolations += 1
        if isolations == 1 { beginGeneration() }
        tell(from: before, .isolated)
    }

    /// Ends one isolation; with the last one the circuit is again what it was, with nothing counted.
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

    /// Turns every call away until ``reset()``.
    public mutating func forceOpen() {
        force(.forcedOpen)
    }

    /// Lets every call through and counts it, until ``reset()``.
    public mutating func forceClosed() {
        force(.forcedClosed)
    }

    /// Lets every call through and counts nothing, until ``reset()``.
    public mutating func disable() {
        force(.disabled)
    }

    private mutating func force(_ forced: Phase) {
        let before = toldState
        close()
        phase = forced
        tell(from: before, .forced)
    }

    /// Closes the circuit, forgets what was counted, and ends whatever was forced; isolations stay.
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
