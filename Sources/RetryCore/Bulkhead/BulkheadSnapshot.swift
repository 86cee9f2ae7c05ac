/// The state of a bulkhead at one moment, for dashboards and tests.
public struct BulkheadSnapshot: Sendable, Hashable {
    /// The name of the bulkhead.
    public let name: String?
    /// The policy of the bulkhead.
    public let policy: BulkheadPolicy
    /// The number of permits in force: the policy's, or the one that was found or set since.
    public let permits: Int
    /// The permits in use.
    public let used: Int
    /// The number of calls that wait for a permit.
    public let waiting: Int
    /// The number of calls that had to wait, or wait now.
    public let waits: Int
    /// The number of calls that were rejected at once.
    public let refusals: Int
    /// The number of calls that were rejected after the longest wait.
    public let timeouts: Int
    /// The number of calls that left the queue, because they were cancelled or had no time left.
    public let departures: Int
    /// A Boolean value that indicates whether a call was rejected within the last second.
    public let isSaturated: Bool

    init(name: String?, policy: BulkheadPolicy, core: Bulkhead.Core) {
        (self.name, self.policy, permits) = (name, policy, core.permits.limit)
        (used, waiting) = (core.permits.used, core.permits.waiting)
        (waits, refusals) = (core.counts.waits, core.counts.refusals)
        (timeouts, departures) = (core.counts.timeouts, core.counts.departures)
        isSaturated = core.isSaturated
    }
}
