/// What a breaker is found by: a name, and which part of it.
///
/// Compared byte by byte: two texts that look alike are two keys, and no separator can be forged.
struct BreakerKey: Sendable, Hashable {
    let name: String
    let key: String?

    /// What errors and events call the breaker.
    var title: String { key.map { "\(name)[\($0)]" } ?? name }

    static func == (one: BreakerKey, other: BreakerKey) -> Bool {
        guard one.name.utf8.elementsEqual(other.name.utf8) else { return false }
        switch (one.key, other.key) {
        case (nil, nil): return true
        case (let one?, let other?): return one.utf8.elementsEqual(other.utf8)
        default: return false
        }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: name)
        if let key { hasher.combine(bytes: key) }
    }
}

extension Hasher {
    fileprivate mutating func combine(bytes text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
        combine(0xFF as UInt8)
    }
}

/// A bounded table of breakers; one that was not asked for since the hand last passed makes place for another.
struct BreakerTable: Sendable {
    private struct Slot: Sendable {
        let key: BreakerKey
        var breaker: CircuitBreaker
        var isWanted: Bool
    }

    private let capacity: Int
    private var slots: [Slot] = []
    private var places: [BreakerKey: Int] = [:]
    private var hand = 0
    /// How many slots the hand may still pass: each look-up pays for a few, so that none pays for all.
    private var steps = 0
    private(set) var unkept = 0

    private static let stepsPerInput = 4

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { slots.count }
    var breakers: [CircuitBreaker] { slots.map(\.breaker) }

    mutating func find(_ key: BreakerKey) -> CircuitBreaker? {
        steps = min(capacity * 2, steps + Self.stepsPerInput)
        guard let place = places[key] else { return nil }
        slots[place].isWanted = true
        return slots[place].breaker
    }

    /// Puts a breaker into the table, if there is a place, or one can be made.
    ///
    /// Returns the breaker to use, which is another one if somebody was faster, and one that made place.
    mutating func insert(
        _ fresh: CircuitBreaker, for key: BreakerKey
    ) -> (breaker: CircuitBreaker, replaced: CircuitBreaker?) {
        if let known = find(key) { return (known, nil) }
        let slot = Slot(key: key, breaker: fresh, isWanted: false)
        if slots.count < capacity {
            places[key] = slots.count
            slots.append(slot)
            return (fresh, nil)
        }
        guard let place = findIdle() else {
            unkept += 1
            return (fresh, nil)
        }
        let old = slots[place]
        places[old.key] = nil
        places[key] = place
        slots[place] = slot
        return (fresh, old.breaker)
    }

    private mutating func findIdle() -> Int? {
        while steps > 0 {
            steps -= 1
            let place = hand
            hand = hand + 1 == slots.count ? 0 : hand + 1
            if slots[place].isWanted {
                slots[place].isWanted = false
            } else if isKnownUniquelyReferenced(&slots[place].breaker), slots[place].breaker.isIdle {
                // Nobody else refers to it, so nobody has a call in flight, and nobody can begin one.
                return place
            }
        }
        return nil
    }
}

extension CircuitBreaker {
    /// Whether forgetting the breaker would change nothing but counts: its circuit is closed, and no call runs.
    fileprivate var isIdle: Bool {
        let machine = machine
        return machine.toldState == .closed && machine.slowCalls?.inFlight ?? 0 == 0
    }
}
