extension RetryBudget {
    /// The state of a budget at one moment, for dashboards and tests.
    public struct Snapshot: Sendable, Hashable {
        /// The name of the budget.
        public let name: String?
        /// The policy by which retries are granted.
        public let policy: RetryBudgetPolicy
        /// The tokens it holds; infinite if nothing is limited.
        ///
        /// A retry costs one, under a quota what its class costs. The throttle grants none below half of its capacity.
        public let balance: Double
        /// The tokens it can hold; `nil` under a ratio, where that follows from the calls, and if nothing is limited.
        public let capacity: Double?
        /// The number of calls that made a deposit.
        public let deposits: Int
        /// The number of retries that were granted, given back or not.
        public let grants: Int
        /// The number of retries that were refused.
        public let refusals: Int
        /// The number of grants that were given back, because no attempt started.
        public let returns: Int
        /// A Boolean value that indicates whether a retry was refused, and the budget has not recovered since.
        public let isExhausted: Bool

        init(
            name: String?, policy: RetryBudgetPolicy, balance: Double, capacity: Double?, counts: Counts,
            isExhausted: Bool
        ) {
            (self.name, self.policy) = (name, policy)
            (self.balance, self.capacity) = (balance, capacity)
            (deposits, grants) = (counts.deposits, counts.grants)
            (refusals, returns) = (counts.refusals, counts.returns)
            self.isExhausted = isExhausted
        }

        /// The number of attempts that started as granted retries.
        public var retries: Int { grants - returns }

        /// The percentage of granted retries among those that were asked for; `nil` if none was.
        public var grantedPercent: Double? {
            grants + refusals == 0 ? nil : 100 * Double(grants) / Double(grants + refusals)
        }
    }
}
