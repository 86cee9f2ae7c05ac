import RetryCore

/// A JSON text as a tree.
///
/// A number keeps its text: what it has to be, whole or not, is known only to whoever asks for it.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: CustomStringConvertible {
    /// The value as a message shows it: scalars as they are written, at most 40 characters of them, the rest by kind.
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
