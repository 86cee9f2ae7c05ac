import RetryCore

// Macros take no values that can't be copied: what tests ask of permits, without them.
extension CircuitBreaker {
    /// A permit as a ticket, or nil if the call is turned away.
    func ticket() -> Ticket? {
        guard let permit = tryAcquire() else { return nil }
        return permit.ticket()
    }

    /// A Boolean value that indicates whether the next call would be turned away; a call that is let through counts for
    /// nothing.
    var turnsAway: Bool {
        guard let permit = tryAcquire() else { return true }
        permit.neutral()
        return false
    }
}
