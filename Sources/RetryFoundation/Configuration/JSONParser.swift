/// A strict JSON parser: a text that RFC 8259 does not allow is an error, and so is a key that is given twice.
///
/// Foundation's decoder cannot be used for handwritten files: it takes the first of two equal keys, reads `1e-400` as
/// zero, and reports `{"max_attempts": 2.5}` only as a text that is not JSON.
///
/// Time and memory are linear in the length of the text; no text is nested deeper than 64 levels.
package struct JSONParser {
    /// The reason why a text is not JSON, and the place.
    package struct Failure: Error {
        package let line: Int
        package let column: Int
        package let problem: String
        /// A Boolean value that indicates whether the text is one of the few that RFC 8259 allows, and that this parser
        /// still refuses.
        package var isStrictness = false
    }

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    /// Reads a whole text.
    ///
    /// - Throws: ``Failure``.
    package static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        // Some editors begin a text with this mark.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        let value = try parser.value()
        parser.skipSpace()
        if parser.next != nil { throw parser.failure("here the text should end") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ problem: String) -> Failure {
        let before = bytes[..<position]
        let line = before.count { $0 == UInt8(ascii: "\n") }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // Continuation bytes of a character, 10xxxxxx, are no columns.
        let column = bytes[start..<position].count { $0 & 0xC0 != 0x80 }
        return Failure(line: line + 1, column: column + 1, problem: problem)
    }

    /// Returns the failure of a text that other readers of JSON may accept.
    private func strictness(_ problem: String) -> Failure {
        var failure = failure(problem)
        failure.isStrictness = true
        return failure
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    /// Moves past `text` if it comes next.
    private mutating func skip(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func value() throws(Failure) -> JSONValue {
        skipSpace()
        guard depth < 64 else { throw strictness("the text is nested deeper than 64 levels") }
        depth += 1
        defer { depth -= 1 }
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case nil: throw failure("the text ends where a value is expected")
        default: break
        }
        if skip("null") { return .null }
        if skip("true") { return .bool(true) }
        if skip("false") { return .bool(false) }
        throw failure("a value is expected here")
    }
}

// MARK: Objects and lists

extension JSONParser {
    private mutating func object() throws(Failure) -> JSONValue {
        var members: [String: JSONValue] = [:]
        position += 1
        skipSpace()
        if skip("}") { return .object([:]) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a key in double quotes is expected here") }
            let start = position
            let key = try string()
            if members[key] != nil {
                position = start
                throw strictness("the key \"\(key.shortened)\" is given twice")
            }
            skipSpace()
            guard skip(":") else { throw failure("a colon is expected here") }
            members[key] = try value()
            skipSpace()
        } while skip(",")
        guard skip("}") else { throw failure("a comma or a closing brace is expected here") }
        return .object(members)
    }

    private mutating func array() throws(Failure) -> JSONValue {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if skip("]") { return .array([]) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while skip(",")
        guard skip("]") else { throw failure("a comma or a closing bracket is expected here") }
        return .array(elements)
    }
}

// MARK: Numbers and strings

extension JSONParser {
    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        _ = skip("-")
        if !skip("0") { try digits() }
        if skip(".") { try digits() }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    /// Moves past one or more digits.
    private mutating func digits() throws(Failure) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        if position == start { throw failure("a digit is expected here") }
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure("a control character must be escaped in a text") }
            position += 1
            if byte == UInt8(ascii: "\\") {
                text += String(try escapedScalar()).utf8
            } else {
                text.append(byte)
            }
        }
        guard let text = String(validating: text, as: UTF8.self) else { throw failure("the text is not UTF-8") }
        guard skip("\"") else { throw failure("the text ends where a double quote is expected") }
        return text
    }

    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        for (letter, scalar) in Self.escapes where skip(letter) { return scalar }
        let start = position
        guard let unit = escapedUnit() else { throw failure("this escape is unknown") }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        // Half of a pair: the other half must follow.
        guard unit < 0xDC00, skip("\\"), let low = escapedUnit(), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else {
            position = start
            throw strictness("this escape is half of a character")
        }
        return scalar
    }

    /// Moves past `u` and four hexadecimal digits, and returns their number.
    private mutating func escapedUnit() -> UInt32? {
        let digits = bytes[position...].dropFirst().prefix(4)
        // The standard library would take a sign as well.
        guard next == UInt8(ascii: "u"), digits.count == 4, !digits.contains(where: { "+-".utf8.contains($0) }),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        position += 5
        return unit
    }

    private static let escapes: [(String, Unicode.Scalar)] = [
        ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"), ("r", "\r"), ("t", "\t"),
    ]
}
