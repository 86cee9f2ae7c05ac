import RetryCore

/// A random number generator that returns the same numbers for the same seed, on every platform and forever.
///
/// Use it wherever a test needs chance: for jitter, for generated inputs, for schedules.
///
/// ```swift
/// var generator = SeededGenerator(seed: 7)
/// let delay = Double.random(in: 0...1, using: &generator)
/// ```
///
/// The algorithm is SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014,
/// figure 17 for the structure and the increment (2⁶⁴ divided by the golden ratio), with the multipliers and shifts of
/// the mixer that David Stafford published as "Mix13" in "Better Bit Mixing", 2011. It passes the usual statistical
/// tests and has a period of 2⁶⁴; it is not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64

    /// Creates a generator.
    ///
    /// - Parameter seed: Any number, zero included. Neighbouring seeds give unrelated sequences.
    public init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// Returns the next number.
    ///
    /// - Returns: A number, each of the 2⁶⁴ as likely as the others.
    public mutating func next() -> UInt64 { generator.next() }
}
