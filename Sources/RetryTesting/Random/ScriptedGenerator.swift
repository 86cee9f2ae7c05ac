/// A random number generator that returns scripted numbers in order, and then repeats the last one.
///
/// With it a test decides where in its range a draw lands: at the bottom, in the middle, at the top. A behaviour that
/// was recorded from another program is replayed with the fractions that the program drew.
///
/// ```swift
/// var generator = ScriptedGenerator(fractions: [0, 0.5, 1])   // lowest, middle, highest, highest, …
/// ```
///
/// The fraction is in the high bits: it is for code that multiplies them with the width of its range, as the library's
/// jitter does, or reads them as `Double(bits >> 11) * 0x1p-53`. The `random(in:using:)` functions of the standard
/// library read the low bits or refuse some numbers, zero among them, and draw again: without end, if the last
/// number of the script is one of those. Give them a ``SeededGenerator``.
public struct ScriptedGenerator: RandomNumberGenerator, Sendable {
    private let values: [UInt64]
    private var position = 0

    /// Creates a generator from fractions of the whole range of numbers.
    ///
    /// - Parameter fractions: At least one, each from 0, for the number 0, to 1, for `UInt64.max`.
    public init(fractions: [Double]) {
        self.init(values: fractions.map(Self.value))
    }

    /// Creates a generator from the numbers themselves.
    ///
    /// - Parameter values: The numbers, at least one.
    public init(values: [UInt64]) {
        precondition(!values.isEmpty, "ScriptedGenerator needs at least one number")
        self.values = values
    }

    /// Returns the next number of the script, or the last one again.
    ///
    /// - Returns: The number.
    public mutating func next() -> UInt64 {
        defer { position = min(position + 1, values.count - 1) }
        return values[position]
    }

    private static func value(fraction: Double) -> UInt64 {
        precondition(0 <= fraction && fraction <= 1, "ScriptedGenerator takes fractions from 0 to 1, not \(fraction)")
        return fraction == 1 ? .max : UInt64(fraction * 0x1p64)
    }
}
