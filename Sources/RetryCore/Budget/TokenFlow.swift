/// Tokens that flow in with time, up to a capacity; it starts full.
struct TokenFlow: Sendable, Hashable {
    /// All that it holds, as of the last time it was told.
    private(set) var tokens: Int64
    let capacity: Int64
    /// Billionths of a token per nanosecond are tokens per second: whole ones, and billionths.
    private let rate: Int64
    private let fraction: Int64
    /// Billionths of the smallest part of a token that have flown in.
    private var remainder: Int64 = 0
    private var time: Int64 = 0
    /// After this time it is full, whatever was in it.
    private let timeToFill: Int64

    init(perSecond: Double, for duration: Int64) {
        rate = Int64(perSecond)
        fraction = Int64(((perSecond - Double(rate)) * 1e9).rounded())
        timeToFill = duration
        capacity = Self.amount(duration, rate, fraction, 0).quotient
        tokens = capacity
    }

    /// Lets flow in what `time` brings, which never runs backwards.
    mutating func advance(to time: Int64) {
        let elapsed = time - self.time
        self.time = time
        if elapsed >= timeToFill || tokens == capacity {
            (tokens, remainder) = (capacity, 0)
        } else {
            let (added, rest) = Self.amount(elapsed, rate, fraction, remainder)
            (tokens, remainder) = (min(capacity, tokens + added), rest)
        }
    }

    mutating func take(_ amount: Int64) {
        tokens -= amount
    }

    mutating func putBack(_ amount: Int64) {
        tokens = min(capacity, tokens + amount)
    }

    private static func amount(
        _ elapsed: Int64, _ rate: Int64, _ fraction: Int64, _ remainder: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        if fraction == 0 { return (elapsed * rate, 0) }
        let parts = Int128(elapsed) * Int128(fraction) + Int128(remainder)
        let (quotient, rest) = parts.quotientAndRemainder(dividingBy: 1_000_000_000)
        return (elapsed * rate + Int64(quotient), Int64(rest))
    }
}
