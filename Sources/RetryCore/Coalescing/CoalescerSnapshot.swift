/// The state of a coalescer at one moment, for dashboards and tests.
public struct CoalescerSnapshot: Sendable, Hashable {
    /// The name of the coalescer.
    public let name: String?
    /// The settings of the coalescer.
    public let policy: CoalescerPolicy
    /// The number of runs that were started.
    public let runs: Int
    /// The number of calls that joined a run: each is a request that was not made.
    public let joined: Int
    /// The number of calls that ran by themselves: all keys were taken, or they would have waited for themselves.
    public let alone: Int
    /// The number of runs that were cancelled, because their last caller had left.
    public let abandoned: Int
    /// The number of keys with a run that callers can join.
    public let keys: Int
    /// The number of callers that wait.
    public let waiting: Int
    /// The number of cancelled runs that have not ended yet.
    public let cancelling: Int
    /// A Boolean value that indicates whether a call found all keys taken, and no run was started since.
    public let isFull: Bool

    /// The number of calls.
    public var calls: Int { runs + joined + alone }

    init(
        name: String?, policy: CoalescerPolicy, counts: CoalescerCounts, keys: Int, waiting: Int, cancelling: Int,
        isFull: Bool
    ) {
        (self.name, self.policy, self.keys, self.waiting) = (name, policy, keys, waiting)
        (runs, joined, alone, abandoned) = (counts.runs, counts.joined, counts.alone, counts.abandoned)
        (self.cancelling, self.isFull) = (cancelling, isFull)
    }
}

extension CoalescerSnapshot: CustomStringConvertible, CustomDebugStringConvertible {
    /// The name and the counts in one line: `users: 3 runs for 7 calls, 1 key now`.
    public var description: String {
        let title = name.map { "\($0): " } ?? ""
        return "\(title)\(runs.of("run")) for \(calls.of("call")), \(keys.of("key")) now"
    }

    /// All counts.
    public var debugDescription: String { fullDescription(of: self) }
}
