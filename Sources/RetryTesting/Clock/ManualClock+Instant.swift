extension ManualClock {
    /// A time that a manual clock shows, as the distance from zero.
    ///
    /// Times lie within `Int64.max` seconds on both sides of zero. Arithmetic stops at these ends instead of trapping,
    /// so a sleep "forever" has a deadline like any other.
    public struct Instant: InstantProtocol, Sendable, CustomStringConvertible {
        /// The type of the distance between two times.
        public typealias Duration = Swift.Duration

        /// The distance from zero, the default start time of a clock.
        public let offset: Duration

        /// Creates the time at a distance from zero.
        ///
        /// - Parameter offset: The distance; a distance out of range becomes the nearest end.
        public init(_ offset: Duration = .zero) {
            self.offset = min(max(offset, .seconds(-Int64.max)), .seconds(Int64.max))
        }

        /// Returns the time `duration` later, or earlier if it is negative, within the range of the type.
        ///
        /// - Parameter duration: The distance to the later time.
        /// - Returns: The time.
        public func advanced(by duration: Duration) -> Instant {
            Instant(offset.saturatingAdd(duration))
        }

        /// Returns the distance to `other`: negative if it is earlier, at most `Int64.max` seconds either way.
        ///
        /// - Parameter other: The time to measure to.
        /// - Returns: The distance.
        public func duration(to other: Instant) -> Duration {
            // The sum of two offsets fits; the initializer brings it back into the range of a single one.
            Instant(other.offset - offset).offset
        }

        /// Returns whether one time is earlier than another.
        ///
        /// - Parameters:
        ///   - earlier: A time.
        ///   - later: Another time.
        /// - Returns: `true` if `earlier` comes before `later`.
        public static func < (earlier: Instant, later: Instant) -> Bool {
            earlier.offset < later.offset
        }

        /// The distance from zero, for messages.
        public var description: String { "\(offset)" }
    }
}

extension Duration {
    /// Adds without trapping: a sum out of range becomes the end of the range.
    fileprivate func saturatingAdd(_ other: Duration) -> Duration {
        let (sum, overflow) = attoseconds.addingReportingOverflow(other.attoseconds)
        return Duration(attoseconds: overflow ? (attoseconds < 0 ? .min : .max) : sum)
    }
}
