/// The sleepers of a manual clock: a binary heap by deadline, then by arrival.
///
/// It stores the place of each sleeper, so that a cancelled one is removed in O(log n).
struct SleeperHeap: Sendable {
    /// A task that sleeps until a deadline.
    struct Sleeper: Sendable {
        let deadline: ManualClock.Instant
        let ticket: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Entry: Sendable {
        let sleeper: Sleeper
        let arrival: UInt64

        static func < (one: Entry, other: Entry) -> Bool {
            if one.sleeper.deadline != other.sleeper.deadline { return one.sleeper.deadline < other.sleeper.deadline }
            return one.arrival < other.arrival
        }
    }

    private var entries: [Entry] = []
    private var places: [UInt64: Int] = [:]
    private var arrivals: UInt64 = 0

    var count: Int { entries.count }

    /// The sleeper that wakes up next.
    var first: Sleeper? { entries.first?.sleeper }

    /// Inserts a sleeper.
    ///
    /// - Complexity: O(log n).
    mutating func insert(_ sleeper: Sleeper) {
        arrivals += 1
        entries.append(Entry(sleeper: sleeper, arrival: arrivals))
        places[sleeper.ticket] = entries.count - 1
        moveUp(entries.count - 1)
    }

    /// Removes the sleepers whose deadline has come, in the order of their wake-ups.
    ///
    /// - Complexity: O(log n) for each.
    mutating func removeDue(at instant: ManualClock.Instant) -> [Sleeper] {
        var due: [Sleeper] = []
        while let next = first, next.deadline <= instant { due.append(remove(at: 0)) }
        return due
    }

    /// Removes the sleeper with a ticket, if it is still there.
    ///
    /// - Complexity: O(log n).
    mutating func remove(_ ticket: UInt64) -> Sleeper? {
        places[ticket].map { remove(at: $0) }
    }

    private mutating func remove(at place: Int) -> Sleeper {
        let last = entries.count - 1
        if place != last { swap(place, last) }
        let removed = entries.removeLast().sleeper
        places[removed.ticket] = nil
        if place != last {
            moveUp(place)
            moveDown(place)
        }
        return removed
    }

    private mutating func moveUp(_ start: Int) {
        var place = start
        while place > 0, entries[place] < entries[(place - 1) / 2] {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func moveDown(_ start: Int) {
        var place = start
        while let child = leastChild(of: place), entries[child] < entries[place] {
            swap(place, child)
            place = child
        }
    }

    private func leastChild(of place: Int) -> Int? {
        let (left, right) = (2 * place + 1, 2 * place + 2)
        guard left < entries.count else { return nil }
        return right < entries.count && entries[right] < entries[left] ? right : left
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        entries.swapAt(one, other)
        places[entries[one].sleeper.ticket] = one
        places[entries[other].sleeper.ticket] = other
    }
}
