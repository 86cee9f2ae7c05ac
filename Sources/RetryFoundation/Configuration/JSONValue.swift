import RetryCore

/// A JSON text as a tree.
///
/// A number keeps its text: the decoded type decides whether it must be whole.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: CustomStringConvertible {
    /// The value as a message shows it: scalars as written, at most 40 characters of them, other values by kind.
    package var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let text): text.shortened
        case .string(let text): "\"\(text.shortened)\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}
