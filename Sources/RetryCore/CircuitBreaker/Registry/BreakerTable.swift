/// The key of a breaker in a registry: a name, and optionally a part of the dependency of that name.
///
/// Compared byte by byte: texts that only look alike are different keys, and no separator can be forged.
struct BreakerKey: Sendable, Hashable {
    let name: String
    let key: String?

    /// The name of the breaker in errors and events.
    var title: String { key.map { "\(name)[\($0)]" } ?? name }

    static func == (one: BreakerKey, other: BreakerKey) -> Bool {
        // The keys first: they differ more often than the names.
        switch (one.key, other.key) {
        case (nil, nil): break
        case (let key?, let other?): if !key.hasBytes(of: other) { return false }
        default: return false
        }
        return one.name.hasBytes(of: other.name)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: name)
        if let key { hasher.combine(bytes: key) }
    }
}

extension String {
    fileprivate func hasBytes(of other: String) -> Bool {
        // Texts that are equal to Swift have the same bytes nearly always, which it finds out at once.
        guard utf8.count == other.utf8.count, self == other else { return false }
        return utf8.elementsEqual(other.utf8)
    }
}

extension Hasher {
    fileprivate mutating func combine(bytes text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
        combine(0xFF as UInt8)
    }
}

/// A bounded table of breakers with CLOCK (second-chance) eviction.
///
/// A hand goes round the slots. It passes a breaker that was asked for since it came by last, and evicts the first one
/// that is used by no caller and forgettable: see `CircuitBreakerState.isForgettable(at:)`. Each look-up pays for a few
/// steps of the hand, so that its cost is O(1), amortised, whatever the table holds.
struct BreakerTable: Sendable {
    private struct Slot: Sendable {
        let key: BreakerKey
        var breaker: CircuitBreaker
        /// A Boolean value that indicates whether the breaker was asked for since the hand came by last: its second
        /// chance.
        var isWanted: Bool
    }

    private let capacity: Int
    private var slots: [Slot] = []
    private var places: [BreakerKey: Int] = [:]
    private var hand = 0
    /// The steps of the hand that look-ups have paid for.
    private var steps = 0
    private(set) var unkept = 0

    private static let stepsPerInput = 16

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { slots.count }
    var breakers: [CircuitBreaker] { slots.map(\.breaker) }

    mutating func find(_ key: BreakerKey) -> CircuitBreaker? {
        steps = min(2 * slots.count, steps + Self.stepsPerInput)
        guard let place = places[key] else { return nil }
        slots[place].isWanted = true
        return slots[place].breaker
    }

    /// Inserts a breaker, if there is a place or another one can be evicted.
    ///
    /// Returns the breaker to use, which is another one if a second thread was faster, and the one that was evicted.
    mutating func insert(
        _ fresh: CircuitBreaker, for key: BreakerKey, at now: Int64
    ) -> (breaker: CircuitBreaker, evicted: CircuitBreaker?) {
        if let place = places[key] { return (slots[place].breaker, nil) }
        let slot = Slot(key: key, breaker: fresh, isWanted: false)
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
        return (fresh, old.breaker)
    }

    private mutating func findForgettable(at now: Int64) -> Int? {
        while steps > 0 {
            steps -= 1
            let place = hand
            hand = hand + 1 == slots.count ? 0 : hand + 1
            if slots[place].isWanted {
                slots[place].isWanted = false
            } else if isKnownUniquelyReferenced(&slots[place].breaker), slots[place].breaker.isForgettable(at: now) {
                // No caller refers to it, so none has a call in flight, and none can begin one.
                return place
            }
        }
        return nil
    }
}
