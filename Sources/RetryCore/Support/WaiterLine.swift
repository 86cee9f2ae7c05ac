/// The callers that wait for something, in the order of arrival.
///
/// A caller joins and leaves in constant time, amortized, wherever it is in the line.
@usableFromInline
package struct WaiterLine<Waiter: Sendable>: Sendable {
    @usableFromInline package typealias ID = Int

    @usableFromInline var waiters: [ID: Waiter] = [:]
    /// The callers that wait, in the order of arrival, and those that have left since.
    @usableFromInline var line: [ID] = []
    @usableFromInline var start = 0
    @usableFromInline var lastID: ID = 0

    @inlinable package init() {}

    /// The number of callers that wait.
    @inlinable package var count: Int { waiters.count }

    /// True if no caller waits.
    @inlinable package var isEmpty: Bool { waiters.isEmpty }

    /// Adds a caller at the end; returns its number, which no other caller of this line has had.
    @inlinable
    package mutating func append(_ waiter: Waiter) -> ID {
        lastID += 1
        waiters[lastID] = waiter
        line.append(lastID)
        return lastID
    }

    /// Removes a caller; `nil` if it does not wait.
    @inlinable
    @discardableResult
    package mutating func remove(_ id: ID) -> Waiter? {
        let waiter = waiters.removeValue(forKey: id)
        compact()
        return waiter
    }

    /// Removes the caller that has waited for the longest time; `nil` if none waits.
    @inlinable
    package mutating func removeFirst() -> (id: ID, waiter: Waiter)? {
        while start < line.count {
            let id = line[start]
            start += 1
            guard let waiter = waiters.removeValue(forKey: id) else { continue }
            compact()
            return (id, waiter)
        }
        line.removeAll()
        start = 0
        return nil
    }

    /// Removes the callers for which `isLeaving` is true, and returns them in the order of arrival.
    @inlinable
    package mutating func removeAll(where isLeaving: (Waiter) -> Bool = { _ in true }) -> [Waiter] {
        var removed: [Waiter] = []
        for id in line[start...] {
            guard let waiter = waiters[id], isLeaving(waiter) else { continue }
            waiters[id] = nil
            removed.append(waiter)
        }
        compact()
        return removed
    }

    /// Forgets the callers that have left, once they are the greater part: a constant time for each.
    @inlinable
    mutating func compact() {
        guard line.count > 2 * waiters.count + 64 else { return }
        line = line[start...].filter { waiters[$0] != nil }
        start = 0
    }
}
