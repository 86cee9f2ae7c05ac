/// The state machine of a coalescer: one run for each key, and the callers that wait for it.
///
/// It has no lock, no task and no clock: the holder around it passes its inputs, starts and cancels runs, and notifies
/// callers. A run belongs to none of its callers: the one that started it is a caller like the others.
///
/// - `Waiter` is what notifies a caller, `Handle` what cancels a run.
@usableFromInline
package struct CoalescerStateMachine<Key: Hashable & Sendable, Waiter: Sendable, Handle: Sendable>: Sendable {
    @usableFromInline package typealias RunID = UInt64
    @usableFromInline package typealias CallerID = WaiterLine<Waiter>.ID

    /// The next step of a caller that comes.
    @usableFromInline
    package enum Entry: Sendable {
        /// It starts a run, and then calls `wait`.
        case starts(RunID)
        /// It waits for a run; its priority is above those of the callers before it if there is a handle.
        case joins(RunID, CallerID, Waiter, escalates: Handle?)
        /// It makes its call by itself: all keys are taken, or the call would wait for itself.
        case runsAlone(Solitude)
    }

    /// The reason why a call runs by itself.
    @usableFromInline
    package enum Solitude: Sendable, Hashable {
        case full, waitsForItself
    }

    @usableFromInline
    struct Caller: Sendable {
        @usableFromInline let waiter: Waiter
        /// The run within which the caller waits.
        @usableFromInline let origin: RunID?

        @inlinable
        init(waiter: Waiter, origin: RunID?) {
            self.waiter = waiter
            self.origin = origin
        }
    }

    @usableFromInline
    struct Run: Sendable {
        @usableFromInline let id: RunID
        @usableFromInline var line = WaiterLine<Caller>()
        @usableFromInline var handle: Handle?
        @usableFromInline var priority: UInt8
        /// True until the caller that started the run waits for it.
        @usableFromInline var awaitsStarter = true
        @usableFromInline let starterOrigin: RunID?

        @inlinable
        init(id: RunID, priority: UInt8, starterOrigin: RunID?) {
            self.id = id
            self.priority = priority
            self.starterOrigin = starterOrigin
        }
    }

    @usableFromInline let maxKeys: Int
    @usableFromInline var runs: [Key: Run] = [:]
    @usableFromInline var lastID: RunID = 0
    /// The runs for which each run's own calls wait; empty unless runs make calls through the coalescer.
    @usableFromInline var waits: [RunID: [RunID]] = [:]
    /// The number of callers that wait.
    @usableFromInline package var waiting = 0
    /// The number of runs that were cancelled, and have not ended yet.
    @usableFromInline package var cancelledRuns = 0

    @inlinable
    package init(maxKeys: Int) {
        self.maxKeys = maxKeys
    }

    /// The number of keys with a run that callers can join.
    @inlinable package var keyCount: Int { runs.count }
}

// MARK: Inputs

extension CoalescerStateMachine {
    /// A caller comes.
    ///
    /// - Parameters:
    ///   - key: The key of its call.
    ///   - priority: The priority of its task.
    ///   - origin: The innermost run of this coalescer that the caller is in.
    ///   - surroundings: Whether the caller is in a run.
    ///   - makeWaiter: Makes its waiter, if it joins a run.
    /// - Returns: Its next step.
    @inlinable
    package mutating func enter(
        _ key: Key, priority: UInt8 = 0, inside origin: RunID? = nil,
        isInside surroundings: (RunID) -> Bool = { _ in false },
        _ makeWaiter: () -> Waiter
    ) -> Entry {
        guard let place = runs.index(forKey: key) else { return start(key, priority, origin) }
        let id = runs.values[place].id
        if let origin, surroundings(id) || waitsFor(id, origin) { return .runsAlone(.waitsForItself) }
        let waiter = makeWaiter()
        let caller = runs.values[place].line.append(Caller(waiter: waiter, origin: origin))
        waiting += 1
        if let origin { waits[origin, default: []].append(id) }
        return .joins(id, caller, waiter, escalates: escalate(place, to: priority))
    }

    @inlinable
    mutating func start(_ key: Key, _ priority: UInt8, _ origin: RunID?) -> Entry {
        guard runs.count < maxKeys else { return .runsAlone(.full) }
        lastID += 1
        runs[key] = Run(id: lastID, priority: priority, starterOrigin: origin)
        if let origin { waits[origin, default: []].append(lastID) }
        return .starts(lastID)
    }

    /// The caller that started a run waits for it; `nil` if it has ended already.
    ///
    /// A handle to escalate is there if a caller of a higher priority came meanwhile.
    @inlinable
    package mutating func wait(
        _ key: Key, _ run: RunID, _ handle: Handle, priority: UInt8 = 0, _ makeWaiter: () -> Waiter
    ) -> (caller: CallerID, waiter: Waiter, escalatesTo: UInt8?)? {
        guard let place = runs.index(forKey: key), runs.values[place].id == run else { return nil }
        runs.values[place].handle = handle
        runs.values[place].awaitsStarter = false
        waiting += 1
        let waiter = makeWaiter()
        let caller = runs.values[place].line.append(
            Caller(waiter: waiter, origin: runs.values[place].starterOrigin))
        let highest = runs.values[place].priority
        return (caller, waiter, highest > priority ? highest : nil)
    }

    /// A caller leaves, because it was cancelled; returns the handle of the run to cancel if it was the last one.
    ///
    /// The next caller of the key starts anew, whether the cancelled run has ended or not.
    @inlinable
    package mutating func leave(_ key: Key, _ run: RunID, _ caller: CallerID) -> Handle? {
        guard let place = runs.index(forKey: key), runs.values[place].id == run,
            let left = runs.values[place].line.remove(caller)
        else { return nil }
        waiting -= 1
        forget(left.origin, waitsFor: run)
        guard runs.values[place].line.isEmpty, !runs.values[place].awaitsStarter else { return nil }
        cancelledRuns += 1
        return runs.remove(at: place).value.handle
    }

    /// A run ends; returns the waiters to notify, in the order of arrival.
    ///
    /// A run that was cancelled has none: those that came since wait for another one.
    @inlinable
    package mutating func finish(_ key: Key, _ run: RunID) -> [Waiter] {
        waits[run] = nil
        guard let place = runs.index(forKey: key), runs.values[place].id == run else {
            cancelledRuns -= 1
            return []
        }
        var ended = runs.remove(at: place).value
        if ended.awaitsStarter { forget(ended.starterOrigin, waitsFor: run) }
        if ended.line.isEmpty { return [] }
        waiting -= ended.line.count
        return ended.line.removeAll().map { caller in
            forget(caller.origin, waitsFor: run)
            return caller.waiter
        }
    }

    /// The priority of a caller that waits was raised; returns the handle of the run if it gains by that.
    @inlinable
    package mutating func escalated(_ key: Key, _ run: RunID, to priority: UInt8) -> Handle? {
        guard let place = runs.index(forKey: key), runs.values[place].id == run else { return nil }
        return escalate(place, to: priority)
    }
}

// MARK: Details

extension CoalescerStateMachine {
    @inlinable
    mutating func escalate(_ place: Dictionary<Key, Run>.Index, to priority: UInt8) -> Handle? {
        guard priority > runs.values[place].priority else { return nil }
        runs.values[place].priority = priority
        return runs.values[place].handle
    }

    /// Returns whether a run waits for another one, directly or not.
    @inlinable
    func waitsFor(_ run: RunID, _ other: RunID) -> Bool {
        var seen: Set<RunID> = []
        var next = [run]
        while let one = next.popLast() {
            if one == other { return true }
            if seen.insert(one).inserted { next += waits[one] ?? [] }
        }
        return false
    }

    @inlinable
    mutating func forget(_ origin: RunID?, waitsFor run: RunID) {
        guard let origin, let index = waits[origin]?.firstIndex(of: run) else { return }
        waits[origin]?.remove(at: index)
        if waits[origin]?.isEmpty == true { waits[origin] = nil }
    }
}
