/// The armed entries of a timer by their times: a heap in which each node has four children.
///
/// Arming and removing take O(log n) steps. Four children make the heap half as deep as two, and lie in one line of the
/// processor's cache. An entry lives as long as it is armed, whether or not the one that armed it keeps it. The memory
/// shrinks with the number of entries.
struct TimerHeap: ~Copyable {
    private struct Item {
        let time: Int64
        let entry: Unmanaged<TimerEntry>
    }

    private var items: [Item] = []

    deinit {
        for item in items { item.entry.release() }
    }

    /// The number of armed entries.
    var count: Int { items.count }

    /// The earliest time; `.max` if nothing is armed.
    var earliest: Int64 { items.first?.time ?? .max }

    /// Adds an entry that is not in the heap.
    mutating func add(_ entry: TimerEntry, at time: Int64) {
        entry.time = time
        let item = Item(time: time, entry: .passRetained(entry))
        items.append(item)
        moveUp(item, from: items.count - 1)
    }

    /// Removes an entry; returns whether it was in the heap.
    mutating func remove(_ entry: TimerEntry) -> Bool {
        guard entry.place >= 0 else { return false }
        takeOut(entry)
        // The caller has a reference of its own, so this is not the last.
        Unmanaged.passUnretained(entry).release()
        return true
    }

    /// Removes the entry with the earliest time, if that is not after `now`.
    mutating func removeDue(at now: Int64) -> TimerEntry? {
        guard let first = items.first, first.time <= now else { return nil }
        let entry = first.entry.takeRetainedValue()
        takeOut(entry)
        return entry
    }

    /// Removes an entry that is in the heap, and leaves its reference to the caller.
    private mutating func takeOut(_ entry: TimerEntry) {
        let place = entry.place
        entry.place = -1
        let last = items.removeLast()
        if place < items.count {
            if last.time < entry.time { moveUp(last, from: place) } else { moveDown(last, from: place) }
        }
        if items.capacity > 1_024, items.count < items.capacity / 8 { shrink() }
    }

    /// Gives up half of the capacity: seldom, so that an entry pays for a few moved items.
    @inline(never)
    private mutating func shrink() {
        var smaller: [Item] = []
        smaller.reserveCapacity(items.capacity / 2)
        smaller.append(contentsOf: items)
        items = smaller
    }

    /// The number of entries that there is room for.
    var capacity: Int { items.capacity }

    /// Puts an item where it belongs, at `place` or nearer to the root.
    private mutating func moveUp(_ item: Item, from place: Int) {
        var place = place
        while place > 0 {
            let parent = (place - 1) / 4
            if items[parent].time <= item.time { break }
            put(items[parent], at: place)
            place = parent
        }
        put(item, at: place)
    }

    /// Puts an item where it belongs, at `place` or farther from the root.
    private mutating func moveDown(_ item: Item, from place: Int) {
        var place = place
        while true {
            let first = place * 4 + 1
            if first >= items.count { break }
            var least = first
            for child in (first + 1)..<max(first + 1, min(first + 4, items.count))
            where items[child].time < items[least].time {
                least = child
            }
            if items[least].time >= item.time { break }
            put(items[least], at: place)
            place = least
        }
        put(item, at: place)
    }

    private mutating func put(_ item: Item, at place: Int) {
        items[place] = item
        item.entry._withUnsafeGuaranteedRef { $0.place = place }
    }
}
