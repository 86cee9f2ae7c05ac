/// The state machine of a retry budget: decides by a ``RetryBudgetPolicy`` which retries are granted.
///
/// It is pure: it takes no lock and reads no clock. Use it inside your own synchronization, such as an actor, if you do
/// not need a shared object with a lock.
///
/// Tokens are whole numbers of billionths, so that no rounding adds up: deposits of 0.75 or of 0.0001 give exactly that
/// share in the end, and a policy's bound holds to the last token. A ratio is kept to nine decimals.
///
/// Time may stand still and may jump. It does not run backwards: a time before the last one counts as no time, and
/// time passes again from there on.
public struct RetryBudgetStateMachine: Sendable, Hashable {
    /// The tokens of one withdrawal and their origin; hand it back once at most.
    public struct Withdrawal: Sendable, Hashable {
        let amount: Int64
        var flowed: Int64 = 0
        /// The slice of the window, or the time.
        var origin: Int64 = 0
    }

    /// The longest jump of the clock that the policy's time follows: about four years, longer than any window.
    private static let longestStep: Int64 = 1 << 57

    let rules: RetryBudgetRules

    /// The balance of the throttle and the quota.
    private var balance: Int64
    private var window: TokenWindow
    private var flow: TokenFlow
    private var log: RetryLog

    /// The time of the last input, and the time that has passed for the policy.
    private var lastNow: Int64
    private var time: Int64 = 0
    private var refusedAt: Int64 = 0

    /// A Boolean value that indicates whether a retry was refused, and the budget has not recovered since.
    ///
    /// A ratio or a limit has recovered when for its `ttl` or window no retry was refused; the other policies when they
    /// are half full again, or the throttle three quarters.
    public private(set) var isExhausted = false

    /// Creates a bucket with the tokens that its policy starts with.
    ///
    /// - Parameters:
    ///   - policy: The policy by which retries are granted.
    ///   - time: The time at which it starts, from any fixed moment.
    public init(_ policy: RetryBudgetPolicy, at time: Duration = .zero) {
        self.init(policy, at: time.saturatedNanoseconds)
    }

    package init(_ policy: RetryBudgetPolicy, at now: Int64) {
        self.init(rules: RetryBudgetRules(policy), at: now)
    }

    private init(rules: RetryBudgetRules, at now: Int64) {
        self.rules = rules
        balance = rules.capacity
        window = TokenWindow(ttl: rules.kind == .ratio ? rules.time : 0)
        flow = TokenFlow(perSecond: rules.floor, capacity: rules.flowCapacity)
        log = RetryLog(limit: rules.limit, window: rules.time)
        lastNow = now
    }
}

// MARK: Inputs

extension RetryBudgetStateMachine {
    /// Records the start of a call.
    ///
    /// - Parameter time: The time, from the moment that the bucket's own start is counted from.
    public mutating func requestStarted(at time: Duration) {
        requestStarted(at: time.saturatedNanoseconds)
    }

    /// Withdraws the cost of a retry, if there is enough, in one atomic step.
    ///
    /// - Parameters:
    ///   - errorClass: The class of the failure after which a retry is wanted.
    ///   - time: The time.
    /// - Returns: The withdrawal; `nil` if the retry is refused.
    public mutating func withdraw(_ errorClass: ErrorClass, at time: Duration) -> Withdrawal? {
        withdraw(errorClass, at: time.saturatedNanoseconds)
    }

    /// Gives back the withdrawal of a retry that did not start.
    ///
    /// - Parameters:
    ///   - withdrawal: The value that ``withdraw(_:at:)`` returned, once.
    ///   - time: The time.
    public mutating func giveBack(_ withdrawal: Withdrawal, at time: Duration) {
        giveBack(withdrawal, at: time.saturatedNanoseconds)
    }

    /// Records a retryable failure after which no retry is wanted.
    public mutating func failed() {
        if rules.kind == .throttle { balance = max(0, balance - rules.cost) }
    }

    /// Records the success of a call.
    ///
    /// - Parameter withdrawal: The withdrawal of its last retry; `nil` if it succeeded at the first try.
    public mutating func succeeded(after withdrawal: Withdrawal?) {
        switch rules.kind {
        case .tokenBucket: flow.add(rules.deposit)
        case .throttle: balance = min(rules.capacity, balance + rules.deposit)
        case .quota: balance = min(rules.capacity, balance + (withdrawal?.amount ?? rules.deposit))
        case .ratio, .limit, .unlimited: return
        }
        noteRecovery()
    }

    /// Returns the number of tokens at a time; infinite if there is no limit.
    public mutating func tokens(at time: Duration) -> Double {
        tokens(at: time.saturatedNanoseconds)
    }
}

// The same in nanoseconds, as the shared budget has them.
extension RetryBudgetStateMachine {
    @inline(__always)
    package mutating func requestStarted(at now: Int64) {
        guard rules.kind == .ratio else { return }
        pass(now)
        window.advance(to: time)
        window.add(rules.deposit)
        noteRecovery()
    }

    package mutating func withdraw(_ errorClass: ErrorClass, at now: Int64) -> Withdrawal? {
        pass(now)
        advance()
        noteRecovery()
        let withdrawal: Withdrawal? =
            switch rules.kind {
            case .tokenBucket: withdrawFlowed()
            case .ratio: withdrawAged()
            case .throttle: withdrawThrottled()
            case .quota: withdrawCost(rules.costs[errorClass] ?? rules.cost)
            case .limit: withdrawLogged()
            case .unlimited: Withdrawal(amount: 0)
            }
        if withdrawal == nil { (isExhausted, refusedAt) = (true, time) }
        return withdrawal
    }

    /// Withdraws a hedge: an attempt beside one that runs, or after failures that were not charged yet.
    ///
    /// The throttle grants it if enough is left after those failures, and charges them; a refusal charges nothing.
    package mutating func withdrawHedge(after failures: Int, at now: Int64) -> Withdrawal? {
        guard rules.kind == .throttle else { return withdraw(.transient, at: now) }
        noteRecovery()
        let left = balance - Int64(failures) * rules.cost
        isExhausted = isExhausted || left <= rules.capacity / 2
        if left <= rules.capacity / 2 { return nil }
        balance = left
        return Withdrawal(amount: 0)
    }

    package mutating func giveBack(_ withdrawal: Withdrawal, at now: Int64) {
        pass(now)
        switch rules.kind {
        case .tokenBucket:
            flow.add(withdrawal.amount)
        case .ratio:
            advance()
            window.putBack(withdrawal.amount - withdrawal.flowed, slice: withdrawal.origin)
            flow.add(withdrawal.flowed)
        case .quota:
            balance = min(rules.capacity, balance + withdrawal.amount)
        case .limit:
            advance()
            log.remove(withdrawal.origin)
        case .throttle, .unlimited:
            // The throttle charged the failure, which has happened, and not the retry.
            break
        }
        noteRecovery()
    }

    package mutating func tokens(at now: Int64) -> Double {
        pass(now)
        advance()
        noteRecovery()
        return rules.kind == .unlimited ? .infinity : Double(available) / Double(RetryBudgetRules.token)
    }
}

// MARK: For tests

extension RetryBudgetStateMachine {
    /// Removes all tokens.
    package mutating func drain(at now: Int64) {
        pass(now)
        advance()
        balance = 0
        _ = window.take(window.tokens)
        flow.take(flow.tokens)
        while log.left > 0 { log.add(time) }
    }

    /// Fills it as at its start.
    package mutating func refill(at now: Int64) {
        self = RetryBudgetStateMachine(rules: rules, at: now)
    }
}

// MARK: Details

extension RetryBudgetStateMachine {
    private mutating func withdrawFlowed() -> Withdrawal? {
        guard flow.tokens >= rules.cost else { return nil }
        flow.take(rules.cost)
        return Withdrawal(amount: rules.cost)
    }

    private mutating func withdrawAged() -> Withdrawal? {
        guard available >= rules.cost else { return nil }
        // Tokens that age are spent first; the floor does not age.
        let aged = min(rules.cost, window.tokens)
        flow.take(rules.cost - aged)
        return Withdrawal(amount: rules.cost, flowed: rules.cost - aged, origin: aged > 0 ? window.take(aged) : 0)
    }

    private mutating func withdrawThrottled() -> Withdrawal? {
        balance = max(0, balance - rules.cost)
        return balance > rules.capacity / 2 ? Withdrawal(amount: 0) : nil
    }

    private mutating func withdrawCost(_ cost: Int64) -> Withdrawal? {
        guard balance >= cost else { return nil }
        balance -= cost
        return Withdrawal(amount: cost)
    }

    private mutating func withdrawLogged() -> Withdrawal? {
        guard log.left > 0 else { return nil }
        log.add(time)
        return Withdrawal(amount: rules.cost, origin: time)
    }

    private var available: Int64 {
        switch rules.kind {
        case .tokenBucket: flow.tokens
        case .ratio: window.tokens + flow.tokens
        case .limit: Int64(log.left) * RetryBudgetRules.token
        case .throttle, .quota, .unlimited: balance
        }
    }

    @inline(__always)
    private mutating func noteRecovery() {
        if isExhausted { recover() }
    }

    @inline(never)
    private mutating func recover() {
        isExhausted = rules.recoversWithTime ? time - refusedAt < rules.time : available < rules.recovery
    }

    private mutating func advance() {
        switch rules.kind {
        case .tokenBucket:
            flow.advance(to: time)
        case .ratio:
            window.advance(to: time)
            flow.advance(to: time)
        case .limit:
            log.advance(to: time)
        case .throttle, .quota, .unlimited:
            break
        }
    }

    @inline(__always)
    private mutating func pass(_ now: Int64) {
        if now > lastNow {
            let (step, overflow) = now.subtractingReportingOverflow(lastNow)
            let (sum, isOver) = time.addingReportingOverflow(overflow ? Self.longestStep : min(step, Self.longestStep))
            time = sum
            if isOver { restart() }
        }
        lastNow = now
    }

    /// Restarts the policy's time when its 292 years are over, which takes a clock that swings to and fro.
    @inline(never)
    private mutating func restart() {
        (time, refusedAt) = (0, 0)
        window = TokenWindow(ttl: rules.kind == .ratio ? rules.time : 0)
        flow = TokenFlow(perSecond: rules.floor, capacity: rules.flowCapacity)
        log = RetryLog(limit: rules.limit, window: rules.time)
    }
}
