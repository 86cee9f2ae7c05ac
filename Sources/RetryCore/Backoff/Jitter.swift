/// The random spread of delays, which keeps clients that failed together from coming back together.
///
/// Without jitter their retries arrive at the same moments: a thundering herd. Every delay stays within the backoff's
/// cap: the cap is applied first, the jitter inside it. Below, *d* is the delay that the backoff computed, and U[a, b]
/// a uniform draw from a to b, both included.
///
/// In a simulation of 100 clients that contend for one row, ±20 % takes twice as long as ``full``, and no jitter thirteen
/// times (after Brooker, "Exponential Backoff And Jitter", 2015). See <doc:ChoosingBackoffAndJitter>.
public struct Jitter: Sendable, Hashable {
    @usableFromInline
    enum Kind: String, CaseIterable, Sendable {
        case none, full, equal, decorrelated, proportional, floor, additive
    }

    @usableFromInline let kind: Kind
    @usableFromInline let fraction: Double
    @usableFromInline let nanoseconds: Int64

    @inlinable
    init(kind: Kind, fraction: Double = 0, nanoseconds: Int64 = 0) {
        self.kind = kind
        self.fraction = fraction
        self.nanoseconds = nanoseconds
    }
}

extension Jitter {
    /// No spread: d.
    @inlinable public static var none: Jitter { Jitter(kind: .none) }

    /// The whole delay is drawn: U[0, d]; the default, and the right choice for most.
    @inlinable public static var full: Jitter { Jitter(kind: .full) }

    /// Half of the delay is kept: d/2 + U[0, d/2].
    @inlinable public static var equal: Jitter { Jitter(kind: .equal) }

    /// Decorrelated jitter: each delay is drawn from the one before, min(cap, U[initial, 3 · previous]).
    ///
    /// The backoff's growth plays no part, so this is not for a list or a custom backoff. Before the first delay, and
    /// if the delay before was a shorter one of another class of failure, *previous* is the initial delay.
    @inlinable public static var decorrelated: Jitter { Jitter(kind: .decorrelated) }

    /// The delay plus or minus a share of it: U[d · (1 − fraction), min(cap, d · (1 + fraction))].
    ///
    /// - Parameter fraction: The share of the delay, from 0 to 1.
    /// - Returns: The jitter.
    public static func proportional(_ fraction: Double) -> Jitter {
        checked { () throws(InvalidPolicyError) in try Jitter(kind: .proportional, fraction: fraction).validated() }
    }

    /// At least `minimum`, at most the delay: U[minimum, max(minimum, d)].
    ///
    /// - Parameter minimum: The minimum delay, not negative, and not above the backoff's cap.
    /// - Returns: The jitter.
    public static func floor(_ minimum: Duration) -> Jitter {
        checked { () throws(InvalidPolicyError) in
            try Jitter(kind: .floor, nanoseconds: minimum.saturatedNanoseconds).validated()
        }
    }

    /// The delay and a random amount more: U[d, min(cap, d + amount)].
    ///
    /// - Parameter amount: The maximum addition, not negative.
    /// - Returns: The jitter.
    public static func additive(_ amount: Duration) -> Jitter {
        checked { () throws(InvalidPolicyError) in
            try Jitter(kind: .additive, nanoseconds: amount.saturatedNanoseconds).validated()
        }
    }

    /// Creates a jitter from values known only at run time, such as those of a flag or a form.
    ///
    /// - Parameters:
    ///   - name: `none`, `full`, `equal`, `decorrelated`, `proportional`, `floor` or `additive`.
    ///   - fraction: The share of the delay for `proportional`, from 0 to 1.
    ///   - amount: The duration for `floor` and `additive`, not negative.
    /// - Throws: ``InvalidPolicyError`` that names the setting and its value.
    public init(validating name: String, fraction: Double = 0, amount: Duration = .zero) throws(InvalidPolicyError) {
        guard let kind = Kind(rawValue: name) else {
            throw InvalidPolicyError(setting: "jitter", value: name, requirement: "must be one of \(Kind.names)")
        }
        let given = try Jitter(kind: kind, fraction: fraction, nanoseconds: amount.saturatedNanoseconds).validated()
        self.init(
            kind: kind, fraction: kind.takesFraction ? fraction : 0,
            nanoseconds: kind.takesAmount ? given.nanoseconds : 0)
    }

    func validated() throws(InvalidPolicyError) -> Jitter {
        try check(
            "jitter.fraction", fraction, (0...1).contains(fraction), "must be a number from 0 to 1")
        try check("jitter.amount", Duration.nanoseconds(nanoseconds), nanoseconds >= 0, "must not be negative")
        return self
    }
}

extension Jitter.Kind {
    static let names = allCases.map(\.rawValue).joined(separator: ", ")

    var takesFraction: Bool { self == .proportional }
    var takesAmount: Bool { self == .floor || self == .additive }
}

extension Jitter {
    /// Returns the range to draw from, in place of a delay of `delay`; all in nanoseconds.
    ///
    /// Only decorrelated jitter draws above the cap; its draws are cut to the cap.
    @inlinable
    func range(_ delay: Int64, initial: Int64, cap: Int64, previous: Int64?) -> ClosedRange<Int64> {
        switch kind {
        case .none:
            return delay...delay
        case .full:
            return 0...delay
        case .equal:
            return delay / 2...delay
        case .decorrelated:
            return initial...max(initial, previous ?? initial).saturatingMultiply(3)
        case .proportional:
            let spread = min(delay, Int64(saturating: Double(delay) * fraction))
            return delay - spread...max(delay, min(cap, delay.saturatingAdd(spread)))
        case .floor:
            return nanoseconds...max(nanoseconds, delay)
        case .additive:
            return delay...max(delay, min(cap, delay.saturatingAdd(nanoseconds)))
        }
    }
}

extension ClosedRange<Int64> {
    /// Returns a uniform draw from a range of non-negative numbers.
    ///
    /// One random number is scaled into the range by its upper half. The bias is below (width of the range) / 2⁶⁴,
    /// nothing for a delay, and a draw always takes exactly one number of the generator: none at all if the range holds
    /// a single value.
    @inlinable
    func draw(using generator: inout some RandomNumberGenerator) -> Int64 {
        let width = UInt64(bitPattern: upperBound - lowerBound)
        guard width > 0 else { return lowerBound }
        return lowerBound + Int64(bitPattern: generator.next().multipliedFullWidth(by: width + 1).high)
    }
}
