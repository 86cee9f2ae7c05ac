/// The number of a claim: each claim of a store gets a greater one than all before it.
///
/// Whoever holds an older token than the record's is too late, and is told so. A receiver that keeps the greatest token
/// it has seen can refuse late requests in the same way.
public struct FencingToken: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The number, from 1.
    public let rawValue: Int64

    /// Creates a token, such as one from a stored row.
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Returns whether one token is older than another.
    public static func < (one: FencingToken, other: FencingToken) -> Bool { one.rawValue < other.rawValue }

    /// The number.
    public var description: String { "\(rawValue)" }
}
