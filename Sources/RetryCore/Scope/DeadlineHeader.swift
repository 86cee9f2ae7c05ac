/// A header of a request that says how long its caller still waits.
public enum DeadlineHeader: String, Sendable, Hashable, CaseIterable {
    /// The header of gRPC: at most eight digits and a unit, such as `1500m`.
    case grpcTimeout = "grpc-timeout"
    /// Milliseconds in decimal digits, such as `1500`.
    case requestTimeoutMilliseconds = "x-request-timeout-ms"

    /// The name of the header, in lower case.
    public var name: String { rawValue }

    /// The units of gRPC in nanoseconds, the finest first.
    private static let units: [(letter: UInt8, nanoseconds: Int64)] = [
        (UInt8(ascii: "n"), 1), (UInt8(ascii: "u"), 1_000), (UInt8(ascii: "m"), 1_000_000),
        (UInt8(ascii: "S"), 1_000_000_000), (UInt8(ascii: "M"), 60_000_000_000), (UInt8(ascii: "H"), 3_600_000_000_000),
    ]

    /// Returns the value of the header for a duration, rounded down to what the header can say, and one unit at least.
    ///
    /// - Parameter duration: The time that the caller still waits.
    /// - Returns: The value.
    public func value(for duration: Duration) -> String {
        let nanoseconds = max(0, duration.saturatedNanoseconds)
        switch self {
        case .requestTimeoutMilliseconds: return String(max(1, nanoseconds / 1_000_000))
        case .grpcTimeout:
            let longest: Int64 = 99_999_999
            let unit = Self.units.first { nanoseconds / $0.nanoseconds <= longest } ?? Self.units[5]
            let count = min(longest, max(1, nanoseconds / unit.nanoseconds))
            return String(count) + String(UnicodeScalar(unit.letter))
        }
    }

    /// Returns the duration that a value of the header says; `nil` if it is zero, negative, or no such value.
    ///
    /// - Parameter value: The value, from anywhere.
    /// - Returns: The duration, above zero; the longest that can be counted for one beyond that.
    public func duration(from value: String) -> Duration? {
        var digits = Substring(value).utf8
        var unit: Int64 = 1_000_000
        if self == .grpcTimeout {
            guard let last = digits.popLast(), let found = Self.units.first(where: { $0.letter == last }),
                digits.count <= 8
            else { return nil }
            unit = found.nanoseconds
        }
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return nil
        }
        let count = digits.reduce(Int64(0)) { $0.saturatingMultiply(10).saturatingAdd(Int64($1 - UInt8(ascii: "0"))) }
        return count == 0 ? nil : .nanoseconds(count.saturatingMultiply(unit))
    }
}

extension RetryDeadline {
    /// Creates the deadline that a request's header says; `nil` if there is none, or nothing that can be understood.
    ///
    /// - Parameters:
    ///   - value: The value of the header, from anywhere; `nil` if the request has none.
    ///   - header: The header.
    ///   - longest: The bound on what a caller may ask for.
    ///   - clock: The clock that measures the deadline.
    public init?(
        header value: String?, in header: DeadlineHeader, atMost longest: Duration, clock: RetryClock = .system
    ) {
        guard let value, let duration = header.duration(from: value) else { return nil }
        self.init(in: min(duration, longest), clock: clock)
    }
}

/// An attempt was not sent, because too little time is left for an answer.
///
/// Its class is permanent, since a later attempt would have less time. The operation was not executed.
public struct InsufficientTimeError: SelfClassifyingError, AttemptRejectedError, Hashable, CustomStringConvertible {
    /// The time that was left.
    public let remaining: Duration
    /// The time that an attempt needs.
    public let needed: Duration

    /// Creates the error.
    public init(remaining: Duration, needed: Duration) {
        self.remaining = remaining
        self.needed = needed
    }

    /// Always `nil`: no time helps.
    public var retryAfter: Duration? { nil }

    /// Always permanent.
    public var classification: ErrorClassification { .permanent }

    /// A description of the failure and its remedy.
    public var description: String {
        "The attempt was not sent: \(remaining.text) are left until the deadline, and an answer needs \(needed.text). "
            + "Give the call a longer deadline or attempt timeout."
    }
}
