extension RetryBudget {
    /// The state of a budget at one moment, for dashboards and tests.
    public struct Snapshot: Sendable, Hashable {
        /// What the budget is called.
        public let name: String?
        /// The rule by which retries are granted.
        public let law: RetryBudgetLaw
        /// The tokens it holds; infinite if nothing is limited.
        ///
        /// A retry costs one, under a quota what its class costs. The throttle grants none below half of its capacity.
        public let balance: Double
        /// The tokens it can hold; `nil` under a ratio, where that follows from the calls, and if nothing is limited.
        public let capacity: Double?
        /// How many calls made a deposit.
        public let deposits: Int
        /// How many retries were granted; some of them may have been given back.
        public let grants: Int
        /// How many retries were refused.
        public let refusals: Int
        /// How many grants were given back, because no attempt started.
        public let returns: Int
        /// Whether a retry was refused, and it did not get better since.
        public let isExhausted: Bool

        init(
            name: String?, law: RetryBudgetLaw, balance: Double, capacity: Double?, counts: Counts, isExhausted: Bool
        ) {
            (self.name, self.law) = (name, law)
            (self.balance, self.capacity) = (balance, capacity)
            (deposits, grants) = (counts.deposits, counts.grants)
            (refusals, returns) = (counts.refusals, counts.returns)
            self.isExhausted = isExhausted
        }

        /// How many attempts started as retries that the budget granted.
        public var retries: Int { grants - returns }

        /// How many per cent of the retries that were asked for were granted; `nil` if none was asked for.
        public var grantedPercent: Double? {
            grants + refusals == 0 ? nil : 100 * Double(grants) / Double(grants + refusals)
        }
    }
}
