/// Bounds the retries of all calls to one service, so that retries add little to what it has to bear.
///
/// When a service fails, every caller retries, and the load doubles or triples when it can be borne least. A budget that
/// the callers share lets through what its ``RetryBudgetLaw`` allows; a call whose retry is refused ends with the error
/// of the service, and the stop reason ``StopReason/budgetExhausted``.
///
/// ```swift
/// let budget = RetryBudget(.ratio(0.2), named: "users")
/// let user = try await retry(policy: .api, budget: budget) { try await client.user(id) }
/// ```
///
/// Make one per service, and share it: it is safe to use from any thread. To grant is one atomic step, so that no race
/// overdraws it. In a loop of your own, say what happens by ``requestStarted()``, ``succeeded()``, ``reserve(for:)`` and
/// ``failed(_:)``.
public final class RetryBudget: Sendable {
    /// The rule by which retries are granted.
    public let law: RetryBudgetLaw
    /// What events and logs call the budget.
    public let name: String?

    let rules: TokenRules
    private let clock: RetryClock
    private let observer: RetryBudgetObserver?
    private let state: Locked<State>

    struct State: Sendable {
        var bucket: TokenBucket
        var counts = Counts()
        var eventCount = 0
        /// Events that are not delivered yet, in order.
        var pending: [RetryBudgetEvent] = []
        var isDelivering = false
    }

    struct Counts: Sendable, Hashable {
        var deposits = 0
        var grants = 0
        var refusals = 0
        var returns = 0
    }

    /// Creates a budget, as full as its law lets it start.
    ///
    /// - Parameters:
    ///   - law: The rule by which retries are granted; 20 % of the calls of the last ten seconds unless you say otherwise.
    ///   - name: What events and logs call the budget, such as the name of the service.
    ///   - clock: What a law that goes by time reads; the system's if `nil`. It is read under the budget's lock, so it
    ///     must not use the budget.
    ///   - observer: Told when the budget is exhausted, and when it has recovered.
    public init(
        _ law: RetryBudgetLaw = .ratio(), named name: String? = nil, clock: RetryClock? = nil,
        observer: RetryBudgetObserver? = nil
    ) {
        self.law = law
        self.name = name
        self.clock = clock ?? .system
        self.observer = observer
        let bucket = TokenBucket(law, at: self.clock.coarseNanoseconds)
        rules = bucket.rules
        state = Locked(State(bucket: bucket))
    }
}

// MARK: What drivers tell

extension RetryBudget {
    /// What a retry was paid with.
    @usableFromInline package typealias Withdrawal = TokenBucket.Withdrawal

    /// The first attempt of a call starts.
    package func callStarts() {
        guard rules.kind == .ratio else { return }
        update { state, now in
            state.counts.deposits += 1
            state.bucket.requestStarted(at: now)
        }
    }

    /// Takes what a retry after a retryable failure costs; `nil` if it is refused.
    package func withdraw(_ errorClass: ErrorClass) -> Withdrawal? {
        update(errorClass) { state, now in
            let withdrawal = state.bucket.withdraw(errorClass, at: now)
            if withdrawal == nil { state.counts.refusals += 1 } else { state.counts.grants += 1 }
            return withdrawal
        }
    }

    /// No attempt starts after all that the withdrawal was for.
    package func giveBack(_ withdrawal: Withdrawal) {
        update { state, now in
            state.counts.returns += 1
            state.bucket.giveBack(withdrawal, at: now)
        }
    }

    /// A call succeeded: at the first try, or by the retry that the withdrawal was for.
    package func succeeded(after withdrawal: Withdrawal?) {
        guard rules.kind == .throttle || rules.kind == .quota else { return }
        update { state, _ in
            state.counts.deposits += 1
            state.bucket.succeeded(after: withdrawal)
        }
    }

    /// An attempt failed in a way that can be retried, or the server said *never*, and no retry is wanted.
    ///
    /// Not needed before ``reserve(for:)``, which tells of the failure itself. The throttle charges every such failure;
    /// the other laws charge retries alone.
    ///
    /// - Parameter errorClass: The class of the failure.
    public func failed(_ errorClass: ErrorClass) {
        guard rules.kind == .throttle else { return }
        update { state, _ in state.bucket.failed() }
    }
}

// MARK: State and events

extension RetryBudget {
    /// Reads what the budget holds now, and what it has done.
    ///
    /// - Returns: The state at one moment; what time has changed since the last call is in it.
    public func snapshot() -> Snapshot {
        update { state, now in
            let balance = state.bucket.tokens(at: now)
            return Snapshot(
                name: name, law: law, balance: balance, capacity: rules.mostTokens, counts: state.counts,
                isExhausted: state.bucket.isExhausted)
        }
    }

    /// Takes all that is there, for tests.
    package func drain() {
        update { state, now in state.bucket.drain(at: now) }
    }

    /// Makes the budget as full as at its start, for tests.
    package func refill() {
        update { state, now in state.bucket.refill(at: now) }
    }

    /// Changes the state in one step, and tells of it if the budget is now exhausted, or recovered.
    @inline(__always)
    private func update<Result>(
        _ errorClass: ErrorClass? = nil, _ change: (inout State, Int64) -> Result
    ) -> Result {
        let (result, hasEvent) = state.withLock { state in
            let wasExhausted = state.bucket.isExhausted
            // Read under the lock: the order of the changes is the order of their times.
            let result = change(&state, now)
            guard state.bucket.isExhausted != wasExhausted, observer != nil else { return (result, false) }
            note(errorClass, in: &state)
            return (result, true)
        }
        if hasEvent { deliver() }
        return result
    }

    /// The coarse clock is a fraction of the price; a window of few retries is kept to the nanosecond.
    @inline(__always)
    private var now: Int64 {
        switch rules.kind {
        case .ratio: clock.coarseNanoseconds
        case .limit: clock.nanoseconds
        case .throttle, .quota, .unlimited: 0
        }
    }

    @inline(never)
    private func note(_ errorClass: ErrorClass?, in state: inout State) {
        state.eventCount += 1
        let isExhausted = state.bucket.isExhausted
        state.pending.append(
            RetryBudgetEvent(
                number: state.eventCount, kind: isExhausted ? .exhausted : .recovered, budget: name,
                errorClass: isExhausted ? errorClass : nil, refusals: state.counts.refusals))
    }

    /// Hands the pending events to the observer, outside the lock and in order: one thread does it for all.
    @inline(never)
    private func deliver() {
        var event = state.withLock { $0.isDelivering ? nil : $0.nextEvent() }
        while let next = event {
            observer?.observe(next)
            event = state.withLock { $0.nextEvent() }
        }
    }
}

extension RetryBudget.State {
    /// Takes out the next event; without one, the delivery is over.
    fileprivate mutating func nextEvent() -> RetryBudgetEvent? {
        isDelivering = !pending.isEmpty
        return isDelivering ? pending.removeFirst() : nil
    }
}
