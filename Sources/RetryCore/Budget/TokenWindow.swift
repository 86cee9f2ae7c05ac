/// Tokens that age in a sliding window of ten slices: a deposit lasts for nine to ten tenths of a time, and the oldest
/// are spent first.
///
/// What is spent cannot expire any more, so at every moment: deposited = held + spent + expired.
struct TokenWindow: Sendable, Hashable {
    static let sliceCount = 10
    /// The maximum balance: a billion tokens, in billionths.
    static let most: Int64 = 1_000_000_000_000_000_000

    /// The balance of all slices.
    private(set) var tokens: Int64 = 0
    private var slices: [Int64]
    private let sliceLength: Int64
    /// The number of the slice that deposits go into; its place among the slices is its last digit.
    private var newest: Int64 = 0
    /// No slice before this one holds anything.
    private var oldest: Int64 = 0
    private var end: Int64

    init(ttl: Int64) {
        sliceLength = max(1, ttl / Int64(Self.sliceCount))
        end = sliceLength
        slices = Array(repeating: 0, count: ttl > 0 ? Self.sliceCount : 0)
    }

    /// Drops the slices that are too old at `time`, which never runs backwards.
    @inline(__always)
    mutating func advance(to time: Int64) {
        if time >= end { expire(time / sliceLength) }
    }

    @inline(never)
    private mutating func expire(_ current: Int64) {
        // At the end of all times the slice does not change any more.
        guard current > newest else { return }
        for number in (newest + 1)...min(current, newest + Int64(Self.sliceCount)) {
            tokens -= slices[place(number)]
            slices[place(number)] = 0
        }
        newest = current
        oldest = max(oldest, current - Int64(Self.sliceCount) + 1)
        end = (current + 1).saturatingMultiply(sliceLength)
    }

    @inline(__always)
    mutating func add(_ amount: Int64) {
        add(min(amount, Self.most - tokens), to: newest)
    }

    /// Takes tokens that it holds, and returns the number of the oldest slice that gave some.
    mutating func take(_ amount: Int64) -> Int64 {
        while oldest < newest, slices[place(oldest)] == 0 { oldest += 1 }
        let first = oldest
        var left = amount
        while left > 0 {
            let part = min(left, slices[place(oldest)])
            slices[place(oldest)] -= part
            left -= part
            if left > 0 { oldest += 1 }
        }
        tokens -= amount
        return first
    }

    /// Puts tokens back with their age; tokens that are too old by now are dropped.
    mutating func putBack(_ amount: Int64, slice number: Int64) {
        guard (newest - Int64(Self.sliceCount) + 1...newest).contains(number) else { return }
        oldest = min(oldest, number)
        add(min(amount, Self.most - tokens), to: number)
    }

    @inline(__always)
    private mutating func add(_ amount: Int64, to number: Int64) {
        slices[place(number)] += amount
        tokens += amount
    }

    @inline(__always)
    private func place(_ number: Int64) -> Int {
        Int((number + Int64(Self.sliceCount)) % Int64(Self.sliceCount))
    }
}
