/// An index from the hash of a key to the slot of its record: an open-addressing table with linear probing.
///
/// It is used because the standard library's dictionary rehashes every key when it grows, and with a million keys
/// stalls its caller for a third of a second. Here the hash is stored beside the slot: growing copies eight bytes a
/// record.
struct EffectIndex: Sendable {
    /// The hash in the upper half, and one more than the slot in the lower one; zero is free.
    private var entries = [UInt64](repeating: 0, count: 16)
    private var count = 0

    /// Returns the slot with this hash that `matches`, if there is one.
    func find(_ hash: UInt32, where matches: (Int) -> Bool) -> Int? {
        var place = home(of: hash)
        while entries[place] != 0 {
            let entry = entries[place]
            if UInt32(truncatingIfNeeded: entry >> 32) == hash, matches(Self.slot(entry)) { return Self.slot(entry) }
            place = next(place)
        }
        return nil
    }

    mutating func insert(_ hash: UInt32, slot: Int) {
        if (count + 1) * 4 > entries.count * 3 { grow() }
        put(UInt64(hash) << 32 | UInt64(slot + 1))
        count += 1
    }

    mutating func remove(_ hash: UInt32, slot: Int) {
        var place = home(of: hash)
        while Self.slot(entries[place]) != slot {
            if entries[place] == 0 { return }
            place = next(place)
        }
        entries[place] = 0
        count -= 1
        closeGap(at: place)
    }

    /// Moves up the entries that are behind their own place because the removed entry took it.
    private mutating func closeGap(at gap: Int) {
        var gap = gap
        var place = next(gap)
        while entries[place] != 0 {
            let distance = place &- home(of: UInt32(truncatingIfNeeded: entries[place] >> 32))
            if distance & (entries.count - 1) >= (place &- gap) & (entries.count - 1) {
                entries[gap] = entries[place]
                entries[place] = 0
                gap = place
            }
            place = next(place)
        }
    }

    private mutating func grow() {
        let old = entries
        entries = [UInt64](repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 { put(entry) }
    }

    private mutating func put(_ entry: UInt64) {
        var place = home(of: UInt32(truncatingIfNeeded: entry >> 32))
        while entries[place] != 0 { place = next(place) }
        entries[place] = entry
    }

    private func home(of hash: UInt32) -> Int { Int(hash) & (entries.count - 1) }

    private func next(_ place: Int) -> Int { (place &+ 1) & (entries.count - 1) }

    private static func slot(_ entry: UInt64) -> Int { Int(truncatingIfNeeded: entry & 0xffff_ffff) - 1 }
}
