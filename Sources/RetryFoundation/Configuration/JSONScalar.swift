/// A type that is read from a single JSON value.
protocol JSONScalar {
    /// Creates the value, unless it is of another kind, or has no exact representation in this type.
    init?(_ value: JSONValue)

    /// The requirement, as it follows "it must be".
    static var words: String { get }
}

extension Bool: JSONScalar {
    static var words: String { "true or false" }

    init?(_ value: JSONValue) {
        guard case .bool(let value) = value else { return nil }
        self = value
    }
}

extension String: JSONScalar {
    static var words: String { "a text in double quotes" }

    init?(_ value: JSONValue) {
        guard case .string(let value) = value else { return nil }
        self = value
    }
}

extension JSONScalar where Self: LosslessStringConvertible & BinaryFloatingPoint {
    static var words: String { "a number in the range of double precision" }

    init?(_ value: JSONValue) {
        guard case .number(let text) = value, let number = Self(text), number.isFinite else { return nil }
        // A number that is too small to represent must not become zero.
        let isWrittenAsZero = !text.prefix { $0 != "e" && $0 != "E" }.contains { ("1"..."9").contains($0) }
        guard number != 0 || isWrittenAsZero else { return nil }
        self = number
    }
}

extension JSONScalar where Self: FixedWidthInteger {
    static var words: String { "a whole number that \(Self.bitWidth) bits can hold" }

    init?(_ value: JSONValue) {
        guard case .number(let text) = value else { return nil }
        if let number = Self(text) {
            self = number
        } else if let number = Double(value).flatMap({ Self(exactly: $0) }) {
            // 3.0 and 3e2 are whole numbers, too.
            self = number
        } else {
            return nil
        }
    }
}

extension Double: JSONScalar {}
extension Float: JSONScalar {}
extension Int: JSONScalar {}
extension Int8: JSONScalar {}
extension Int16: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension Int128: JSONScalar {}
extension UInt: JSONScalar {}
extension UInt8: JSONScalar {}
extension UInt16: JSONScalar {}
extension UInt32: JSONScalar {}
extension UInt64: JSONScalar {}
extension UInt128: JSONScalar {}
