/// A value of a ``KeyedTable``, such as a circuit breaker.
protocol Forgettable: AnyObject, Sendable {
    /// Returns whether nothing is lost when the value is evicted.
    func isForgettable(at now: Int64) -> Bool
}

/// A bounded table of shared values by their keys, with CLOCK (second-chance) eviction.
///
/// A hand goes round the slots. It passes a value that was asked for since it came by last, and evicts the first one that
/// is used by no caller and forgettable. Each look-up pays for a few steps of the hand, so that its cost is O(1),
/// amortised, whatever the table holds.
struct KeyedTable<Key: Hashable & Sendable, Value: Forgettable>: Sendable {
    private struct Slot: Sendable {
        let key: Key
        var value: Value
        /// A Boolean value that indicates whether the value was asked for since the hand came by last: its second chance.
        var isWanted: Bool
    }

    private let capacity: Int
    private var slots: [Slot] = []
    private var places: [Key: Int] = [:]
    private var hand = 0
    /// The steps of the hand that look-ups have paid for.
    private var steps = 0
    private(set) var unkept = 0

    private static var stepsPerInput: Int { 16 }

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { slots.count }
    var values: [Value] { slots.map(\.value) }

    mutating func find(_ key: Key) -> Value? {
        steps = min(2 * slots.count, steps + Self.stepsPerInput)
        guard let place = places[key] else { return nil }
        slots[place].isWanted = true
        return slots[place].value
    }

    /// Inserts a value, if there is a place or another one can be evicted.
    ///
    /// Returns the value to use, which is another one if a second thread was faster, and the one that was evicted.
    mutating func insert(_ fresh: Value, for key: Key, at now: Int64) -> (value: Value, evicted: Value?) {
        if let place = places[key] { return (slots[place].value, nil) }
        let slot = Slot(key: key, value: fresh, isWanted: false)
        if slots.count < capacity {
            places[key] = slots.count
            slots.append(slot)
            return (fresh, nil)
        }
        guard let place = findForgettable(at: now) else {
            unkept += 1
            return (fresh, nil)
        }
        let old = slots[place]
        places[old.key] = nil
        places[key] = place
        slots[place] = slot
        return (fresh, old.value)
    }

    private mutating func findForgettable(at now: Int64) -> Int? {
        while steps > 0 {
            steps -= 1
            let place = hand
            hand = hand + 1 == slots.count ? 0 : hand + 1
            if slots[place].isWanted {
                slots[place].isWanted = false
            } else if isKnownUniquelyReferenced(&slots[place].value), slots[place].value.isForgettable(at: now) {
                // No caller refers to it, so none has a call in flight, and none can begin one.
                return place
            }
        }
        return nil
    }
}
