/// The delay after which a hedged call starts another attempt beside those that run.
///
/// | delay | another attempt starts | extra load |
/// |---|---|---|
/// | ``quantile(_:minimum:floor:ceiling:)``, the default | when an attempt takes longer than that share of them did | 1 − quantile |
/// | ``fixed(_:)`` | after a time that you chose | the share of calls that take longer |
/// | ``zero`` | at once: a race | 100 % |
/// | ``never`` | only after a failure | the share of attempts that fail |
///
/// An attempt that fails with a class that can be retried starts the next one at once, under every delay.
///
/// ```swift
/// let policy = HedgePolicy(.quantile(0.95, ceiling: .seconds(1)))
/// ```
///
/// The functions here trap on invalid settings; the initializers and decoding throw instead.
public struct HedgeDelay: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// In nanoseconds.
        case fixed(Int64)
        case never
        case quantile(Double, minimum: Int, floor: Int64, ceiling: Int64)
    }

    let kind: Kind

    private init(unchecked kind: Kind) {
        self.kind = kind
    }

    init(_ kind: Kind) throws(InvalidPolicyError) {
        try kind.validate()
        self.init(unchecked: kind)
    }

    /// No delay: all attempts start at once, and the first success wins.
    public static var zero: HedgeDelay { HedgeDelay(unchecked: .fixed(0)) }

    /// No hedge of a slow attempt: another attempt starts only after a failure.
    public static var never: HedgeDelay { HedgeDelay(unchecked: .never) }

    /// A fixed delay, counted from the start of the attempt before.
    ///
    /// Choose one near the 95th percentile of the latency: a shorter one adds load, a longer one helps fewer calls.
    ///
    /// - Parameter delay: The delay, not negative.
    /// - Returns: The delay.
    public static func fixed(_ delay: Duration) -> HedgeDelay {
        checked { () throws(InvalidPolicyError) in try HedgeDelay(validatingFixed: delay) }
    }

    /// A moving quantile of the latency of the calls of one ``Hedger``.
    ///
    /// With 0.95, the calls that take longer than 95 % of them are hedged. The quantile follows the latency within some
    /// dozens of calls, so that a service that becomes slow as a whole is not hedged as a whole.
    ///
    /// - Parameters:
    ///   - quantile: From 0.01 to 0.9999.
    ///   - minimum: The number of calls before the first hedge, from 1 to 1,000,000.
    ///   - floor: The minimum delay, not negative.
    ///   - ceiling: The maximum quantile, not below the floor: a service that is slower than that is not hedged at all.
    /// - Returns: The delay.
    public static func quantile(
        _ quantile: Double = 0.95, minimum: Int = 100, floor: Duration = .milliseconds(1),
        ceiling: Duration = .seconds(2)
    ) -> HedgeDelay {
        checked { () throws(InvalidPolicyError) in
            try HedgeDelay(validatingQuantile: quantile, minimum: minimum, floor: floor, ceiling: ceiling)
        }
    }
}

// MARK: Values from a flag or a file

extension HedgeDelay {
    /// Creates the delay of ``fixed(_:)`` from a value known only at run time.
    ///
    /// - Parameter delay: The delay, not negative.
    /// - Throws: ``InvalidPolicyError`` that names the setting.
    public init(validatingFixed delay: Duration) throws(InvalidPolicyError) {
        try self.init(.fixed(delay.saturatedNanoseconds))
    }

    /// Creates the delay of ``quantile(_:minimum:floor:ceiling:)`` from values known only at run time.
    ///
    /// - Parameters:
    ///   - quantile: From 0.01 to 0.9999.
    ///   - minimum: The number of calls before the first hedge, from 1 to 1,000,000.
    ///   - floor: The minimum delay, not negative.
    ///   - ceiling: The maximum quantile, not below the floor.
    /// - Throws: ``InvalidPolicyError`` that names the first invalid setting.
    public init(
        validatingQuantile quantile: Double, minimum: Int = 100, floor: Duration = .milliseconds(1),
        ceiling: Duration = .seconds(2)
    ) throws(InvalidPolicyError) {
        try self.init(
            .quantile(
                quantile, minimum: minimum, floor: floor.saturatedNanoseconds, ceiling: ceiling.saturatedNanoseconds))
    }
}

extension HedgeDelay.Kind {
    /// Checks the settings; the one place that knows the valid ranges.
    fileprivate func validate() throws(InvalidPolicyError) {
        switch self {
        case .fixed(let delay):
            try check("delay", Duration.nanoseconds(delay), delay >= 0, "must not be negative")
        case .never:
            break
        case .quantile(let quantile, let minimum, let floor, let ceiling):
            try check(
                "delay.quantile", quantile, (0.01...0.9999).contains(quantile), "must be a number from 0.01 to 0.9999")
            try check(
                "delay.minimum", minimum, (1...1_000_000).contains(minimum), "must be from 1 to 1,000,000 calls")
            try check("delay.floor", Duration.nanoseconds(floor), floor >= 0, "must not be negative")
            try check(
                "delay.ceiling", Duration.nanoseconds(ceiling), ceiling >= floor, "must be at least the floor")
        }
    }
}
