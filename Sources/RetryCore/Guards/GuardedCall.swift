/// One call and its guards: the tickets of the attempt that runs, and the retry that the budget has granted.
///
/// A class, so that a call without guards is no larger for it.
@usableFromInline
package final class GuardedCall {
    private let guards: GuardList?
    private let budget: RetryBudget?
    // One task at a time touches a call: checking that at run time would cost as much as the decisions.
    @exclusivity(unchecked) private var tickets: GuardTickets
    @exclusivity(unchecked) private var withdrawal: RetryBudget.Withdrawal?
    /// True once the first attempt was admitted.
    @exclusivity(unchecked) package private(set) var hasStarted: Bool

    /// Creates the guards of one call.
    ///
    /// - Parameters:
    ///   - guards: The guards.
    ///   - budget: The budget of its retries.
    ///   - tickets: The answer to its first attempt, if they were asked; `nil` if not.
    init(_ guards: GuardList?, _ budget: RetryBudget?, _ tickets: GuardTickets? = nil) {
        self.guards = guards
        self.budget = budget
        self.tickets = tickets ?? GuardTickets()
        hasStarted = tickets?.isAdmitted ?? false
    }
}

extension GuardedCall {
    /// Asks the guards to admit an attempt.
    func admit(attempt: Int, mayQueue: Bool) -> GuardList.Admission {
        let request = GuardRequest(attempt: attempt, mayQueue: mayQueue)
        let answer = tickets.pending.take() ?? guards?.admit(request, &tickets) ?? .admitted
        if case .admitted = answer {
            if !hasStarted { budget?.callStarts() }
            hasStarted = true
        }
        return answer
    }

    /// Records that the attempt that ran succeeded.
    func succeeded() {
        guards?.finish(&tickets, .success)
        budget?.succeeded(after: withdrawal)
    }

    /// The guard of an index.
    subscript(index: Int) -> (any AttemptGuard)? { guards?[index] }

    /// The guard that is closed the longest, and its time in nanoseconds; `nil` if none is closed.
    func closed() -> (time: Int64, reason: RetryStopReason)? { guards?.closed() }

    /// Records that the attempt that ran failed.
    func failed(_ evidence: ErrorEvidence) {
        guards?.finish(&tickets, AttemptResult(evidence))
        withdrawal = nil  // spent
    }

    /// Records that the attempt that ran was cancelled, and counts for nothing.
    func cancelled() {
        guards?.finish(&tickets, .neutral)
        withdrawal = nil
    }

    /// Records that no decision follows: the attempt that ran, or the granted retry, counts for nothing.
    func abandoned() {
        guards?.finish(&tickets, .neutral)
        giveBack()
    }

    /// Withdraws a retry from the budget; returns whether the budget grants it.
    func pay(for errorClass: ErrorClass) -> Bool {
        guard let budget else { return true }
        withdrawal = budget.withdraw(errorClass)
        return withdrawal != nil
    }

    /// Records that no retry follows a failure that was worth one.
    func noRetry(after errorClass: ErrorClass) {
        budget?.failed(errorClass)
    }

    /// Gives back what was granted for an attempt that is not made.
    func giveBack() {
        guards?.giveBack(&tickets)
        if let withdrawal { budget?.giveBack(withdrawal) }
        withdrawal = nil
    }
}

@available(*, unavailable)
extension GuardedCall: Sendable {}
