/// The source of random numbers: the system's generator, or a seeded one with reproducible delays.
///
/// A source is a value that can be shared. It is thread-safe: draws of one seeded source by several calls at once are
/// safe, and interleave.
///
/// ```swift
/// let delays = BackoffSchedule(.exponential()).delays(5, random: .seeded(7))  // the same five each time
/// ```
public struct RetryRandomSource: RandomNumberGenerator, Sendable {
    private let generate: (@Sendable () -> UInt64)?

    /// The system's generator.
    public static var system: RetryRandomSource { RetryRandomSource(generate: nil) }

    /// A generator whose numbers follow from `seed` (SplitMix64).
    public static func seeded(_ seed: UInt64) -> RetryRandomSource {
        let state = Locked(SplitMix64(seed: seed))
        return RetryRandomSource(generate: { state.withLock { $0.next() } })
    }

    /// Wraps a custom generator.
    ///
    /// - Parameter generator: The generator. It is called under a lock, one call at a time.
    public init(_ generator: some RandomNumberGenerator & Sendable) {
        let state = Locked(generator)
        self.init(generate: { state.withLock { $0.next() } })
    }

    private init(generate: (@Sendable () -> UInt64)?) {
        self.generate = generate
    }

    /// Returns the next 64 random bits.
    public mutating func next() -> UInt64 {
        if let generate { return generate() }
        var system = SystemRandomNumberGenerator()
        return system.next()
    }
}

/// SplitMix64: small, fast and good enough for delays.
///
/// Source of the constants: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
