/// The fencing token of a claim: each claim of a store gets a greater number than all before it.
///
/// The holder of an older token than the record's is too late, and is fenced. A receiver that keeps the greatest token
/// it has seen can reject late requests in the same way.
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
