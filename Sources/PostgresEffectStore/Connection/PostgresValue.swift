#if PostgreSQL
/// A value for a place of a statement, such as `$1`.
public enum PostgresValue: Sendable, Hashable {
    /// NULL.
    case null
    /// A `bytea`.
    case bytes([UInt8])
    /// A `bigint`.
    case integer(Int64)
    /// A `boolean`.
    case boolean(Bool)
    /// Text that the server reads as the type of the place.
    case text(String)

    /// The type's number on every server; 0 lets the server infer it.
    var type: UInt32 {
        switch self {
        case .null, .text: 0
        case .bytes: 17
        case .integer: 20
        case .boolean: 16
        }
    }

    var isBinary: Bool {
        switch self {
        case .null, .text: false
        case .bytes, .integer, .boolean: true
        }
    }

    /// The bytes as they are sent; `nil` for NULL.
    var encoded: [UInt8]? {
        switch self {
        case .null: nil
        case .bytes(let bytes): bytes
        case .integer(let number): withUnsafeBytes(of: number.bigEndian) { Array($0) }
        case .boolean(let isTrue): [isTrue ? 1 : 0]
        case .text(let text): Array(text.utf8) + [0]
        }
    }
}
#endif
