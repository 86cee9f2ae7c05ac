/// The guards between a call and its service: the circuit breaker that admits each attempt, the budget of the retries.
@usableFromInline
package struct Guards: Sendable {
    @usableFromInline let breaker: CircuitBreaker?
    @usableFromInline let budget: RetryBudget?

    @inlinable
    package init(breaker: CircuitBreaker?, budget: RetryBudget?) {
        self.breaker = breaker
        self.budget = budget
    }

    @inlinable package var isEmpty: Bool { breaker == nil && budget == nil }
}

// A first attempt that succeeds needs no more than these two.
extension Guards {
    /// The guards of one call, which begins, or whose first attempt was admitted; `nil` if there are none.
    package func ofCall(_ entry: Entry? = nil) -> GuardedCall? {
        isEmpty ? nil : GuardedCall(self, entry)
    }

    /// The admission of the first attempt of a call.
    @usableFromInline
    package struct Entry: Sendable {
        fileprivate let admission: CircuitBreaker.Admission?
    }

    /// Admits the first attempt of a call; `nil` if the breaker rejects it.
    package func enter() -> Entry? {
        let admission = breaker?.admit()
        if breaker != nil, admission == nil { return nil }
        budget?.callStarts()
        return Entry(admission: admission)
    }

    /// The first attempt succeeded.
    package func succeeded(_ entry: Entry) {
        if let breaker, let admission = entry.admission { breaker.succeeded(admission) }
        budget?.succeeded(after: nil)
    }
}

/// One call and its guards: what they gave for the attempt that runs, and for the retry that is to come.
@usableFromInline
package final class GuardedCall {
    private let guards: Guards
    /// True once the first attempt was admitted.
    private(set) var hasStarted: Bool
    private var admission: CircuitBreaker.Admission?
    private var withdrawal: RetryBudget.Withdrawal?

    fileprivate init(_ guards: Guards, _ entry: Guards.Entry?) {
        self.guards = guards
        hasStarted = entry != nil
        admission = entry?.admission
    }

    /// The time until the circuit admits a probe, in nanoseconds; zero if it is not open.
    var circuitOpen: Int64 { guards.breaker?.timeUntilProbe ?? 0 }

    /// The error of an attempt that the breaker rejects.
    var circuitError: (any Error)? { guards.breaker?.openError() }

    /// Asks the breaker to admit the next attempt; returns whether it does.
    func letThrough() -> Bool {
        admission = guards.breaker?.admit(isRetry: hasStarted)
        if guards.breaker != nil, admission == nil { return false }
        if !hasStarted { guards.budget?.callStarts() }
        hasStarted = true
        return true
    }

    /// The attempt that ran was accepted.
    func succeeded() {
        finish(.success)
        guards.budget?.succeeded(after: withdrawal)
    }

    /// The attempt that ran failed.
    func failed(_ evidence: ErrorEvidence) {
        finish(BreakerResult(evidence))
        withdrawal = nil  // spent
    }

    /// The attempt that ran was cancelled, and counts for nothing.
    func cancelled() {
        finish(.neutral)
        withdrawal = nil
    }

    /// No decision follows: the attempt that ran, or the retry that was paid for, counts for nothing.
    func abandoned() {
        finish(.neutral)
        giveBack()
    }

    /// Withdraws a retry from the budget; returns whether the budget grants it.
    func pay(for errorClass: ErrorClass) -> Bool {
        guard let budget = guards.budget else { return true }
        withdrawal = budget.withdraw(errorClass)
        return withdrawal != nil
    }

    /// No retry follows a failure that was worth one.
    func noRetry(after errorClass: ErrorClass) {
        guards.budget?.failed(errorClass)
    }

    /// No attempt follows the retry that was paid for.
    func giveBack() {
        if let withdrawal { guards.budget?.giveBack(withdrawal) }
        withdrawal = nil
    }

    private func finish(_ result: BreakerResult) {
        if let admission { guards.breaker?.finish(admission, result) }
        admission = nil
    }
}

@available(*, unavailable)
extension GuardedCall: Sendable {}
