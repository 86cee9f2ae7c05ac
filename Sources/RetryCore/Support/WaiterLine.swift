/// The callers that wait for something, in the order of arrival.
///
/// A caller joins and leaves in constant time, amortized, wherever it is in the line. It is named by a number that no other
/// caller of the line gets; its memory is used again, so that a line takes as much as its greatest length needs.
@usableFromInline
package struct WaiterLine<Waiter: Sendable>: Sendable {
    /// The number of a caller; never zero.
    @usableFromInline package typealias ID = UInt64

    @usableFromInline
    struct Slot: Sendable {
        @usableFromInline var waiter: Waiter?
        /// The callers that have had this slot, with the present one.
        @usableFromInline var generation: UInt32
        @usableFromInline var next: Int32
        @usableFromInline var previous: Int32

        @inlinable
        init() { (waiter, generation, next, previous) = (nil, 1, -1, -1) }
    }

    @usableFromInline var slots: [Slot] = []
    @usableFromInline var first: Int32 = -1
    @usableFromInline var last: Int32 = -1
    /// The first of the free slots, which are linked by `next`.
    @usableFromInline var free: Int32 = -1

    /// The number of callers that wait.
    @usableFromInline package var count = 0

    @inlinable package init() {}

    /// True if no caller waits.
    @inlinable package var isEmpty: Bool { first < 0 }

    /// The number of the caller that has waited for the longest time.
    @inlinable package var firstID: ID? { first < 0 ? nil : id(first) }

    /// The caller of a number; `nil` if it does not wait.
    @inlinable
    package subscript(id: ID) -> Waiter? {
        let index = Int(truncatingIfNeeded: id & 0xFFFF_FFFF)
        guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: id >> 32) else { return nil }
        return slots[index].waiter
    }

    /// Adds a caller at the end; returns its number.
    @inlinable
    package mutating func append(_ waiter: Waiter) -> ID {
        let index = takeSlot()
        slots[Int(index)].waiter = waiter
        slots[Int(index)].previous = last
        slots[Int(index)].next = -1
        if last >= 0 { slots[Int(last)].next = index } else { first = index }
        last = index
        count += 1
        return id(index)
    }

    /// Removes a caller; `nil` if it does not wait.
    @inlinable
    @discardableResult
    package mutating func remove(_ id: ID) -> Waiter? {
        guard let waiter = self[id] else { return nil }
        let index = Int(truncatingIfNeeded: id & 0xFFFF_FFFF)
        let (previous, next) = (slots[index].previous, slots[index].next)
        if previous >= 0 { slots[Int(previous)].next = next } else { first = next }
        if next >= 0 { slots[Int(next)].previous = previous } else { last = previous }
        slots[index].waiter = nil
        slots[index].generation &+= 1
        slots[index].next = free
        free = Int32(truncatingIfNeeded: index)
        count -= 1
        return waiter
    }

    /// Removes the caller that has waited for the longest time; `nil` if none waits.
    @inlinable
    package mutating func removeFirst() -> (id: ID, waiter: Waiter)? {
        guard let id = firstID, let waiter = remove(id) else { return nil }
        return (id, waiter)
    }

    /// Removes the callers for which `isLeaving` is true, and returns them in the order of arrival.
    @inlinable
    package mutating func removeAll(where isLeaving: (Waiter) -> Bool = { _ in true }) -> [Waiter] {
        var removed: [Waiter] = []
        var index = first
        while index >= 0 {
            let next = slots[Int(index)].next
            if let waiter = slots[Int(index)].waiter, isLeaving(waiter) {
                remove(id(index))
                removed.append(waiter)
            }
            index = next
        }
        return removed
    }

    @inlinable
    func id(_ index: Int32) -> ID {
        UInt64(slots[Int(index)].generation) << 32 | UInt64(truncatingIfNeeded: index)
    }

    @inlinable
    mutating func takeSlot() -> Int32 {
        if free >= 0 {
            let index = free
            free = slots[Int(index)].next
            return index
        }
        slots.append(Slot())
        return Int32(truncatingIfNeeded: slots.count - 1)
    }
}
