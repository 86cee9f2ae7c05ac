/// The tickets that the guards of a call have given for one hedge, beside those of the primary.
package struct HedgeTickets: Sendable {
    private let guards: GuardList?
    private var tickets = GuardTickets()

    package init(_ guards: GuardList?) { self.guards = guards }

    /// Asks the guards to admit the hedge; one that would have to wait is not admitted.
    package mutating func admit() -> Bool {
        guard let guards else { return true }
        if case .admitted = guards.admit(GuardRequest(isHedge: true), &tickets) { return true }
        guards.giveBack(&tickets)
        return false
    }

    /// Records the result of the hedge.
    package mutating func finish(_ result: AttemptResult) { guards?.finish(&tickets, result) }
}
