/// Tokens that flow in with time, up to a capacity; it starts full.
struct TokenFlow: Sendable, Hashable {
    /// The tokens at the time of the last input, in billionths.
    private(set) var tokens: Int64
    let capacity: Int64
    /// Billionths of a token per nanosecond are tokens per second: whole ones, and billionths.
    private let rate: Int64
    private let fraction: Int64
    /// Billionths of the smallest part of a token that have flown in.
    private var remainder: Int64 = 0
    private var time: Int64 = 0
    /// The time after which it is full, from any balance.
    private let timeToFill: Int64

    init(perSecond: Double, capacity: Int64) {
        rate = Int64(perSecond)
        fraction = Int64(((perSecond - Double(rate)) * 1e9).rounded())
        // A second more than it takes, against rounding.
        timeToFill =
            perSecond > 0 ? Int64(saturating: Double(capacity) / perSecond).saturatingAdd(1_000_000_000) : .max
        self.capacity = capacity
        tokens = capacity
    }

    /// Adds the tokens that flow in until `time`, which never runs backwards.
    mutating func advance(to time: Int64) {
        let elapsed = time - self.time
        self.time = time
        if elapsed >= timeToFill || tokens == capacity {
            (tokens, remainder) = (capacity, 0)
        } else {
            let (added, rest) = inflow(elapsed)
            (tokens, remainder) = (added >= capacity - tokens ? capacity : tokens + added, rest)
        }
    }

    mutating func take(_ amount: Int64) {
        tokens -= amount
    }

    /// Adds tokens, up to the capacity; an amount is at most the capacity.
    mutating func add(_ amount: Int64) {
        tokens = amount >= capacity - tokens ? capacity : tokens + amount
    }

    /// Returns the tokens that flow in within a time shorter than it takes to fill up, and the billionths that are left
    /// over.
    private func inflow(_ elapsed: Int64) -> (whole: Int64, rest: Int64) {
        let whole = elapsed.saturatingMultiply(rate)
        if fraction == 0 { return (whole, 0) }
        let parts = Int128(elapsed) * Int128(fraction) + Int128(remainder)
        let (quotient, rest) = parts.quotientAndRemainder(dividingBy: 1_000_000_000)
        return (whole.saturatingAdd(Int64(quotient)), Int64(rest))
    }
}
