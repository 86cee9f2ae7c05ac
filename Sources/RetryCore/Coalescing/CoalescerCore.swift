/// The shared holder of a coalescer's state: its state machine, its counts and its events.
///
/// Runs, waits and notices are in the asynchronous module, and stay outside of the lock.
@usableFromInline
package final class CoalescerCore<Key: Hashable & Sendable, Waiter: Sendable, Handle: Sendable>: Sendable {
    @usableFromInline package typealias Machine = CoalescerStateMachine<Key, Waiter, Handle>

    @usableFromInline package let policy: CoalescerPolicy
    package let name: String?
    private let observer: CoalescerObserver?
    @usableFromInline let core: Locked<Core>
    @usableFromInline let isObserved: Bool

    @usableFromInline
    struct Core: EventQueueOwner {
        @usableFromInline var machine: Machine
        @usableFromInline var counts = CoalescerCounts()
        @usableFromInline var isFull = false
        var events: EventQueue<CoalescerEvent>?
    }

    package init(_ policy: CoalescerPolicy, named name: String?, observer: CoalescerObserver?) {
        (self.policy, self.name, self.observer) = (policy, name, observer)
        let events = observer.map { _ in EventQueue { CoalescerEvent(number: $0, coalescer: name, lost: $1) } }
        isObserved = observer != nil
        core = Locked(Core(machine: Machine(maxKeys: policy.maxKeys), events: events))
    }
}

extension CoalescerCore {
    /// A caller comes: see the state machine.
    @inlinable
    package func enter(
        _ key: Key, priority: UInt8, inside origin: Machine.RunID?, isInside surroundings: (Machine.RunID) -> Bool,
        _ makeWaiter: () -> Waiter
    ) -> Machine.Entry {
        update { core in
            let entry = core.machine.enter(
                key, priority: priority, inside: origin, isInside: surroundings, makeWaiter)
            switch entry {
            case .starts:
                core.counts.runs += 1
                if core.isFull { note(.recovered, isFull: false, in: &core) }
            case .joins: core.counts.joined += 1
            case .runsAlone(let reason):
                core.counts.alone += 1
                if reason == .full, !core.isFull { note(.full, isFull: true, in: &core) }
            }
            return entry
        }
    }

    /// The caller that started a run waits for it.
    @inlinable
    package func wait(
        _ key: Key, _ run: Machine.RunID, _ handle: Handle, priority: UInt8, _ makeWaiter: () -> Waiter
    ) -> (caller: Machine.CallerID, waiter: Waiter, escalatesTo: UInt8?)? {
        core.withLock { $0.machine.wait(key, run, handle, priority: priority, makeWaiter) }
    }

    /// A caller leaves; returns the handle of the run to cancel.
    @inlinable
    package func leave(_ key: Key, _ run: Machine.RunID, _ caller: Machine.CallerID) -> Handle? {
        update { core in
            let handle = core.machine.leave(key, run, caller)
            if handle != nil {
                core.counts.abandoned += 1
                note(.abandoned, isFull: core.isFull, in: &core)
            }
            return handle
        }
    }

    /// A run ends; returns the waiters to notify.
    @inlinable
    package func finish(_ key: Key, _ run: Machine.RunID) -> [Waiter] {
        core.withLock { $0.machine.finish(key, run) }
    }

    /// The priority of a caller that waits was raised.
    @inlinable
    package func escalated(_ key: Key, _ run: Machine.RunID, to priority: UInt8) -> Handle? {
        core.withLock { $0.machine.escalated(key, run, to: priority) }
    }

    /// Returns the state and the counts.
    package func snapshot() -> CoalescerSnapshot {
        update { core in
            CoalescerSnapshot(
                name: name, policy: policy, counts: core.counts, keys: core.machine.keyCount,
                waiting: core.machine.waiting, cancelling: core.machine.cancelledRuns, isFull: core.isFull)
        }
    }

    @inlinable
    func update<Result>(_ change: (inout Core) -> Result) -> Result {
        let result = core.withLock { change(&$0) }
        if isObserved { deliver() }
        return result
    }

    /// Delivers the events that wait.
    @usableFromInline
    func deliver() {
        if core.withLock({ $0.events?.awaitsDraining == true }) { core.deliver(to: observer) }
    }

    @usableFromInline
    @inline(never)
    func note(_ kind: CoalescerEvent.Kind, isFull: Bool, in core: inout Core) {
        core.isFull = isFull
        let counts = core.counts
        core.events?.add { CoalescerEvent(number: $0, kind: kind, coalescer: name, counts: counts) }
    }
}

/// The numbers of calls and runs that a coalescer has counted.
@usableFromInline
package struct CoalescerCounts: Sendable, Hashable {
    @usableFromInline var runs = 0
    @usableFromInline var joined = 0
    @usableFromInline var alone = 0
    @usableFromInline var abandoned = 0
}
