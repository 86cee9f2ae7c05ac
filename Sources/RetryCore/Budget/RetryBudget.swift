/// A retry budget: bounds the retries of all calls to one service, so that retries add little to its load.
///
/// When a service fails, every caller retries, and the load doubles or triples at the worst moment: a retry storm. A
/// budget that the callers share grants the retries that its ``RetryBudgetPolicy`` allows, and sheds the rest of the
/// load: a call whose retry is refused ends with the error of the service, and the stop reason
/// ``RetryStopReason/budgetExhausted``.
///
/// ```swift
/// let budget = RetryBudget(named: "users")
/// let user = try await retry(.api.budget(budget)) { try await client.user(id) }
/// ```
///
/// Create one per service, and share it: it is thread-safe. A grant is one atomic step, so that no race overdraws the
/// budget. In a custom loop, report each step by ``requestStarted()``, ``succeeded()``, ``reserve(for:)`` and
/// ``failed(_:)``.
public final class RetryBudget: Sendable {
    /// The policy by which retries are granted.
    public let policy: RetryBudgetPolicy
    /// The name of the budget in events and logs.
    public let name: String?

    let rules: RetryBudgetRules
    private let clock: RetryClock
    private let observer: RetryBudgetObserver?
    private let state: Locked<State>

    struct State: EventQueueOwner {
        var bucket: RetryBudgetStateMachine
        var counts = Counts()
        var events: EventQueue<RetryBudgetEvent>?
    }

    struct Counts: Sendable, Hashable {
        var deposits = 0
        var grants = 0
        var refusals = 0
        var returns = 0
    }

    /// Creates a budget with the tokens that its policy starts with.
    ///
    /// - Parameters:
    ///   - policy: The policy by which retries are granted; ``RetryBudgetPolicy/default`` unless given.
    ///   - name: The name of the budget in events and logs, such as the name of the service.
    ///   - clock: The time source of policies that go by time; the system's if `nil`. It is read under the budget's
    ///     lock, so it must not use the budget.
    ///   - observer: Receives an event when the budget is exhausted, and when it has recovered.
    public init(
        _ policy: RetryBudgetPolicy = .default, named name: String? = nil, clock: RetryClock? = nil,
        observer: RetryBudgetObserver? = nil
    ) {
        self.policy = policy
        self.name = name
        self.clock = clock ?? .system
        self.observer = observer
        let bucket = RetryBudgetStateMachine(policy, at: self.clock.coarseNanoseconds)
        rules = bucket.rules
        let events = observer.map { _ in EventQueue { RetryBudgetEvent(number: $0, budget: name, lost: $1) } }
        state = Locked(State(bucket: bucket, events: events))
    }
}

// MARK: Driver input

extension RetryBudget {
    /// The tokens that a retry was paid with.
    @usableFromInline package typealias Withdrawal = RetryBudgetStateMachine.Withdrawal

    /// Records that the first attempt of a call starts.
    package func callStarts() {
        guard rules.kind == .ratio else { return }
        update { state, now in
            state.counts.deposits += 1
            state.bucket.requestStarted(at: now)
        }
    }

    /// Withdraws the cost of a retry after a retryable failure; `nil` if it is refused.
    package func withdraw(_ errorClass: ErrorClass) -> Withdrawal? {
        update(errorClass) { state, now in
            let withdrawal = state.bucket.withdraw(errorClass, at: now)
            if withdrawal == nil { state.counts.refusals += 1 } else { state.counts.grants += 1 }
            return withdrawal
        }
    }

    /// Withdraws the cost of a hedge, after failures of the same call that were not charged yet; `nil` if it is refused.
    package func withdrawHedge(after failures: Int = 0) -> Withdrawal? {
        update(.transient) { state, now in
            let withdrawal = state.bucket.withdrawHedge(after: failures, at: now)
            if withdrawal == nil { state.counts.refusals += 1 } else { state.counts.grants += 1 }
            return withdrawal
        }
    }

    /// Gives back the withdrawal for an attempt that does not start after all.
    package func giveBack(_ withdrawal: Withdrawal) {
        update { state, now in
            state.counts.returns += 1
            state.bucket.giveBack(withdrawal, at: now)
        }
    }

    /// Records the success of a call: at the first try, or by the retry that the withdrawal was for.
    package func succeeded(after withdrawal: Withdrawal?) {
        guard rules.takesSuccesses else { return }
        update(at: 0) { state, _ in
            state.counts.deposits += 1
            state.bucket.succeeded(after: withdrawal)
        }
    }

    /// Records a failure that can be retried, or after which the server said *never*, where no retry is wanted.
    ///
    /// Not needed before ``reserve(for:)``, which records the failure itself. The throttle charges every such failure;
    /// the other policies charge retries alone.
    ///
    /// - Parameter errorClass: The class of the failure.
    public func failed(_ errorClass: ErrorClass) {
        guard rules.kind == .throttle else { return }
        update(at: 0) { state, _ in state.bucket.failed() }
    }
}

// MARK: State and events

extension RetryBudget {
    /// Returns the balance and the counts of the budget.
    ///
    /// - Returns: The state at this moment; changes by time since the last call are in it.
    public func snapshot() -> Snapshot {
        update { state, now in
            let balance = state.bucket.tokens(at: now)
            return Snapshot(
                name: name, policy: policy, balance: balance, capacity: rules.mostTokens, counts: state.counts,
                isExhausted: state.bucket.isExhausted)
        }
    }

    /// Removes all tokens, for tests.
    package func drain() {
        update { state, now in state.bucket.drain(at: now) }
    }

    /// Fills the budget as at its start, for tests.
    package func refill() {
        update { state, now in state.bucket.refill(at: now) }
    }

    /// Changes the state in one step, with an event if the budget is now exhausted, or recovered.
    @inline(__always)
    private func update<Result>(
        _ errorClass: ErrorClass? = nil, at time: Int64? = nil, _ change: (inout State, Int64) -> Result
    ) -> Result {
        let (result, hasEvent) = state.withLock { state in
            let wasExhausted = state.bucket.isExhausted
            // Read under the lock: the order of the changes is the order of their times.
            let result = change(&state, time ?? now)
            guard observer != nil else { return (result, false) }
            if state.bucket.isExhausted != wasExhausted { note(errorClass, in: &state) }
            return (result, state.events?.awaitsDraining == true)
        }
        if hasEvent { state.deliver(to: observer) }
        return result
    }

    /// The coarse clock costs a fraction of the precise one; a window of few retries is kept to the nanosecond.
    @inline(__always)
    private var now: Int64 {
        switch rules.kind {
        case .tokenBucket, .ratio: clock.coarseNanoseconds
        case .limit: clock.nanoseconds
        case .throttle, .quota, .unlimited: 0
        }
    }

    @inline(never)
    private func note(_ errorClass: ErrorClass?, in state: inout State) {
        let isExhausted = state.bucket.isExhausted
        let refusals = state.counts.refusals
        state.events?.add { number in
            RetryBudgetEvent(
                number: number, kind: isExhausted ? .exhausted : .recovered, budget: name,
                errorClass: isExhausted ? errorClass : nil, refusals: refusals)
        }
    }
}
