/// A change in what a budget has to give: one event when it runs out, one when it has recovered.
///
/// The refusals between the two make no events of their own; ``RetryBudget/snapshot()`` counts them. The events of a
/// budget are numbered from 1 and arrive in order.
public struct RetryBudgetEvent: Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// A retry was refused, for the first time since the budget was well.
        case exhausted
        /// Under a law with a window, nothing was refused for the length of it; under the others, half of the capacity is
        /// there again, or three quarters of a throttle's.
        case recovered
    }

    /// The place of the event among those of its budget, from 1.
    public let number: Int
    /// What happened.
    public let kind: Kind
    /// What the budget is called.
    public let budget: String?
    /// The class of the failure whose retry was refused, if the budget ran out.
    public let errorClass: ErrorClass?
    /// How many retries the budget has refused in all.
    public let refusals: Int

    /// The name of the event for metrics and logs: `budget_exhausted` or `budget_recovered`.
    public var code: String {
        switch kind {
        case .exhausted: "budget_exhausted"
        case .recovered: "budget_recovered"
        }
    }
}
