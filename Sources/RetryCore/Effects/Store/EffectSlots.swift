/// The records of a shard, in chunks that never move: nothing is copied when one more is needed.
///
/// Every record is in one of three lists, oldest first. The list of settled records is in the order of expiry, so that
/// expired records are found without a search.
struct EffectSlots: Sendable {
    struct Slot: Sendable {
        var id: ActionID?
        var machine = EffectStateMachine()
        var hash: UInt32 = 0
        var previous: UInt32 = Self.none
        var next: UInt32 = Self.none

        static let none = UInt32.max
    }

    enum List: Int, Sendable {
        /// The records without an outcome.
        case open = 0
        /// The records that succeeded or failed.
        case settled = 1
        /// The released records.
        case released = 2
    }

    private var chunks: [[Slot]] = []
    private var free: UInt32 = Slot.none
    private var used = 0
    private var heads: (UInt32, UInt32, UInt32) = (Slot.none, Slot.none, Slot.none)
    private var tails: (UInt32, UInt32, UInt32) = (Slot.none, Slot.none, Slot.none)

    private static let chunkSize = 256

    subscript(slot: Int) -> Slot {
        _read { yield chunks[slot >> 8][slot & 255] }
        _modify { yield &chunks[slot >> 8][slot & 255] }
    }

    /// Allocates a slot for a key and appends it to the open list.
    mutating func add(_ id: ActionID, hash: UInt32) -> Int {
        let slot = takeFree()
        self[slot].id = id
        self[slot].hash = hash
        append(slot, to: .open)
        return slot
    }

    /// Frees a slot.
    mutating func remove(_ slot: Int, from list: List) {
        unlink(slot, from: list)
        self[slot] = Slot()
        self[slot].next = free
        free = UInt32(slot)
    }

    mutating func move(_ slot: Int, from old: List, to new: List) {
        unlink(slot, from: old)
        append(slot, to: new)
    }

    /// Returns the oldest record of a list.
    func first(of list: List) -> Int? {
        let head = head(list)
        return head == Slot.none ? nil : Int(head)
    }

    /// Returns the record after another one in their list.
    func next(after slot: Int) -> Int? {
        let next = chunks[slot >> 8][slot & 255].next
        return next == Slot.none ? nil : Int(next)
    }

    private mutating func takeFree() -> Int {
        if free != Slot.none {
            let slot = Int(free)
            free = self[slot].next
            self[slot].next = Slot.none
            return slot
        }
        if used & (Self.chunkSize - 1) == 0 {
            var chunk: [Slot] = []
            chunk.reserveCapacity(Self.chunkSize)
            chunks.append(chunk)
        }
        chunks[used >> 8].append(Slot())
        used += 1
        return used - 1
    }

    private mutating func append(_ slot: Int, to list: List) {
        let tail = tail(list)
        self[slot].previous = tail
        self[slot].next = Slot.none
        if tail == Slot.none { setHead(list, UInt32(slot)) } else { self[Int(tail)].next = UInt32(slot) }
        setTail(list, UInt32(slot))
    }

    private mutating func unlink(_ slot: Int, from list: List) {
        let (previous, next) = (self[slot].previous, self[slot].next)
        if previous == Slot.none { setHead(list, next) } else { self[Int(previous)].next = next }
        if next == Slot.none { setTail(list, previous) } else { self[Int(next)].previous = previous }
    }

    private func head(_ list: List) -> UInt32 {
        switch list {
        case .open: heads.0
        case .settled: heads.1
        case .released: heads.2
        }
    }

    private func tail(_ list: List) -> UInt32 {
        switch list {
        case .open: tails.0
        case .settled: tails.1
        case .released: tails.2
        }
    }

    private mutating func setHead(_ list: List, _ slot: UInt32) {
        switch list {
        case .open: heads.0 = slot
        case .settled: heads.1 = slot
        case .released: heads.2 = slot
        }
    }

    private mutating func setTail(_ list: List, _ slot: UInt32) {
        switch list {
        case .open: tails.0 = slot
        case .settled: tails.1 = slot
        case .released: tails.2 = slot
        }
    }
}
