/// The state machine of stale values: the last value of each key, with its time, and the order in which they were stored.
///
/// It has no lock and no clock. A time is that at which the *request* of a value started: the value is at most so old.
package struct StaleValueState<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let value: Value
        let time: Int64
        /// The number of the storing, unique in its holder.
        let number: Int
    }

    private let capacity: Int
    private let maxAge: Int64
    private var entries: [Key: Entry] = [:]
    /// The storings in their order, and those that were replaced since.
    private var order: [(key: Key, number: Int)] = []
    private var first = 0
    private var lastNumber = 0
    package private(set) var evictions = 0

    package init(_ policy: StaleValuePolicy) {
        (capacity, maxAge) = (policy.capacity, policy.maxAgeNanoseconds)
    }

    package var count: Int { entries.count }

    /// Stores a value, unless there is one of a later request; evicts the value stored the longest time ago if needed.
    ///
    /// - Complexity: O(1), amortized.
    package mutating func store(_ value: Value, for key: Key, from time: Int64, at now: Int64) {
        if let known = entries[key], known.time > time, known.time <= now { return }
        lastNumber += 1
        entries[key] = Entry(value: value, time: time, number: lastNumber)
        order.append((key, lastNumber))
        while entries.count > capacity { evictOldest() }
        compact()
    }

    /// Returns the value of a key and its age; `nil` if there is none, or if it is too old: then it is removed.
    ///
    /// A value from a time that has not come, because the clock jumped back, has no known age, and counts as too old.
    package mutating func value(for key: Key, at now: Int64) -> (value: Value, age: Int64)? {
        guard let entry = entries[key] else { return nil }
        let age = now.saturatingSubtract(entry.time)
        if (0...maxAge).contains(age) { return (entry.value, age) }
        entries[key] = nil
        return nil
    }

    package mutating func remove(_ key: Key) {
        entries[key] = nil
        compact()
    }

    package mutating func removeAll() {
        entries = [:]
        compact()
    }

    private mutating func evictOldest() {
        while first < order.count {
            let (key, number) = order[first]
            first += 1
            guard entries[key]?.number == number else { continue }
            entries[key] = nil
            evictions += 1
            return
        }
    }

    /// Forgets replaced storings, once they are the greater part: a constant time for each.
    private mutating func compact() {
        guard order.count > 2 * entries.count + 64 else { return }
        order = order[first...].filter { entries[$0.key]?.number == $0.number }
        first = 0
    }
}
