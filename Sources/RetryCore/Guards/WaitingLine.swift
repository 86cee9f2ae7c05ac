/// A first-in-first-out queue from which each element can leave in constant time.
///
/// Elements are named by a place, which is never given to another element. The places of elements that have left are used
/// again, with another generation, so that the queue takes as much memory as its longest length needs.
struct WaitingLine<Element: Sendable>: Sendable {
    private struct Slot: Sendable {
        var element: Element?
        var generation: UInt32 = 1
        var next: Int32 = -1
        var previous: Int32 = -1
    }

    private var slots: [Slot] = []
    private var first: Int32 = -1
    private var last: Int32 = -1
    /// The first of the free slots, which are linked by `next`.
    private var free: Int32 = -1
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Appends an element; returns its place, which is not zero.
    mutating func append(_ element: Element) -> UInt64 {
        let index = takeSlot()
        slots[Int(index)].element = element
        slots[Int(index)].previous = last
        slots[Int(index)].next = -1
        if last >= 0 { slots[Int(last)].next = index } else { first = index }
        last = index
        count += 1
        return UInt64(slots[Int(index)].generation) << 32 | UInt64(index)
    }

    /// The element at a place; `nil` if it has left.
    subscript(place: UInt64) -> Element? {
        let index = Int(place & 0xFFFF_FFFF)
        guard index < slots.count, slots[index].generation == UInt32(place >> 32) else { return nil }
        return slots[index].element
    }

    /// Removes the element at a place; `nil` if it has left before.
    mutating func remove(_ place: UInt64) -> Element? {
        guard let element = self[place] else { return nil }
        let index = Int(place & 0xFFFF_FFFF)
        let (previous, next) = (slots[index].previous, slots[index].next)
        if previous >= 0 { slots[Int(previous)].next = next } else { first = next }
        if next >= 0 { slots[Int(next)].previous = previous } else { last = previous }
        slots[index].element = nil
        slots[index].generation &+= 1
        slots[index].next = free
        free = Int32(index)
        count -= 1
        return element
    }

    /// The place of the element that has waited the longest.
    var firstPlace: UInt64? { first >= 0 ? UInt64(slots[Int(first)].generation) << 32 | UInt64(first) : nil }

    /// Removes the element that has waited the longest.
    mutating func popFirst() -> Element? { firstPlace.flatMap { remove($0) } }

    private mutating func takeSlot() -> Int32 {
        if free >= 0 {
            let index = free
            free = slots[Int(index)].next
            return index
        }
        slots.append(Slot())
        return Int32(slots.count - 1)
    }
}
