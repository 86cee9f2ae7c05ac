/// A budget's policy in the whole numbers that a ``RetryBudgetStateMachine`` computes with: billionths of a token, and
/// nanoseconds.
struct RetryBudgetRules: Sendable, Hashable {
    enum Kind: Sendable, Hashable { case tokenBucket, ratio, throttle, quota, limit, unlimited }

    /// One token.
    static let token: Int64 = 1_000_000_000

    let kind: Kind
    /// The amount of one deposit.
    private(set) var deposit: Int64 = 0
    private(set) var cost = token
    private(set) var costs = ClassTable<Int64>()
    /// The balance at first and at most, for the policies that do not age.
    private(set) var capacity: Int64 = 0
    /// The balance that counts as recovered.
    private(set) var recovery: Int64 = 0
    /// The policy's own time: the life of a deposit, or the length of a window.
    private(set) var time: Int64 = 0
    /// The tokens that flow in per second.
    private(set) var floor = 0.0
    /// The maximum of the inflow that is kept unused.
    private(set) var flowCapacity: Int64 = 0
    /// The retries in a window.
    private(set) var limit = 0

    init(_ policy: RetryBudgetPolicy) {
        switch policy.kind {
        case .tokenBucket(let perSuccess, let floor, let capacity):
            (kind, deposit, self.floor) = (.tokenBucket, Self.amount(perSuccess), floor)
            self.capacity = Int64(capacity) * Self.token
            flowCapacity = self.capacity
            recovery = max(self.capacity / 2, Self.token)
        case .ratio(let ratio, let floor, let ttl):
            (kind, deposit, self.floor, time) = (.ratio, Self.amount(ratio), floor, ttl)
            // At least one retry: parts of one would never add up to a retry otherwise.
            flowCapacity = floor > 0 ? max(Self.token, Int64(saturating: (floor * Double(ttl)).rounded())) : 0
        case .throttle(let maxTokens, let tokenRatio):
            (kind, deposit, capacity) = (.throttle, Self.amount(tokenRatio), Int64(maxTokens) * Self.token)
            recovery = capacity - capacity / 4
        case .quota(let capacity, let cost, let costs, let deposit):
            (kind, self.deposit, self.cost) = (.quota, Int64(deposit) * Self.token, Int64(cost) * Self.token)
            self.capacity = Int64(capacity) * Self.token
            for (errorClass, cost) in costs { self.costs[errorClass] = Int64(cost) * Self.token }
            // Never less than the most expensive retry, which could be refused again.
            recovery = max(self.capacity / 2, Int64(max(cost, costs.values.max() ?? 0)) * Self.token)
        case .limit(let retries, let window):
            (kind, limit, time) = (.limit, retries, window)
        case .unlimited:
            kind = .unlimited
        }
    }

    private static func amount(_ tokens: Double) -> Int64 {
        Int64((tokens * Double(token)).rounded())
    }

    /// A Boolean value that indicates whether successes change the balance.
    var takesSuccesses: Bool { kind == .tokenBucket || kind == .throttle || kind == .quota }

    /// A Boolean value that indicates whether the budget has recovered after a time without refusals, rather than at a
    /// balance.
    var recoversWithTime: Bool { kind == .ratio || kind == .limit }

    /// The maximum number of tokens; `nil` where that follows from the load, or nothing bounds it.
    var mostTokens: Double? {
        switch kind {
        case .tokenBucket, .throttle, .quota: Double(capacity) / Double(Self.token)
        case .limit: Double(limit)
        case .ratio, .unlimited: nil
        }
    }
}
