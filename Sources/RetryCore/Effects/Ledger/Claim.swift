/// The one ownership of a key that somebody has.
///
/// A claim is settled once. One that is dropped unsettled, because an error took another way, is told to the store as
/// indeterminate where the store can be told at once; elsewhere its lease ends.
package struct Claim: ~Copyable {
    package let ticket: ClaimTicket
    package let isTakeover: Bool
    private var isFinished = false
    private let onDrop: @Sendable (ClaimTicket) -> Void

    /// Creates the claim of a ticket.
    package init(_ ticket: ClaimTicket, isTakeover: Bool, onDrop: @escaping @Sendable (ClaimTicket) -> Void) {
        self.ticket = ticket
        self.isTakeover = isTakeover
        self.onDrop = onDrop
    }

    deinit {
        if !isFinished { onDrop(ticket) }
    }

    /// Ends the claim: its outcome is the store's now, or could not be told it.
    package consuming func finish() {
        isFinished = true
    }
}
