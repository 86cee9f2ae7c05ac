/// The state of a cool-down gate at one moment, for dashboards and tests.
public struct CoolDownSnapshot: Sendable, Hashable {
    /// The name of the gate.
    public let name: String?
    /// The policy of the gate.
    public let policy: CoolDownPolicy
    /// A Boolean value that indicates whether every call may start at once.
    public let isOpen: Bool
    /// The rest of the hold, during which no call starts; zero without one.
    public let holdLeft: Duration
    /// The time between the starts of two calls while the gate paces them; `nil` while it is open.
    public let interval: Duration?
    /// The wait of a call that would come now.
    public let wait: Duration
    /// The number of calls that wait.
    public let waiting: Int
    /// The number of holds, those that made one longer included.
    public let holds: Int
    /// The number of calls that had to wait, or wait now.
    public let waits: Int
    /// The number of calls that were rejected.
    public let refusals: Int
    /// The number of calls that left the line, because they were cancelled or had no time left.
    public let departures: Int

    init(name: String?, policy: CoolDownPolicy, core: inout CoolDownGate.Core, at now: Int64) {
        (self.name, self.policy) = (name, policy)
        wait = .nanoseconds(core.machine.wait(at: now))
        isOpen = core.machine.isOpen
        holdLeft = .nanoseconds(core.machine.holdLeft(at: now))
        interval = core.machine.pace.map { .nanoseconds($0) }
        waiting = core.machine.waiting
        (holds, waits) = (core.counts.holds, core.counts.waits)
        (refusals, departures) = (core.counts.refusals, core.counts.departures)
    }
}
