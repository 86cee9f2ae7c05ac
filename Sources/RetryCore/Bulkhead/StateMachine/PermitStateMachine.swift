/// The permits of a limit to concurrent calls, and the queue of those that wait for one.
///
/// It is pure: it takes no lock and wakes no waiter. Permits go to the waiters in the order of their arrival, and no caller
/// overtakes them.
///
/// - Invariant: No permit is free while a caller waits.
package struct PermitStateMachine<Waiter: Sendable>: Sendable {
    /// The number of permits in all.
    package private(set) var limit: Int
    /// The permits that are not in use; negative while more are in use than the limit, after it was lowered.
    package var free: Int
    private var line = WaiterLine<Waiter>()

    package init(limit: Int) { (self.limit, free) = (limit, limit) }

    /// The number of permits in use.
    package var used: Int { limit - free }

    /// The number of callers that wait.
    package var waiting: Int { line.count }

    /// Takes a permit, if one is free; waiters come first.
    package mutating func acquire() -> Bool {
        guard free > 0 else { return false }
        free -= 1
        return true
    }

    /// Lets a caller wait; returns its place.
    package mutating func enqueue(_ waiter: Waiter) -> UInt64 { line.append(waiter) }

    /// The waiter at a place; `nil` if it has left, or got a permit.
    package func waiter(at place: UInt64) -> Waiter? { line[place] }

    /// Removes a waiter; `false` if it has left, or has got a permit.
    package mutating func leave(_ place: UInt64) -> Bool { line.remove(place) != nil }

    /// Takes a permit back; returns the waiter that gets it.
    package mutating func release() -> Waiter? {
        free += 1
        return grant()
    }

    /// Changes the number of permits; permits in use stay so, and a surplus is taken away as they are released.
    package mutating func resize(to limit: Int) -> [Waiter] {
        free += limit - self.limit
        self.limit = limit
        var granted: [Waiter] = []
        while let waiter = grant() { granted.append(waiter) }
        return granted
    }

    private mutating func grant() -> Waiter? {
        guard free > 0, let waiter = line.removeFirst()?.waiter else { return nil }
        free -= 1
        return waiter
    }
}
