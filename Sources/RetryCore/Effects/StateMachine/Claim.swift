/// The ownership of a key, by one caller at a time.
///
/// A claim is settled once. A claim that is dropped unsettled, because an error took another path, is settled as
/// indeterminate if the store can be called at once; otherwise its lease ends.
package struct Claim: ~Copyable {
    package let ticket: EffectClaimTicket
    package let isTakeover: Bool
    private var isFinished = false
    private let onDrop: @Sendable (EffectClaimTicket) -> Void

    /// Creates the claim of a ticket.
    package init(_ ticket: EffectClaimTicket, isTakeover: Bool, onDrop: @escaping @Sendable (EffectClaimTicket) -> Void)
    {
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.onDrop = onDrop
    }

    deinit {
        if !isFinished { onDrop(ticket) }
    }

    /// Ends the claim: its outcome is recorded, or could not be reported to the store.
    package consuming func finish() {
        isFinished = true
    }
}
