import RetryCore

// Macros take no values that can't be copied: what tests ask of permits, without them.
extension CircuitBreaker {
    /// Returns a permit as a ticket, or nil if the call is rejected.
    func ticket() -> Ticket? {
        guard let permit = tryAcquire() else { return nil }
        return permit.ticket()
    }

    /// A Boolean value that indicates whether the next call would be rejected; an admitted call is neutral.
    var turnsAway: Bool {
        guard let permit = tryAcquire() else { return true }
        permit.neutral()
        return false
    }
}
